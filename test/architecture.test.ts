import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  calls,
  hasDefaultExport,
  importCircle,
  isCatchAll,
  lineCount,
  metaphorsIn,
  oldWordsIn,
  type Part,
  proseIn,
  readsProcessEnvironment,
  type Source,
  wrongImports,
} from "./source-rules";

/** What every part may use: errors, texts, addresses, bounded YAML and the value that cannot be printed by accident. */
const BASICS = ["src/errors", "src/secret", "src/text", "src/addresses", "src/yaml-text"];

/** What every operation may use: the layers below, what operations share, and how the catalog's names are looked up. */
const OPERATIONS = [
  ...["src/catalog/", "src/access/", "src/ledger/", "src/clients/", "src/sync/", ...BASICS],
  ...["context", "project", "pulumi-cli", "in-parallel", "keep-backup", "own-file", "observation/"].map(
    (name) => `src/operations/${name}`,
  ),
  "src/operations/values/named-entries",
];
const SUBJECTS = [
  ...["access", "adoption", "audit", "drift", "observation", "pauses", "plan-comment", "recovery"],
  ...["rotation", "status", "values", "versions"],
];

/** Who may import whom: the whole truth. To add a folder: a line here, and one in the map of docs/. */
const PARTS: readonly Part[] = [
  {
    holds: ["secrets/"],
    ours: ["entry", "access-policy", "applications", "vendors"].map((name) => `src/catalog/${name}`),
    packages: [],
  },
  { holds: BASICS, ours: [], packages: ["node:util", "yaml"] },
  // The checks look at the whole declaration, access included; so they stand above it.
  {
    holds: ["src/catalog/checks/"],
    ours: ["src/catalog/", "src/access/", ...BASICS],
    packages: ["croner", "zod"],
  },
  {
    holds: ["src/catalog/"],
    except: ["src/catalog/checks/"],
    ours: BASICS,
    packages: ["node:crypto", "yaml", "zod"],
  },
  { holds: ["src/access/"], ours: ["src/catalog/", ...BASICS], packages: ["node:crypto"] },
  // The store reads and writes ledgers, so it is given a client.
  {
    holds: ["src/ledger/"],
    ours: ["src/catalog/", "src/clients/", ...BASICS],
    packages: ["node:crypto", "node:util", "yaml"],
  },
  { holds: ["src/clients/"], ours: BASICS, packages: ["node:*"] },
  {
    holds: ["src/loaders/"],
    ours: ["secrets/", "src/catalog/", "src/clients/", ...BASICS],
    packages: ["node:*"],
  },
  {
    holds: ["src/sync/"],
    ours: ["src/catalog/", "src/access/", "src/ledger/", "src/clients/", ...BASICS],
    packages: ["node:*", "yaml"],
  },
  { holds: ["src/resources/access/open-organization"], ours: ["src/catalog/", "src/clients/"], packages: [] },
  {
    holds: ["src/resources/github/open-github"],
    ours: ["src/catalog/", "src/clients/", "src/secret"],
    packages: [],
  },
  // They run in a process of their own, which Pulumi starts.
  {
    holds: ["src/resources/own/main", "src/resources/own/secret-repositories-provider"],
    ours: ["src/clients/", "src/resources/own/", ...BASICS],
    packages: ["node:*"],
  },
  {
    holds: ["src/resources/"],
    ours: [
      "src/catalog/",
      "src/access/",
      "src/ledger/",
      "src/sync/carrier-files",
      "src/sync/job-catalog",
      "src/loaders/generator/",
      ...BASICS,
    ],
    packages: ["node:*", "yaml", "@pulumi/"],
  },
  // Three subjects put others together; the others share what is observed, and know each other not.
  {
    holds: ["src/operations/verification/"],
    ours: [
      "src/operations/running/docker-credential",
      ...OPERATIONS,
      "src/loaders/generator/",
      ...["access", "drift", "status"].map((name) => `src/operations/${name}/`),
    ],
  },
  {
    holds: ["src/operations/evidence/"],
    ours: [
      ...OPERATIONS,
      ...["access", "audit", "reviews", "rotation"].map((name) => `src/operations/${name}/`),
    ],
  },
  // A review is of the rights that access finds.
  {
    holds: ["src/operations/reviews/"],
    ours: [...OPERATIONS, "src/operations/access/"],
  },
  // The report shows what the others find.
  {
    holds: ["src/operations/report/"],
    ours: [
      ...OPERATIONS,
      ...[
        "access",
        "audit",
        "drift",
        "reviews",
        "rotation",
        "status",
        "usage",
        "verification",
        "versions",
      ].map((name) => `src/operations/${name}/`),
    ],
  },
  {
    holds: ["src/operations/incident/"],
    ours: [...OPERATIONS, ...["audit", "pauses", "values"].map((name) => `src/operations/${name}/`)],
  },
  // Files are read and written there as values are.
  {
    holds: ["src/operations/beginning/"],
    ours: [
      ...OPERATIONS,
      ...["src/operations/catalog-edit/", "src/operations/values/", "src/loaders/generator/"],
    ],
  },
  // The edited file is written as a template is.
  { holds: ["src/operations/catalog-edit/"], ours: [...OPERATIONS, "src/operations/values/private-file"] },
  // Both read git's objects.
  {
    holds: ["src/operations/usage/"],
    ours: [...OPERATIONS, "src/operations/catalog-edit/", "src/operations/scan/git-objects"],
  },
  // Who can use a secret is set as a value's write sets it, and what one stack owns is what it may adopt.
  {
    holds: ["src/operations/repair/"],
    ours: [...OPERATIONS, ...["adoption", "drift", "values"].map((name) => `src/operations/${name}/`)],
  },
  // What it opens is what an application's loader opens.
  { holds: ["src/operations/running/"], ours: [...OPERATIONS, "src/loaders/"] },
  // What code asks for is found as readers are.
  {
    holds: ["src/operations/validation/"],
    ours: [...OPERATIONS, "src/operations/values/", "src/operations/usage/"],
  },
  // What is looked for is what applications load.
  { holds: ["src/operations/scan/"], ours: [...OPERATIONS, "src/operations/values/"] },
  ...SUBJECTS.map((name) => ({ holds: [`src/operations/${name}/`], ours: OPERATIONS })),
  { holds: ["src/operations/"], ours: OPERATIONS },
  {
    holds: ["src/cli/"],
    ours: [
      "src/catalog/",
      "src/access/",
      "src/ledger/",
      "src/clients/",
      "src/sync/",
      "src/operations/",
      ...BASICS,
    ],
  },
  {
    holds: ["index"],
    ours: ["secrets/", "src/catalog/", "src/loaders/generator/", "src/resources/"],
    packages: [],
  },
  {
    holds: ["policies/"],
    ours: [],
    packages: ["@pulumi/policy", "yaml", "node:crypto", "node:fs", "node:os", "node:path"],
  },
  { holds: ["sandbox/core/"], ours: [] },
  { holds: ["sandbox/esc/"], ours: [] },
  { holds: ["sandbox/runner/"], ours: [] },
  { holds: ["sandbox/registry/", "sandbox/database/"], ours: ["sandbox/core/"] },
  { holds: ["sandbox/github/"], ours: ["sandbox/core/", "sandbox/runner/run-request"] },
  { holds: ["sandbox/pulumi/"], ours: ["sandbox/core/", "sandbox/esc/"] },
  { holds: ["sandbox/"], ours: ["toolchain/toolchain"] },
  { holds: ["toolchain/plugins/"], ours: [] },
  { holds: ["toolchain/"], ours: [] },
  {
    holds: ["demo/"],
    ours: ["secrets/", "src/catalog/", "src/loaders/", "src/operations/project", "sandbox/", "toolchain/"],
  },
  { holds: ["bench/"], ours: ["index", "secrets/", "src/", "sandbox/", "toolchain/"] },
  {
    holds: ["test/"],
    ours: ["index", "secrets/", "src/", "policies/", "sandbox/", "toolchain/", "bench/", "demo/"],
  },
];

