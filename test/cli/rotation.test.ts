import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import type { Settings } from "../../src/catalog/settings";
import { type LedgerEntry, renderLedger } from "../../src/ledger/ledger";
import type { RotationRow } from "../../src/ledger/rotation";
import { renderCalendar } from "../../src/operations/rotation/rotation-calendar";
import { planIssues } from "../../src/operations/rotation/rotation-issues";
import { putSecret, type StartedGitHub, startGitHub } from "../github/started-github";
import { type CloudFixture, env, startCloud, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { commandContext, runCommand } from "./command-context";
import { checkNarrow, NARROW } from "./narrow-table";
import { AT_CLOUD, SEED } from "./small-organization";

const PAGE = "https://vendor.example/keys";
const CATALOG: Catalog = {
  environments: ["staging", "production"],
  groups: {
    keys: { description: "", rotationDays: 90, owner: "DevOps" },
    tokens: { description: "", rotationDays: 365, owner: "Security" },
  },
  secrets: [
    { name: "OPENAI_API_KEY", group: "keys", page: PAGE },
    { name: "SMTP_PASSWORD", group: "keys" },
    { name: "MAIL_HOST", group: "keys", credential: false },
    { name: "JWT_SECRET", group: "tokens" },
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", bootstrap: true },
  ],
};
const NOW = "2026-08-01T10:00:00Z";

interface World {
  token?: string;
  pulumi?: string;
  now?: string;
  more?: Partial<Settings>;
  width?: number;
}

const place = (environment: string) => `default/app-${environment}-ledger`;

describe("sophia-secrets rotation", () => {
  let cloud: CloudFixture;
  let github: StartedGitHub;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rotation-test-"));
    cloud = await startCloud();
    for (const environment of CATALOG.environments)
      await cloud.environment(place(environment), "values: {}\n");
    await team(cloud, "readers", ["dev"], { [place("staging")]: "read", [place("production")]: "read" });
  });
  beforeEach(async () => {
    github = await startGitHub({ seed: SEED });
    for (const environment of CATALOG.environments) await changed(environment, {});
  });
  afterEach(() => github.close());
  after(async () => {
    rmSync(folder, { recursive: true });
    await cloud.close();
  });

  /** Writes a ledger: when which value last changed. */
  async function changed(environment: string, times: Record<string, string>) {
    const entry = (at: string): LedgerEntry => ({
      ...{ fingerprint: "canary-f", source: "x", changed: at, synced: at, run: "1", commit: "c" },
    });
    const secrets = Object.fromEntries(Object.entries(times).map(([name, at]) => [name, entry(at)]));
    const text = renderLedger({ key: "canary-key", revisions: {}, secrets, refused: {} });
    const answer = await cloud.call("PATCH", env(place(environment)), { body: text });
    equal(answer.status, 200);
  }

  const everywhere = async (times: Record<string, string>) => {
    for (const environment of CATALOG.environments) await changed(environment, times);
  };

  const run = (rest = "", world: World = {}) => {
    const { token = "owner-token", pulumi = TOKENS.dev, now = NOW, more = {}, width } = world;
    return runCommand(
      `rotation ${rest}`,
      commandContext(
        { github: { url: github.url, token }, cloud: { url: cloud.url, token: pulumi } },
        {
          catalog: resolveCatalog(CATALOG),
          project: { dir: folder, settings: { ...AT_CLOUD, ...more } },
          now: () => new Date(now),
        },
      ),
      { width },
    );
  };

  const old = "2026-04-01T12:00:00Z";
  const fresh = "2026-07-31T12:00:00Z";

  it("lists what is overdue, due and never set, by owner, with the page, and the rest as a count", async () => {
    await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: "2026-05-10T12:00:00Z", MAIL_HOST: old });
    await changed("staging", {
      OPENAI_API_KEY: fresh,
      SMTP_PASSWORD: "2026-05-10T12:00:00Z",
      MAIL_HOST: old,
    });
    const { stdout, stderr, code } = await run();
    equal(
      stdout,
      [
        `DevOps    overdue  OPENAI_API_KEY  production           due 2026-06-30, changed 2026-04-01  ${PAGE}`,
        "DevOps    due      SMTP_PASSWORD   staging, production  due 2026-08-08, changed 2026-05-10",
        "Security  never    JWT_SECRET      staging, production                                      it was never synced",
        "",
        "6 values of 5 secrets: 1 overdue, 1 due within 14 days, 1 never set, 0 unknown, 1 fresh, 2 not to rotate",
        "",
      ].join("\n"),
    );
    deepEqual([stderr, code], ["", 1]);
  });

  it("fits a narrow terminal, with the page's address in one piece", async () => {
    await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: "2026-05-10T12:00:00Z", MAIL_HOST: old });
    const table = async (world: World = {}) => (await run("", world)).stdout.split("\n\n")[0] ?? "";
    const narrow = await table({ width: NARROW });
    checkNarrow(narrow, await table());
    ok(narrow.includes(PAGE), narrow);
  });

  it("passes when nothing is overdue, for the owner asked for alone", async () => {
    await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: fresh, JWT_SECRET: old });
    equal((await run("--owner Security")).code, 0);
    equal((await run("--owner DevOps")).code, 1);
    match(
      (await run("--owner Nobody")).stderr,
      /--owner: owns no secret: Nobody\nRemedy: name one of DevOps/,
    );
    await everywhere({ OPENAI_API_KEY: fresh, SMTP_PASSWORD: "2026-06-01T00:00:00Z", JWT_SECRET: old });
    equal((await run()).code, 0);
    match((await run("--due-within 30")).stdout, /1 due within 30 days/);
    deepEqual((await run("--due-within soon")).code, 2);
  });

  it("says of the pipeline's own credential what GitHub's time can tell", async () => {
    await everywhere({ OPENAI_API_KEY: fresh, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
    await putSecret(github.octokit(), "PULUMI_ACCESS_TOKEN", "pul-canary");
    const now = await run();
    match(now.stdout, /unknown {2}PULUMI_ACCESS_TOKEN {2}GitHub alone {2}at least 0 days old/);
    equal(now.code, 0);
    const later = await run("--owner DevOps", { now: "2026-11-01T00:00:00Z" });
    match(later.stdout, /overdue +PULUMI_ACCESS_TOKEN +GitHub alone +at least 92 days old +never in ESC/);
  });

  it("does not pass what it cannot see", async () => {
    await everywhere({ OPENAI_API_KEY: fresh, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
    const { stdout, stderr, code } = await run("", { pulumi: TOKENS.other, token: "member-token" });
    equal(code, 2);
    match(
      stdout,
      /unknown {2}OPENAI_API_KEY +staging, production +https:\/\/\S+ {2}its ledger cannot be read/,
    );
    match(stderr, /not known: payready\/default\/app-staging-ledger: there is no such environment/);
    match(stderr, /not known: organization ai-cherry: the token may not do this/);
  });

  it("prints every standing as JSON", async () => {
    await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
    const rows = JSON.parse((await run("--json")).stdout) as RotationRow[];
    deepEqual(
      rows.map(({ name, state, dueOn }) => [name, state, dueOn]),
      [
        ["OPENAI_API_KEY", "overdue", "2026-06-30"],
        ["SMTP_PASSWORD", "fresh", "2026-10-29"],
        ["MAIL_HOST", "exempt", undefined],
        ["PULUMI_ACCESS_TOKEN", "exempt", undefined],
        ["JWT_SECRET", "fresh", "2027-07-31"],
      ],
    );
  });

  it("writes a calendar, the same for the same time, with an event that moves when the value was rotated", async () => {
    const file = join(folder, "rotation.ics");
    await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: fresh });
    const { stderr } = await run(`--ics ${file}`);
    equal(stderr, `${file}: 2 days\n`);
    const text = readFileSync(file, "utf8");
    const uid = /UID:openai_api_key\.staging@app\.payready\.sophia-secrets\r\n/;
    match(text, uid);
    match(text, /DTSTART;VALUE=DATE:20260630\r\nDTEND;VALUE=DATE:20260701\r\n/);
    match(text.replaceAll("\r\n\t", ""), /Then: \.\/sophia-secrets set OPENAI_API_KEY --replace/);
    await run(`--ics ${file}`);
    equal(readFileSync(file, "utf8"), text);
    await everywhere({ OPENAI_API_KEY: fresh, SMTP_PASSWORD: fresh });
    await run(`--ics ${file}`, { now: "2026-08-02T10:00:00Z" });
    const later = readFileSync(file, "utf8");
    match(later, uid);
    doesNotMatch(later, /20260630/);
    const sequence = (of: string) => Number(/SEQUENCE:(\d+)/.exec(of)?.[1]);
    equal(sequence(later) - sequence(text), 24 * 60);
    equal(renderCalendar([], AT_CLOUD, new Date(NOW)).includes("BEGIN:VEVENT"), false);
    const lost = await run(`--ics ${join(folder, "no", "such.ics")}`);
    match(lost.stderr, /such\.ics: it cannot be written \(ENOENT\)/);
    equal(existsSync(join(folder, "no")), false);
  });

  it("replaces no file but a calendar of its own, and leaves nothing half written", async () => {
    await everywhere({ OPENAI_API_KEY: old });
    const own = mkdtempSync(join(folder, "ics-"));
    const file = join(own, "rotation.ics");
    const foreign = renderCalendar([], AT_CLOUD, new Date(NOW)).replace("//rotation", "//other");
    const names = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nPRODID:sophia-secrets//rotation\r\n";
    for (const text of ["KEY=kept\n", foreign, names]) {
      writeFileSync(file, text);
      const { code, stderr } = await run(`--ics ${file}`);
      equal(code, 2);
      match(
        stderr,
        /rotation\.ics: it is there, and is not a calendar that this command wrote\nRemedy: name an/,
      );
      equal(readFileSync(file, "utf8"), text);
    }
    equal((await run(`--ics ${own}`)).code, 2);
    writeFileSync(file, "");
    chmodSync(file, 0o600);
    symlinkSync(file, join(own, "link.ics"));
    equal((await run(`--ics ${join(own, "link.ics")}`)).code, 1);
    match(readFileSync(file, "utf8"), /^BEGIN:VCALENDAR[\s\S]*END:VCALENDAR\r\n$/);
    equal(statSync(file).mode & 0o777, 0o600);
    await run(`--ics ${join(own, "new.ics")}`);
    equal(statSync(join(own, "new.ics")).mode & 0o777, 0o644 & ~process.umask());
    deepEqual(readdirSync(own).sort(), ["link.ics", "new.ics", "rotation.ics"]);
  });

  it("puts every page that a catalog may name into a calendar", () => {
    for (const page of [
      "https://Vendor.example/K",
      "https://[::1]/x",
      "https://a_b.example",
      "https://a..b/|^",
    ]) {
      const row = { name: "A", environments: ["e"], owner: "o", dueOn: "2026-08-01", page };
      const text = renderCalendar([row as unknown as RotationRow], AT_CLOUD, new Date(NOW));
      ok(text.replaceAll("\r\n\t", "").includes(`A new one: ${page}`), page);
    }
  });

  describe("with issues", () => {
    const issues = async (state: "open" | "closed" | "all" = "open") => {
      const { data } = await github
        .octokit()
        .rest.issues.listForRepo({ owner: "ai-cherry", repo: "deploy", state });
      return data.map(({ number, title, labels, state_reason, body }) => ({
        number,
        title,
        labels: labels.map((each) => (typeof each === "string" ? each : each.name)),
        reason: state_reason,
        body: body ?? "",
      }));
    };
    const writes = async () => {
      const all = (await (await github.fetch("/_sandbox/requests", { method: "DELETE" })).json()) as string[];
      return all.filter((request) => !/^GET |\/graphql$/.test(request));
    };

    it("keeps one open issue for each overdue secret, and closes it when it is rotated", async () => {
      await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: old, JWT_SECRET: fresh });
      const first = await run("--issues deploy");
      equal(first.code, 1);
      match(first.stderr, /OPENAI_API_KEY: opened http\S+\/ai-cherry\/deploy\/issues\/1\n/);
      const [smtp, openai] = await issues();
      deepEqual([openai?.title, openai?.labels], ["Rotate OPENAI_API_KEY", ["secret-rotation"]]);
      match(openai?.body ?? "", /\| staging, production \| 2026-04-01 \| 2026-06-30 \|/);
      match(openai?.body ?? "", /https:\/\/vendor\.example\/keys/);
      equal(smtp?.title, "Rotate SMTP_PASSWORD");

      await writes();
      await run("--issues ai-cherry/deploy", { now: "2026-08-05T00:00:00Z" });
      deepEqual(await writes(), []); // nothing changed, nobody is told

      // A person renames it; another environment follows.
      const at = { owner: "ai-cherry", repo: "deploy", issue_number: 1 };
      await github.octokit().rest.issues.update({ ...at, title: "mine", labels: ["mine"] });
      await changed("staging", { OPENAI_API_KEY: fresh, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
      await run("--issues deploy");
      const [, updated] = await issues();
      deepEqual([updated?.number, updated?.title, updated?.labels], [1, "Rotate OPENAI_API_KEY", ["mine"]]);
      match(updated?.body ?? "", /\| production \| 2026-04-01/);

      await everywhere({ OPENAI_API_KEY: fresh, SMTP_PASSWORD: old, JWT_SECRET: fresh });
      match((await run("--issues deploy")).stderr, /OPENAI_API_KEY: closed #1\n/);
      deepEqual(
        (await issues("all")).map(({ number, reason }) => [number, reason]),
        [
          [2, null],
          [1, "completed"],
        ],
      );
    });

    it("leaves alone what others opened, and what only quotes its marker", async () => {
      await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
      const marker = (name: string) => `<!-- sophia-secrets rotation: ${name} -->`;
      const open = (token: string, body: string) =>
        github.octokit(token).rest.issues.create({ owner: "ai-cherry", repo: "deploy", title: "mine", body });
      await open("member-token", marker("OPENAI_API_KEY"));
      await open("member-token", marker("GONE"));
      await open("owner-token", `As in\n${marker("SMTP_PASSWORD")}`);
      await open("owner-token", `${marker("SMTP_PASSWORD")} stands in its first line`);
      const before = await issues();
      match((await run("--issues deploy")).stderr, /OPENAI_API_KEY: opened \S+\/issues\/5\n/);
      deepEqual((await issues()).slice(1), before);
    });

    it("knows its own again where the token is a job's", async () => {
      await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
      const { token } = github.service.hostOf("ai-cherry/deploy").issueToken({ issues: "write" }, 1);
      await run("--issues deploy", { token });
      match((await run("--issues deploy", { token })).stderr, /deploy: 1 open issue/);
      equal((await issues()).length, 1);
      await everywhere({ OPENAI_API_KEY: fresh, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
      match((await run("--issues deploy", { token })).stderr, /OPENAI_API_KEY: closed #1\n/);
    });

    it("opens none for other owners, and closes none that it cannot judge", async () => {
      await everywhere({ OPENAI_API_KEY: old, SMTP_PASSWORD: fresh, JWT_SECRET: fresh });
      await run("--issues deploy --owner Security");
      deepEqual(await issues(), []);
      await run("--issues deploy");
      await run("--issues deploy --owner Security");
      await run("--issues deploy", { pulumi: TOKENS.other });
      equal((await issues()).length, 1);
    });

    it("says which right is missing, and what else stands in the way", async () => {
      await everywhere({ OPENAI_API_KEY: old });
      match((await run("--issues")).stderr, /--issues: it is not said where\nRemedy: name a repository/);
      const outsider = await run("--issues deploy", { token: "outsider-token" });
      match(outsider.stderr, /ai-cherry\/deploy: GitHub does not show it .*Issues, read and write/s);
      match((await run("--issues a/b/c")).stderr, /--issues: names no repository/);
      const reader = await run("--issues", { token: "member-token", more: { programRepository: "deploy" } });
      match(reader.stderr, /without the label secret-rotation, which takes the right to push/);
      deepEqual(
        (await issues()).map(({ labels }) => labels),
        [[]],
      );
    });

    it("keeps the older of two issues for one secret, and none for what has left the catalog", () => {
      const body = (name: string) => `<!-- sophia-secrets rotation: ${name} -->`;
      const issue = (number: number, name: string) => ({ number, title: "t", url: "", body: body(name) });
      const row = { name: "A", environments: ["production"], owner: "o", state: "overdue" };
      const plan = planIssues(
        [row as unknown as RotationRow],
        [issue(9, "A"), issue(4, "A"), issue(5, "GONE")],
        undefined,
      );
      deepEqual(
        plan.update.map(({ number }) => number),
        [4],
      );
      deepEqual(plan.close, [
        { number: 9, name: "A", reason: "not_planned" },
        { number: 5, name: "GONE", reason: "not_planned" },
      ]);
    });
  });
});
