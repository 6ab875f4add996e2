import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { escPlaces } from "../../src/access/esc-places";
import { resolveCatalog } from "../../src/catalog/entry";
import type { WorkflowRun } from "../../src/clients/github-audit";
import { EMPTY_LEDGER, type Ledger, renderLedger } from "../../src/ledger/ledger";
import type { ReportData } from "../../src/operations/report/report-data";
import { findSyncs } from "../../src/operations/report/syncs";
import { putSecret } from "../github/started-github";
import { env, open, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { type Auditing, CATALOG, startAuditing } from "./auditing";
import { commandContext, runCommand } from "./command-context";
import { AT_CLOUD } from "./small-organization";

const VALUES = "default/app-production-keys";
const CANARY = "canary-value";

describe("sophia-secrets report", () => {
  let both: Auditing;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "report-test-"));
    both = await startAuditing();
    for (const { path } of escPlaces(resolveCatalog(CATALOG), AT_CLOUD))
      await both.cloud.environment(path, "values: {}\n");
  });
  afterEach(async () => {
    await both.close();
    rmSync(folder, { recursive: true });
  });
  const file = () => join(folder, "report.html");
  const root = join(__dirname, "..", "..");
  /** Of this repository comes the sync's script alone, which the checks of the carrier compare. */
  const context = (tokens: { github?: string | null; cloud?: string | null } = {}) =>
    commandContext(
      {
        github: { url: both.github.url, ...(tokens.github === undefined ? {} : { token: tokens.github }) },
        cloud: { url: both.cloud.url, ...(tokens.cloud === undefined ? {} : { token: tokens.cloud }) },
      },
      { catalog: resolveCatalog(CATALOG), project: { dir: root }, readFile: (path) => readFileSync(path) },
    );
  const report = (options = "", tokens = {}) => runCommand(`report ${options}`, context(tokens));
  const data = async (tokens = {}) => JSON.parse((await report("--json", tokens)).stdout) as ReportData;

  async function synced(days: number, run = "77"): Promise<void> {
    const at = new Date(Date.now() - days * 86_400_000).toISOString();
    const entry = {
      fingerprint: "canary-f",
      source: "OPENAI_API_KEY",
      changed: at,
      synced: at,
      run,
      commit: "c",
    };
    const body = renderLedger({ ...EMPTY_LEDGER, key: "canary-key", secrets: { OPENAI_API_KEY: entry } });
    for (const environment of CATALOG.environments)
      await both.cloud.call("PATCH", env(`default/app-${environment}-ledger`), { body });
  }

  it("begins with what must be done, by owner, with the command for each", async () => {
    await synced(100);
    await putSecret(both.github.octokit(), "OPENAI_API_KEY", CANARY);
    const { stdout, code } = await report();
    equal(code, 0);
    match(stdout, /^To do today\n\n(?:.*\n)*Data\n {2}now +POSTGRES_PASSWORD /);
    match(
      stdout,
      /\nAccess reviewers\n {2}soon +\d+ rights +\d+ never reviewed +\.\/sophia-secrets access --review\n/,
    );
    match(
      stdout,
      /\nPlatform\n(?:.*\n)*? {2}now +OPENAI_API_KEY +staging, production +overdue .*, 100 days old +\.\/sophia-secrets set OPENAI_API_KEY --replace\n/,
    );
    match(stdout, /\n1 +overdue for rotation +0 due in 14 days\n/);
  });

  it("joins state, age, access, drift, checks, syncs and openings, and holds no value", async () => {
    await synced(3);
    await putSecret(both.github.octokit(), "OPENAI_API_KEY", CANARY);
    await both.cloud.call("PATCH", env(VALUES), { body: `values: {a: {fn::secret: ${CANARY}}}\n` });
    await open(both.cloud, VALUES, TOKENS.admin);
    await open(both.cloud, VALUES, TOKENS.dev);
    const started = new Date(Date.now() - 60_000).toISOString();
    both.ran(started, new Date().toISOString());
    const found = await data();
    equal(found.version, 1);
    const [openai] = found.secrets;
    deepEqual(
      [openai?.name, openai?.owner, openai?.ages[0]?.ageDays, openai?.states.length],
      ["OPENAI_API_KEY", "Platform", 3, 2],
    );
    ok(found.access.rights.some(({ identity }) => identity.name === "app-production-application"));
    deepEqual(found.access.cloud?.administrators, ["ada"]);
    ok(found.drift?.drift.some(({ subject }) => subject === "POSTGRES_PASSWORD"));
    ok(found.checks.length > 5);
    deepEqual(
      found.syncs.map(({ carrier, outcome, seconds }) => [carrier, outcome, seconds]),
      [["carrier", "success", 60]],
    );
    deepEqual(
      found.openings?.by.map(({ who, opened, refused }) => [who, opened, refused]),
      [
        ["ada", 1, 0],
        ["dev", 0, 1],
      ],
    );
    equal(found.openings?.days.length, 31);
  });

  it("writes one page for its owner alone, and replaces no file but its own", async () => {
    await synced(3);
    const first = await report(`--html ${file()}`);
    deepEqual([first.code, first.stdout], [0, ""]);
    match(first.stderr, /\nWritten to .*report\.html\n$/);
    equal(statSync(file()).mode & 0o777, 0o600);
    doesNotMatch(readFileSync(file(), "utf8"), /canary/);
    equal((await report(`--html ${file()}`)).code, 0);
    writeFileSync(file(), "notes");
    const foreign = await report(`--html ${file()}`);
    equal(foreign.code, 2);
    match(
      foreign.stderr,
      /it is there, and is not a report that this command wrote\nRemedy: name another file/,
    );
    equal(readFileSync(file(), "utf8"), "notes");
    match((await report(`--html ${join(folder, "no", "r.html")}`)).stderr, /cannot be written \(ENOENT\)/);
    deepEqual(readdirSync(folder), ["report.html"], "nothing half written is left");
  });

  it("asks GitHub nothing twice", async () => {
    await both.github.fetch("/_sandbox/requests", { method: "DELETE" });
    await report("--json");
    const asked = (await (await both.github.fetch("/_sandbox/requests")).json()) as string[];
    const reads = asked.filter((each) => each.startsWith("GET "));
    deepEqual(
      reads.filter((each, index) => reads.indexOf(each) !== index),
      [],
    );
    ok(reads.length > 5);
  });

  it("opens no value", async () => {
    await synced(3);
    const before = both.cloud.audit().length;
    await report("--json");
    const since = both.cloud.audit().slice(before);
    deepEqual(
      since.filter(({ action }) => /open|decrypt/.test(action)),
      [],
    );
  });

  it("gives whoever may read little the page, with what they may not read named", async () => {
    await synced(3);
    const none = await data({ github: null, cloud: null });
    const parts = new Set(none.unread.map(({ part }) => part));
    for (const part of ["carriers", "status", "rotation", "drift", "verification", "syncs", "openings"])
      ok(parts.has(part as never), part);
    ok(none.access.rights.length > 0, "what is declared needs no token");
    equal(none.access.cloud, undefined);
    const little = await report(`--html ${file()}`, { github: null, cloud: TOKENS.other });
    equal(little.code, 0);
    match(readFileSync(file(), "utf8"), /parts of this page could not be read/);
    match(
      (await report("", { github: null, cloud: null })).stdout,
      /Not readable with these tokens:\n {2}carriers/,
    );
  });

  it("refuses a folder without clones before it asks anybody", async () => {
    await both.github.fetch("/_sandbox/requests", { method: "DELETE" });
    const { code, stderr } = await report(`--html ${file()} ${folder}/nowhere`);
    deepEqual([code, existsSync(file())], [2, false]);
    match(stderr, /nowhere: is not a folder\nRemedy: name a clone/);
    deepEqual(await (await both.github.fetch("/_sandbox/requests")).json(), []);
  });

  it("has every field of its JSON in docs/report.md, and no other there", async () => {
    const described = readFileSync(join(root, "docs", "report.md"), "utf8");
    const fields = [...described.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    deepEqual(fields.sort(), [...Object.keys(await data()), "usage"].sort());
  });
});