/** The mains, the one entry that applications call without arguments, and the one of the program that Pulumi runs. */
const MAINS = [
  // The pack is a process of its own: it asks Pulumi Cloud with the run's token.
  "policies/standing-trust.ts",
  "src/sync/main.ts",
  "src/cli/main.ts",
  "src/cli/open-context.ts",
  "src/loaders/typescript/loader-options.ts",
  "src/resources/access/open-organization.ts",
  "src/resources/github/open-github.ts",
  "src/resources/own/main.ts",
  "src/resources/read-stack.ts",
];
const isOurs = (path: string) => /^(index\.ts|secrets\/|src\/|policies\/)/.test(path);

const LONGEST = 250;
/** Tables of data, which grow by a line per thing they list. */
const DATA = ["secrets/catalog.ts", "src/catalog/checks/obeyed-names.ts", "src/catalog/vendors.ts"];

const ROOT = join(__dirname, "..");
const SOURCES: readonly Source[] = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => !entry.name.startsWith(".") && !["node_modules", "dist"].includes(entry.name))
  .flatMap((entry) => (entry.isDirectory() ? filesBelow(entry.name) : [entry.name]))
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules") return [];
    return entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`];
  });
}

const pathsWhere = (test: (source: Source) => boolean) => SOURCES.filter(test).map(({ path }) => path);

describe("the project's own code", () => {
  it("imports along the arrows of its parts, and no other way", () => {
    ok(SOURCES.length > 100);
    deepEqual(
      SOURCES.flatMap((source) => wrongImports(source, PARTS)),
      [],
    );
  });

  it("imports in no circle, not even for a type", () => {
    equal(importCircle(SOURCES), undefined);
  });

  it("reads environment variables, and creates the real HTTP client, only where a program begins", () => {
    const begins = ({ path }: Source) => !isOurs(path) || MAINS.includes(path);
    deepEqual(
      pathsWhere((source) => !begins(source) && readsProcessEnvironment(source)),
      [],
    );
    deepEqual(
      pathsWhere((source) => !begins(source) && calls(source, "createHttp")),
      [],
    );
  });

  it("exports by name alone", () => {
    deepEqual(pathsWhere(hasDefaultExport), []);
  });

  it("has no catch-all file or folder", () => {
    deepEqual(
      pathsWhere(({ path }) => isCatchAll(path)),
      [],
    );
  });

  it("has no metaphor in a file name, an identifier or a comment", () => {
    deepEqual(SOURCES.filter(({ path }) => isOurs(path)).flatMap(metaphorsIn), []);
  });

  it("says nothing in old words, in comments, messages and names of tests", () => {
    // These two name the words.
    const own = ["test/source-rules.ts", "test/architecture.test.ts"];
    const read = SOURCES.filter(({ path }) => !own.includes(path));
    deepEqual(
      read.flatMap((source) => oldWordsIn(source.path, proseIn(source))),
      [],
    );
  });

  it("has a table of contents of at most 60 lines", () => {
    ok(readFileSync(join(ROOT, "index.ts"), "utf8").trimEnd().split("\n").length <= 60);
  });

  it(`has no source of more than ${LONGEST} lines but tables of data`, () => {
    deepEqual(
      pathsWhere((source) => {
        const free = source.path.startsWith("test/") || DATA.includes(source.path);
        return !free && lineCount(source) > LONGEST;
      }),
      [],
    );
  });
});

describe("the rules on code", () => {
  const wrong = (path: string, text: string) => wrongImports({ path, text }, PARTS);

  it("find a planted wrong arrow, however it is spelled", () => {
    for (const text of [
      'import { createHttp } from "../src/clients/http";',
      'import type { Http } from "../src/clients/http";',
      'import "../src/clients/http";',
      'export { createHttp } from "../src/clients/http";',
      'export * from "../src/clients/http";',
      'const http = await import("../src/clients/http");',
      'const http = require("../src/clients/http");',
      'type Http = import("../src/clients/http").Http;',
    ])
      deepEqual(wrong("secrets/planted.ts", text), ["secrets/planted.ts imports src/clients/http"], text);
  });

  it("know each forbidden arrow", () => {
    for (const [path, target] of [
      ["secrets/a.ts", "@pulumi/pulumi"],
      ["secrets/a.ts", "node:http"],
      ["secrets/a.ts", "../src/catalog/slots"],
      ["src/errors.ts", "./catalog/entry"],
      ["src/catalog/a.ts", "../access/trust"],
      ["src/catalog/a.ts", "./checks/check-names"],
      ["src/catalog/a.ts", "../../secrets/catalog"],
      ["src/access/a.ts", "../ledger/ledger"],
      ["src/ledger/a.ts", "../access/trust"],
      ["src/clients/a.ts", "../catalog/entry"],
      ["src/clients/a.ts", "../sync/plan"],
      ["src/loaders/a.ts", "../sync/plan"],
      ["src/loaders/a.ts", "zod"],
      ["src/sync/a.ts", "../resources/github/carrier"],
      ["src/sync/a.ts", "../loaders/typescript/create-loader"],
      ["src/sync/a.ts", "../../secrets/catalog"],
      ["src/sync/a.ts", "@pulumi/pulumi"],
      ["src/resources/a.ts", "../sync/sync"],
      ["src/resources/a.ts", "../clients/http"],
      ["src/resources/a.ts", "../../sandbox/core/serve"],
      ["src/operations/a.ts", "../cli/terminal"],
      ["src/operations/status/a.ts", "../versions/history"],
      ["src/operations/access/a.ts", "../audit/read-audit"],
      ["src/operations/audit/a.ts", "../evidence/sections"],
      ["src/operations/a.ts", "../resources/github/carrier"],
      ["src/cli/a.ts", "../resources/github/carrier"],
      ["src/cli/a.ts", "../../secrets/catalog"],
      ["index.ts", "./src/clients/http"],
      ["index.ts", "./sandbox/sandbox"],
      ["policies/a.ts", "../secrets/catalog"],
      ["policies/a.ts", "@pulumi/pulumi"],
      ["sandbox/core/a.ts", "../github/access"],
      ["sandbox/github/a.ts", "../pulumi/access"],
      ["sandbox/github/a.ts", "../runner/job"],
      ["sandbox/esc/a.ts", "../core/serve"],
      ["sandbox/a.ts", "../secrets/catalog"],
      ["sandbox/a.ts", "../src/errors"],
      ["toolchain/a.ts", "../sandbox/pulumi/access"],
      ["toolchain/plugins/github/a.ts", "../../../sandbox/github/access"],
      ["demo/a.ts", "../src/sync/sync"],
      ["src/clients/a.ts", "../../test/source-rules"],
      ["scripts/a.ts", undefined],
    ] as const)
      equal(wrong(path, target === undefined ? "" : `import "${target}";`).length, 1, `${path} -> ${target}`);
  });

  it("let the allowed arrows pass", () => {
    for (const [path, target] of [
      ["secrets/a.ts", "./groups"],
      ["secrets/a.ts", "../src/catalog/entry"],
      ["src/catalog/checks/a.ts", "../../access/trust"],
      ["src/resources/github/a.ts", "../../sync/carrier-files"],
      ["src/resources/a.ts", "../sync/job-catalog"],
      ["src/cli/a.ts", "../operations/context"],
      ["sandbox/pulumi/stacks/a.ts", "../../core/store"],
      ["sandbox/sandbox.ts", "./github/access"],
      ["test/a.test.ts", "../sandbox/sandbox"],
    ] as const)
      deepEqual(wrong(path, `import "${target}";`), [], `${path} -> ${target}`);
  });

  it("find a planted circle of imports, and take a shared import for none", () => {
    const a = { path: "src/a.ts", text: 'import "./b"; import "./c";' };
    const b = { path: "src/b.ts", text: 'import "./c";' };
    const c = (text: string) => ({ path: "src/c.ts", text });
    equal(importCircle([a, b, c('import "node:fs";')]), undefined);
    equal(importCircle([a, b, c('import type { B } from "./b";')]), "src/b.ts -> src/c.ts -> src/b.ts");
  });

  it("find environment variables, default exports and calls in every spelling", () => {
    const source = (text: string) => ({ path: "a.ts", text });
    for (const text of [
      "f(process.env)",
      "process.env.A",
      'process["env"]',
      "const { env } = process;",
      "globalThis.process.env",
      'import { env } from "node:process";',
      'import process from "process";',
    ])
      ok(readsProcessEnvironment(source(text)), text);
    for (const text of ["// process.env", "process.exitCode = 1", "a.process.env", '"process.env"'])
      ok(!readsProcessEnvironment(source(text)), text);
    for (const text of [
      "export default 1",
      "export default class {}",
      "export = a",
      "export { a as default }",
      'export { default } from "a"',
    ])
      ok(hasDefaultExport(source(text)), text);
    ok(!hasDefaultExport(source('switch (a) { default: }\nimport b from "b"; export { b };')));
    ok(calls(source("const a = createHttp();"), "createHttp"));
    ok(!calls(source("function createHttp() {} // createHttp()"), "createHttp"));
  });

  it("find a metaphor in a file name, an identifier and a comment, and none in a text or a longer word", () => {
    const found = (text: string, path = "src/a.ts") => metaphorsIn({ path, text });
    for (const text of [
      "const frontDoor = 1;",
      "const MENDED_BY = 1;",
      "class A { #twin = 1; }",
      "// Nobody walks here.",
      "f(/* the house */ 1);",
      "/** A stranger's token. */\nexport const a = 1;",
      "const a = 1;\n// at the end: rooms",
      "/** @param teller who says it */\nfunction f() {}",
    ])
      equal(found(text).length, 1, text);
    equal(found("", "src/adopt-door.ts").length, 1);
    for (const text of ['const a = "the door";', "const recommend = 1;", "// amended, a warehouse", "`room`"])
      deepEqual(found(text), [], text);
  });

  it("find a catch-all by its name, and take no other for one", () => {
    for (const path of ["src/utils.ts", "src/helpers/a.ts", "a/common.test.ts", "misc.ts"])
      ok(isCatchAll(path), path);
    for (const path of ["src/common-name.ts", "src/uncommon.ts", "helper-list.ts"])
      ok(!isCatchAll(path), path);
  });
});
