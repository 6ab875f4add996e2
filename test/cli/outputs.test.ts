import { equal } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { RemedyError } from "../../src/errors";
import { renderSummary } from "../../src/sync/summary";
import { putSecret } from "../github/started-github";
import { env, open, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { startAuditing } from "./auditing";
import { runCommand } from "./command-context";
import { VersionsStage } from "./versions-stage";

const PAGE = join(__dirname, "..", "..", "docs", "outputs.md");
const WIDTH = 80;

/** Times, ports and what depends on them, as the page has them. */
function steady(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "2026-12-01T15:16:00Z")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d(?= )/g, "2026-12-01 15")
    .replaceAll(/127\.0\.0\.1:\d+/g, "github.example");
}

/** Compares with the page's block of that name, or writes it. */
function isOnThePage(name: string, shown: string): void {
  const page = readFileSync(PAGE, "utf8");
  const block = new RegExp(`(<!-- ${name} -->\n\`\`\`\\w+\n)([\\s\\S]*?)(\`\`\`\n)`);
  const text = `${steady(shown).trimEnd()}\n`;
  if (process.env.UPDATE_GOLDEN === "1")
    writeFileSync(
      PAGE,
      page.replace(block, (_, before, __, after) => `${before}${text}${after}`),
    );
  else equal(block.exec(page)?.[2], text, `docs/outputs.md: UPDATE_GOLDEN=1 writes ${name} again`);
}

const secret = (name: string, more: object = {}) => ({ name, group: "keys", ...more });
const CATALOG: Catalog = {
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    secret("ANTHROPIC_API_KEY"),
    secret("ASANA_ACCESS_TOKEN"),
    secret("CODACY_API_TOKEN"),
    secret("OPENAI_API_KEY", { format: "openai-key" }),
    secret("PINECONE_API_KEY"),
    secret("GRAFANA_URL", { required: false }),
  ],
};
const GIVEN = {
  ANTHROPIC_API_KEY: SENTINEL,
  ASANA_ACCESS_TOKEN: SENTINEL,
  CODACY_API_TOKEN: SENTINEL,
  OPENAI_API_KEY: "changeme",
  PINECONE_API_KEY: "canary-pinecone",
};
const IN_GITHUB = {
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_REPOSITORY: "ai-cherry/sophia-main",
};

describe("docs/outputs.md shows what is shown:", () => {
  let stage: VersionsStage;
  before(async () => {
    stage = await VersionsStage.start();
    for (const SYNC_ENVIRONMENT of ["staging", "production"])
      await stage.sync({ ...GIVEN, ...IN_GITHUB, SYNC_ENVIRONMENT }, { catalog: CATALOG });
  });
  after(() => stage.close());

  it("status", async () => {
    const { stdout } = await stage.run("status", { catalog: CATALOG, width: WIDTH, symbols: true });
    isOnThePage("status", stdout);
  });

  it("verify", async () => {
    const github = () => {
      const missing = {
        code: "?",
        subject: "GITHUB_TOKEN",
        cause: "is not set",
        remedy: "export GITHUB_TOKEN=...",
      };
      throw new RemedyError(missing);
    };
    const { stdout } = await stage.run("verify", { catalog: CATALOG, github, githubCall: github });
    isOnThePage("verify", stdout);
  });

  it("audit", async () => {
    const both = await startAuditing();
    try {
      const path = "default/app-production-keys";
      await both.cloud.environment(path, "values: {}\n");
      for (let count = 0; count < 4; count += 1) await open(both.cloud, path);
      await open(both.cloud, path, TOKENS.dev);
      await both.cloud.call("PATCH", env(path), { body: "values: { a: 1 }\n" });
      await putSecret(both.github.octokit(), "OPENAI_API_KEY", "canary");
      const { stdout } = await runCommand("audit", both.context, { width: WIDTH, symbols: true });
      isOnThePage("audit", stdout);
    } finally {
      await both.close();
    }
  });

  it("summary", () => {
    const now = new Date("2026-12-01T15:16:00Z");
    const lines = [
      { name: "OPENAI_API_KEY", verb: "update", writes: "value" },
      { name: "PINECONE_API_KEY", verb: "create", writes: "value" },
      { name: "ASANA_ACCESS_TOKEN", verb: "refused", reason: "nobody has set it in GitHub yet" },
      { name: "GONG_URL", verb: "unchanged" },
      { name: "JWT_SECRET", verb: "unchanged" },
    ] as const;
    const changed = {
      OPENAI_API_KEY: "2026-12-01T15:15:59Z",
      PINECONE_API_KEY: "2026-12-01T15:15:59Z",
      GONG_URL: "2026-10-01T00:00:00Z",
      JWT_SECRET: "2026-11-01T00:00:00Z",
    };
    const group = {
      group: "api-keys",
      environment: "default/sophia-ai-production-api-keys",
      lines: [...lines],
    };
    const report = { environment: "production", groups: [group], changed, tag: "run-821796259" };
    isOnThePage("summary", renderSummary(report, { dryRun: false, now }));
  });
});
