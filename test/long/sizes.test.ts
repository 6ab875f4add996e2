import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { spreadSecrets } from "../../src/catalog/carriers";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import type { Status } from "../../src/operations/status/find-status";
import type { Check } from "../../src/operations/verification/check";
import { renderScript, renderWorkflow } from "../../src/sync/carrier-files";
import { carrierCatalog } from "../../src/sync/job-catalog";
import { commandContext, runCommand } from "../cli/command-context";
import { People } from "../engine/people";

const BUNDLE = readFileSync(join(__dirname, "..", "..", "dist", "sync_secrets.cjs"), "utf8");
const [ORG, CLOUD_ORG, FIRST, SECOND] = ["acme", "payready", "first", "second"];
/** Forty-four of them are 2.02 MiB: more than a process can be given on Linux. */
const LARGE = 48_200;
const NAMES = Array.from({ length: 44 }, (_, index) => `SECRET_${String(index).padStart(2, "0")}`);
const DECLARED: Catalog = {
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    ...NAMES.map((name) => ({ name, group: "keys", visibility: "all" as const })),
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", bootstrap: true, visibility: "all" },
  ],
};
const large = (name: string, bytes = LARGE) => `canary-${name}-`.padEnd(bytes, "x");

function settingsWith(carriers: readonly string[]): Settings {
  const { settings } = parseSettings({
    githubOrganization: ORG,
    pulumiOrganization: CLOUD_ORG,
    application: "app",
    appRoot: "app",
    environments: '["production"]',
    organizationStack: "production",
    carriers: JSON.stringify(carriers),
    syncAuthentication: "token",
  });
  return settings as Settings;
}