describe("what a sync changed and refused", () => {
  const run = (id: string, started: string, ended: string): WorkflowRun => ({
    ...{ id, repository: "carrier", actor: "ada", event: "schedule", outcome: "success", started, ended },
  });
  const runs = [
    run("9", "2026-08-02T03:00:00Z", "2026-08-02T03:00:20Z"),
    run("8", "2026-08-01T03:00:00Z", "2026-08-01T03:00:09Z"),
  ];
  const line = (created: string, tags: string[], changed: string[]) => ({
    ...{ environment: "production", group: "keys", revision: 2, created, by: "sync", tags, pinned: false },
    ...{ retracted: false, added: [], changed, removed: [] },
  });
  const ledger: Ledger = {
    ...EMPTY_LEDGER,
    refused: { B: { run: "9", times: 1 }, C: { run: "7", times: 3 } },
  };
  const find = (left: Partial<Parameters<typeof findSyncs>[1]> = {}) =>
    findSyncs(
      runs,
      {
        looked: [
          {
            from: "2026-07-01T00:00:00Z",
            lines: [line("2026-08-01T03:00:05Z", ["run-8", "run-9"], ["A"])],
          },
        ],
        ledgers: [ledger],
        carrierOf: () => "carrier",
        ...left,
      },
      "https://github.com/acme",
    ).map(({ id, seconds, changed, refused }) => [id, seconds, changed, refused]);

  it("comes from the revision that was made while it ran, whatever later runs tagged it", () => {
    deepEqual(find(), [
      ["9", 20, [], ["B", "C"]],
      ["8", 9, ["A"], undefined],
    ]);
  });

  it("is not known where a history or a ledger was not read, or ends before the run", () => {
    deepEqual(find({ looked: [undefined], ledgers: [undefined] }), [
      ["9", 20, undefined, undefined],
      ["8", 9, undefined, undefined],
    ]);
    deepEqual(find({ looked: [{ from: "2026-08-01T12:00:00Z", lines: [] }] })[1]?.[2], undefined);
  });

  it("is each carrier's own", () => {
    deepEqual(find({ carrierOf: (name) => (name === "C" ? "other" : "carrier") })[0]?.[3], ["B"]);
  });
});
