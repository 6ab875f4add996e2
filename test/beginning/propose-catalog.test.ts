import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { parseCatalog } from "../../src/catalog/checks/check-catalog";
import type { Catalog } from "../../src/catalog/entry";
import { KINDS, knownByName } from "../../src/catalog/vendors";
import { writeFiles } from "../../src/operations/beginning/init";
import { type Answers, proposeCatalog } from "../../src/operations/beginning/propose-catalog";
import { renderProposal } from "../../src/operations/beginning/render-secrets";
import { readProject } from "../../src/operations/project";
import { Secret } from "../../src/secret";
import { projectFolder } from "./project-folder";

const ROOT = join(__dirname, "..", "..");
const ANSWERS: Answers = {
  githubOrganization: "acme",
  pulumiOrganization: "acme",
  application: "acme",
  environments: ["development", "staging", "production"],
  carriers: ["infrastructure"],
  owner: "Platform",
};

const name = fc.oneof(
  fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,60}$/),
  fc
    .tuple(
      fc.constantFrom(
        "OPENAI",
        "SLACK_BOT",
        "GH",
        "NODE",
        "AWS",
        "POSTGRES",
        "GITHUB",
        "PULUMI_ACCESS",
        "GET",
      ),
      fc.constantFrom("API_KEY", "TOKEN", "OPTIONS", "PASSWORD", "URL", "USER", "APP_ID"),
    )
    .map((parts) => parts.join("_")),
);
const repository = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,39}$/);
const secret = fc.record({
  name: name.filter((each) => !each.startsWith("GITHUB_")),
  visibility: fc.constantFrom("all" as const, "private" as const, "selected" as const),
  repositories: fc.uniqueArray(repository, { maxLength: 12 }),
});
const organization = fc.uniqueArray(secret, { selector: (each) => each.name, maxLength: 20 });
const names = fc.uniqueArray(name, { maxLength: 10 });

/** A proposal of what an organization, its environments and two files hold. */
const proposal = fc
  .record({ organization, staging: names, production: names, file: names, values: fc.string() })
  .map(({ organization: secrets, staging, production, file, values }) =>
    proposeCatalog(ANSWERS, {
      organization: { login: "acme", secrets, uses: new Map(), repositories: [], unseen: [] },
      environments: new Map([
        ["staging", staging],
        ["production", production],
        ["elsewhere", file],
      ]),
      files: [
        { values: new Map(file.map((each) => [each, new Secret(values)])), environment: "staging" },
        { values: new Map(file.map((each) => [each.toLowerCase(), undefined])) },
      ],
    }),
  );

const put = (folder: { dir: string }, files: ReadonlyMap<string, string>) =>
  writeFiles(
    folder,
    [...files].map(([path, text]) => ({ path, text, state: "new" as const })),
  );

describe("what init writes", () => {
  it("passes the catalog's checks and is read back as it was proposed, whatever names there are", () => {
    const folder = projectFolder();
    try {
      fc.assert(
        fc.property(proposal, (given) => {
          put(folder, renderProposal(given, "sophia-secrets"));
          for (const each of Object.keys(require.cache))
            if (each.startsWith(join(folder.dir, "secrets"))) delete require.cache[each];
          const { catalog } = require(join(folder.dir, "secrets", "catalog.ts")) as { catalog: Catalog };
          deepEqual(parseCatalog(catalog, "acme").problems, []);
          deepEqual(
            catalog.secrets,
            given.entries.map(({ pageKey: _, ...entry }) => entry),
          );
          deepEqual(readProject(folder.dir).settings.environments, ["production"]);
        }),
        { numRuns: 40 },
      );
    } finally {
      folder.remove();
    }
  }).timeout(60_000);

  it("has the project's own format, and its types", () => {
    const [given] = fc.sample(proposal, { numRuns: 1, seed: 7 });
    ok(given);
    const crowded = {
      ...given,
      entries: [
        ...given.entries,
        {
          name: "A_NAME",
          group: Object.keys(given.groups)[0] ?? "",
          repositories: Array.from({ length: 9 }, (_, index) => `repository-number-${index}`),
        },
      ],
    };
    const files = renderProposal(crowded, "sophia-secrets");
    for (const [path, text] of files) {
      if (!path.endsWith(".ts")) continue;
      const args = ["--no-install", "biome", "check", "--write", `--stdin-file-path=${path}`];
      equal(execFileSync("npx", args, { cwd: ROOT, input: text, encoding: "utf8" }), text, path);
    }
    const folder = projectFolder();
    try {
      put(folder, files);
      const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
      const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
      const paths = [...files.keys()]
        .filter((each) => each.endsWith(".ts"))
        .map((each) => join(folder.dir, each));
      const program = ts.createProgram(paths, { ...options, noEmit: true });
      const found = paths.flatMap((path) => [
        ...program.getSemanticDiagnostics(program.getSourceFile(path)),
        ...program.getSyntacticDiagnostics(program.getSourceFile(path)),
      ]);
      deepEqual(
        found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
        [],
      );
    } finally {
      folder.remove();
    }
  }).timeout(120_000);

  it("never holds a value, and drops a format that the value at hand does not have", () => {
    const values = new Map([
      ["OPENAI_API_KEY", new Secret("canary-of-azure")],
      ["SLACK_BOT_TOKEN", new Secret("xoxb-canary")],
      ["LINEAR_API_KEY", new Secret("your_linear_api_key_here")],
    ]);
    const given = proposeCatalog(ANSWERS, { environments: new Map(), files: [{ values }] });
    const texts = [...renderProposal(given, "sophia-secrets").values()].join("\n");
    ok(!texts.includes("canary") && !JSON.stringify(given).includes("canary"));
    deepEqual(
      given.entries.map((entry) => [entry.name, entry.format]),
      [
        ["OPENAI_API_KEY", undefined],
        ["LINEAR_API_KEY", "linear-key"],
        ["SLACK_BOT_TOKEN", "slack-bot-token"],
      ],
    );
  });
});

describe("a secret's name", () => {
  for (const [name, kind, format, credential] of [
    ["OPENAI_API_KEY", "ai", "openai-key", undefined],
    ["AZURE_OPENAI_API_KEY", "ai", undefined, undefined],
    ["OPENAI_ORGANIZATION", "ai", undefined, false],
    ["CI_SLACK_BOT_TOKEN", "business", "slack-bot-token", undefined],
    ["GH_APP_ID", "infrastructure", "number", false],
    ["GH_APP_PRIVATE_KEY", "infrastructure", "private-key", undefined],
    ["DATABASE_URL", "data", undefined, undefined],
    ["POSTGRES_USER", "data", undefined, false],
    ["JWT_SECRET", "signing", undefined, undefined],
    ["MONKEY", "other", undefined, undefined],
  ] as const)
    it(`${name} tells ${kind}${format === undefined ? "" : ` and ${format}`}`, () => {
      const known = knownByName(name);
      deepEqual([known.kind, known.format, known.credential], [kind, format, credential]);
    });

  it("tells a kind that has a group, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        match(KINDS[knownByName(any).kind].group, /^[a-z-]+$/);
      }),
    );
  });
});
