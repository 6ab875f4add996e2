import { createHash } from "node:crypto";
import { NPM_PACKAGE } from "../generator/render-typescript";
import { type ArchiveFile, tarballOf, zipOf } from "./archives";

/** What both packages are made of, read from the project. */
export interface PackageParts {
  version: string;
  license: string;
  /** Modules of the Python runtime by file name, `py.typed` included. */
  python: Readonly<Record<string, string>>;
  /** The TypeScript runtime, compiled as CommonJS, and its declarations. */
  typescript: { cjs: string; types: string; exports: readonly string[] };
  /** Pages that indexes show, in Markdown. */
  docs: { python: string; typescript: string };
}

/** A package as the file that an index takes. */
export interface PackageFile {
  name: string;
  content: Buffer;
}

const SUMMARY =
  "Loads an application's secrets from Pulumi ESC: typed, cached, redacted, without dependencies";
const LICENSE_NAME = "Apache-2.0";

/** Extras of the wheel, by what they need. */
const PYTHON_EXTRAS = {
  pydantic: "pydantic-settings<3,>=2.12",
  "last-known-good": "cryptography>=42",
} as const;
const PYTHON_VERSIONS = ["3.10", "3.11", "3.12", "3.13", "3.14"] as const;

/** The wheel of the Python runtime: pure, typed, for Python 3.10 and newer, without a dependency. */
export function wheelOf({ version, license, python, docs }: PackageParts): PackageFile {
  const info = `sophia_secrets-${version}.dist-info`;
  const files: ArchiveFile[] = [
    ...Object.entries(python).map(([name, text]) => ({ path: `sophia_secrets/${name}`, text })),
    { path: `${info}/METADATA`, text: metadata(version, docs.python) },
    { path: `${info}/WHEEL`, text: WHEEL },
    { path: `${info}/licenses/LICENSE`, text: license },
  ];
  const record = files
    .map(({ path, text }) => {
      const digest = createHash("sha256").update(text, "utf8").digest("base64url");
      return `${path},sha256=${digest},${Buffer.byteLength(text)}`;
    })
    .sort();
  const path = `${info}/RECORD`;
  const content = zipOf([...files, { path, text: `${[...record, `${path},,`].join("\n")}\n` }]);
  return { name: `sophia_secrets-${version}-py3-none-any.whl`, content };
}

const WHEEL = `Wheel-Version: 1.0
Generator: sophia-secrets
Root-Is-Purelib: true
Tag: py3-none-any
`;

/** Core metadata 2.4, for its license expression. */
function metadata(version: string, page: string): string {
  return [
    "Metadata-Version: 2.4",
    "Name: sophia-secrets",
    `Version: ${version}`,
    `Summary: ${SUMMARY}`,
    `License-Expression: ${LICENSE_NAME}`,
    "License-File: LICENSE",
    ...PYTHON_VERSIONS.map((each) => `Classifier: Programming Language :: Python :: ${each}`),
    "Classifier: Typing :: Typed",
    `Requires-Python: >=${PYTHON_VERSIONS[0]}`,
    ...Object.entries(PYTHON_EXTRAS).flatMap(([extra, wanted]) => [
      `Provides-Extra: ${extra}`,
      `Requires-Dist: ${wanted}; extra == "${extra}"`,
    ]),
    "Description-Content-Type: text/markdown",
    "",
    page,
  ].join("\n");
}

/** The npm package of the TypeScript runtime: for `import` and `require`, typed, without a dependency. */
export function npmPackageOf({ version, license, typescript, docs }: PackageParts): PackageFile {
  const { cjs, types, exports } = typescript;
  const files = {
    "package.json": `${JSON.stringify(packageJson(version), null, 2)}\n`,
    "README.md": docs.typescript,
    LICENSE: license,
    "index.cjs": cjs,
    // One runtime behind both, so that `instanceof Secret` holds across them.
    "index.mjs": `import runtime from "./index.cjs";\n\nexport const { ${exports.join(", ")} } = runtime;\n`,
    "index.d.cts": types,
    "index.d.mts": types,
  };
  const content = tarballOf(Object.entries(files).map(([name, text]) => ({ path: `package/${name}`, text })));
  return { name: `${NPM_PACKAGE.replace("@", "").replace("/", "-")}-${version}.tgz`, content };
}

function packageJson(version: string): object {
  return {
    name: NPM_PACKAGE,
    version,
    description: SUMMARY,
    license: LICENSE_NAME,
    engines: { node: ">=22" },
    type: "commonjs",
    sideEffects: false,
    main: "./index.cjs",
    types: "./index.d.cts",
    exports: {
      ".": {
        import: { types: "./index.d.mts", default: "./index.mjs" },
        require: { types: "./index.d.cts", default: "./index.cjs" },
      },
      "./package.json": "./package.json",
    },
    // The declarations name types of Node.js; whoever compiles TypeScript for it has them.
    peerDependencies: { "@types/node": ">=22" },
    peerDependenciesMeta: { "@types/node": { optional: true } },
  };
}