describe("secrets that are too large together", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "sizes-"));
  let sandbox: Sandbox;

  const peopleOf = (repository: string) =>
    new People(sandbox.github.url, sandbox.tokens.github, ORG, repository);

  before(async () => {
    const member = { login: "ada", role: "admin" } as const;
    const repositories = [FIRST, SECOND].map((name) => ({
      name,
      private: true,
      files: { "README.md": "#\n" },
    }));
    sandbox = await startSandbox({
      folder,
      seed: {
        github: {
          organizations: [{ login: ORG, plan: "team", members: [member], repositories }],
          tokens: [{ login: "ada", scopes: ["admin:org", "repo", "workflow"] }],
        },
        pulumi: {
          organizations: [{ name: CLOUD_ORG, defaultEnvironmentPermission: "none", members: [member] }],
          tokens: [{ login: "ada" }],
        },
        registry: { images: [] },
      },
    });
    for (const name of ["app-production-keys", "app-production-ledger", "app-production"]) {
      const answer = await fetch(`${sandbox.pulumi.url}/api/esc/environments/${CLOUD_ORG}`, {
        method: "POST",
        headers: { authorization: `token ${sandbox.tokens.pulumi}` },
        body: JSON.stringify({ project: "default", name }),
      });
      equal(answer.status, 200);
    }
    const people = peopleOf(FIRST);
    await people.setSecret("PULUMI_ACCESS_TOKEN", sandbox.tokens.pulumi);
    // The first is read by a run before the others come.
    await people.setSecret("SECRET_00", large("SECRET_00"));
    await commit([FIRST]);
    await ended(FIRST);
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  /** What `pulumi up` commits. */
  async function commit(carriers: readonly string[]): Promise<void> {
    const [catalog, settings] = [resolveCatalog(DECLARED), settingsWith(carriers)];
    const { shards } = spreadSecrets(catalog.entries, carriers, "2026-12-01");
    for (const repository of carriers) {
      const job = carrierCatalog(catalog, settings, shards, repository);
      const { octokit } = peopleOf(repository);
      const files = {
        "scripts/ci/sync_secrets.cjs": renderScript(job, BUNDLE),
        ".github/workflows/sync_secrets.yml": renderWorkflow(job, settings),
      };
      for (const [path, text] of Object.entries(files)) {
        const place = { owner: ORG, repo: repository, path };
        const there = await octokit.rest.repos.getContent(place).catch(() => undefined);
        const sha = there === undefined ? {} : { sha: (there.data as { sha: string }).sha };
        const content = Buffer.from(text).toString("base64");
        await octokit.rest.repos.createOrUpdateFileContents({ ...place, ...sha, message: path, content });
      }
    }
  }

  async function ended(repository: string) {
    const people = peopleOf(repository);
    const [run] = await people.runs();
    return people.ended(run?.id ?? 0);
  }

  const command = (words: string, carriers = [FIRST], given: { stdin?: string; file?: string } = {}) =>
    runCommand(
      words,
      commandContext(
        {
          github: { url: sandbox.github.url, token: sandbox.tokens.github },
          cloud: { url: sandbox.pulumi.url, token: sandbox.tokens.pulumi },
        },
        {
          catalog: resolveCatalog(DECLARED),
          project: { dir: join(__dirname, "..", ".."), settings: settingsWith(carriers) },
          readFile: (path) => (path === ".env" ? Buffer.from(given.file ?? "") : readFileSync(path)),
        },
      ),
      given.stdin === undefined ? {} : { stdin: given.stdin },
    );
  const lastSync = async (carriers = [FIRST]) => {
    const { stdout } = await command("verify --json", carriers);
    return (JSON.parse(stdout) as Check[]).filter(({ subject }) => subject.startsWith("last sync"));
  };

  it("are refused by set and sync-to-github before anything is written, with the largest and the way out", async () => {
    const file = NAMES.map((name) => `${name}=${large(name)}`).join("\n");
    for (const words of [
      "sync-to-github --from .env --replace",
      "import-from-env --env-file .env --replace",
    ]) {
      const refused = await command(words, [FIRST], { file });
      equal(refused.code, 2);
      match(
        refused.stderr,
        /its job of production would not start: they have 2,0\d\d KiB together, most of it SECRET_00 \(48 KiB\)/,
      );
      match(refused.stderr, /a process can be given 1,984 KiB\. Nothing was written/);
      match(refused.stderr, /pulumi config set --path 'carriers\[1\]' REPOSITORY/);
    }
    const there = await peopleOf(FIRST).octokit.rest.actions.listOrgSecrets({ org: ORG });
    deepEqual(there.data.secrets.map(({ name }) => name).sort(), ["PULUMI_ACCESS_TOKEN", "SECRET_00"]);
    const few = await command("sync-to-github --from .env --replace", [FIRST], {
      file: NAMES.slice(0, 40)
        .map((name) => `${name}=${large(name)}`)
        .join("\n"),
    });
    equal(few.code, 0, few.stderr);
  });

  it("are told by verify and status where they kept the job from starting, and not as never set", async () => {
    // By GitHub's page, which counts nothing.
    for (const name of NAMES.slice(40)) await peopleOf(FIRST).setSecret(name, large(name));
    const run = await peopleOf(FIRST).sync();
    equal(run.conclusion, "failure");
    match(run.jobs[0]?.log ?? "", /Argument list too long/);
    const [check] = await lastSync();
    equal(check?.code, "step-too-large");
    match(
      check?.cause ?? "",
      /GitHub's runner could not start its job of production.*SECRET_00 \(48 KiB\).*no run has read what GitHub has now of SECRET_00, SECRET_01/s,
    );
    match(check?.remedy ?? "", /shorten SECRET_00; or spread/);
    const { stdout } = await command("status");
    match(stdout, /could not start, because its secrets are too large together/);
    doesNotMatch(stdout, /never set|no value of it was ever synced/);
    const all = JSON.parse((await command("status --json")).stdout) as Status[];
    deepEqual([...new Set(all.map(({ standing }) => standing.join()))], ["unknown"]);
  });

  it("may be rotated, and shortened, while there are too many of them", async () => {
    const rotated = await command("set SECRET_00 --replace", [FIRST], { stdin: large("rotated") });
    equal(rotated.code, 0, rotated.stderr);
  });

  it("are synced by two carriers, as the remedy has it", async () => {
    const both = [FIRST, SECOND];
    await commit(both);
    for (const repository of both) {
      const run = await peopleOf(repository).sync();
      equal(
        run.conclusion,
        "success",
        run.jobs
          .map(({ log }) => log)
          .join("\n")
          .slice(-2000),
      );
    }
    deepEqual(
      (await lastSync(both)).map(({ code }) => code),
      ["sync-succeeded", "sync-succeeded"],
    );
    const { stdout } = await command("status --json", both);
    const open = (JSON.parse(stdout) as Status[]).filter((each) => each.open);
    deepEqual(open, []);
  });
});
