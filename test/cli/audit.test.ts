import assert from "node:assert/strict";
import { escPlaces } from "../../src/access/esc-places";
import { resolveCatalog } from "../../src/catalog/entry";
import { parseSince } from "../../src/cli/time-options";
import type { Problem } from "../../src/errors";
import { EMPTY_LEDGER, renderLedger } from "../../src/ledger/ledger";
import { type AuditEvent, fromCloud, placeIn } from "../../src/operations/audit/audit-event";
import { groupAudit } from "../../src/operations/audit/group-audit";
import {
  foldAudit,
  joinRevisions,
  nameRuns,
  withoutSessionReads,
} from "../../src/operations/audit/join-audit";
import { readAudit } from "../../src/operations/audit/read-audit";
import { refuseWithoutPulumiToken } from "../../src/operations/context";
import { putSecret } from "../github/started-github";
import { ORG as CLOUD_ORG, env, open, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { type Auditing, CATALOG, startAuditing } from "./auditing";
import { type Heard, runCommand } from "./command-context";
import { checkNarrow, NARROW } from "./narrow-table";

const NAMING = { escProject: "default", application: "app" };
const PLACES = escPlaces(resolveCatalog(CATALOG), NAMING);

describe("an event of Pulumi Cloud's", () => {
  const event = (name: string, description: string, more: object = {}) =>
    fromCloud(
      {
        at: "2026-08-01T10:00:00Z",
        event: name,
        actor: "ada",
        description,
        sourceIp: "",
        refused: false,
        ...more,
      },
      PLACES,
    );

  it("is about the environment whose whole name its text holds first", () => {
    const whole = (text: string) => placeIn(text, PLACES)?.path;
    assert.equal(whole("Opened environment default/app-production."), "default/app-production");
    assert.equal(whole("cloud/default/app-production-keys revision=3"), "default/app-production-keys");
    assert.equal(
      whole("default/app-production-keys importedBy=default/app-production"),
      "default/app-production-keys",
    );
    assert.equal(whole("default/app-production-keys-old"), undefined);
    assert.equal(whole("other-default/app-production"), undefined);
    assert.equal(whole("default/app-production.eu"), undefined);
  });

  it("is about what a policy's people open as well, and the secrets they get by it", () => {
    const policy = {
      name: "db",
      why: "they run them",
      groups: ["databases"],
      environments: ["production"],
    } as const;
    const identities = [{ type: "user", name: "dba" }] as const;
    const catalog = { ...CATALOG, accessPolicies: [{ ...policy, identities, level: "open" as const }] };
    const place = escPlaces(resolveCatalog(catalog), NAMING).find(
      ({ path }) => path === "default/app-production-for-db",
    );
    assert.deepEqual([...(place?.secrets ?? [])], ["POSTGRES_PASSWORD"]);
  });

  it("is an opening where values were given out, and refused where they were not", () => {
    const kinds = (names: string[]) => names.map((name) => event(name, "default/app-production-keys")?.kind);
    assert.deepEqual(
      kinds(["environment-open", "environment-read-open", "environment-decrypted", "environment-clone"]),
      ["opened", "opened", "opened", "opened"],
    );
    assert.deepEqual(kinds(["environment-unauthorized-open", "environment-read", "environment-updated"]), [
      "refused",
      "read",
      "changed",
    ]);
    assert.equal(event("environment-open", "default/app-production", { refused: true })?.kind, "refused");
  });

  it("is not a change of a value where a revision was named: a tag says what a pinned application loads", () => {
    const kinds = ["created", "update", "delete", "read", "open"].map(
      (verb) => event(`environment-version-tag-${verb}`, "default/app-production-keys")?.kind,
    );
    assert.deepEqual(kinds, ["tagged", "tagged", "tagged", "read", "opened"]);
  });

  it("is left out when it concerns another environment, and told when it changes who may do what", () => {
    assert.equal(event("environment-open", "elsewhere/billing"), undefined);
    assert.equal(event("stack-update-started", "sophia/production"), undefined);
    assert.equal(event("team-member-added", "added eve to app-production-sync")?.kind, "access");
  });
});

describe("revisions and the log", () => {
  const place = PLACES.find(({ path }) => path === "default/app-production-keys");
  if (place === undefined) throw new Error("no such place");
  const logged = (at: string, who: string, detail = "environment-updated, from 10.0.0.1"): AuditEvent => ({
    at,
    who,
    kind: "changed",
    what: place.path,
    source: "Pulumi Cloud",
    environment: "production",
    detail,
  });
  const revision = (number: number, created: string, tags: string[] = []) => ({
    number,
    created,
    by: "token-owner",
    tags,
    retracted: false,
  });

  it("are one event where both tell of the same moment", () => {
    const joined = joinRevisions(
      [revision(7, "2026-08-01T10:00:00.900Z", ["run-42"]), revision(6, "2026-07-31T10:00:00Z")],
      [logged("2026-08-01T10:00:00.000Z", "team:cloud/app-production-sync:ada")],
      place,
    );
    assert.deepEqual(
      joined.map(({ who, run, detail }) => [who, run, detail]),
      [
        ["team:cloud/app-production-sync:ada", "42", "revision 7, environment-updated, from 10.0.0.1"],
        ["token-owner", undefined, "revision 6"],
      ],
    );
  });

  it("stay two where the moment, the kind or the environment differs", () => {
    const others = [
      logged("2026-08-01T10:00:05Z", "eve"),
      logged("2026-08-01T10:00:00Z", "eve", "environment-tag-created"),
      { ...logged("2026-08-01T10:00:00Z", "eve"), what: "default/app-staging-keys" },
    ];
    assert.equal(joinRevisions([revision(7, "2026-08-01T10:00:00Z")], others, place).length, 4);
  });

  it("name the run of the sync's team by its time, and none when two were under way", () => {
    const by = (id: string, started: string, ended: string) => ({
      ...{ id, started, ended, repository: "carrier", actor: "owner", event: "schedule", outcome: "success" },
    });
    const sync = logged("2026-08-01T10:00:30Z", "team:cloud/app-production-sync:ada");
    const first = by("42", "2026-08-01T10:00:00Z", "2026-08-01T10:01:00Z");
    const named = (events: AuditEvent[], runs: (typeof first)[]) =>
      nameRuns(events, runs, PLACES).map(({ run }) => run);
    assert.deepEqual(named([sync], [first]), ["42"]);
    assert.deepEqual(named([sync], [first, by("43", "2026-08-01T10:00:20Z", "2026-08-01T10:02:00Z")]), [
      undefined,
    ]);
    assert.deepEqual(named([logged("2026-08-01T10:00:30Z", "eve")], [first]), [undefined]);
    assert.deepEqual(named([logged("2026-08-01T12:00:30Z", "team:cloud/app-production-sync:ada")], [first]), [
      undefined,
    ]);
  });
});

describe("a list of events", () => {
  const event = (at: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
    ...{
      at,
      who: "loader",
      kind: "opened",
      what: "default/app-production",
      source: "Pulumi Cloud",
      detail: "",
    },
    ...more,
  });

  it("folds what the same one did to the same thing within an hour, and nothing else", () => {
    const folded = foldAudit([
      event("2026-08-01T10:59:00Z"),
      event("2026-08-01T10:30:00Z", { who: "eve" }),
      event("2026-08-01T10:10:00Z"),
      event("2026-08-01T09:59:00Z"),
      event("2026-08-01T09:58:00Z", { kind: "refused" }),
    ]);
    assert.deepEqual(
      folded.map(({ at, who, times }) => [at.slice(11, 16), who, times]),
      [
        ["10:59", "loader", 2],
        ["10:30", "eve", 1],
        ["09:59", "loader", 1],
        ["09:58", "loader", 1],
      ],
    );
  });

  it("counts an opening once, though the log tells of the session and of what was read in it", () => {
    const open = event("2026-08-01T10:00:00Z", { detail: "environment-open, from 10.0.0.1" });
    const read = (at: string, more = {}) =>
      event(at, { detail: "environment-read-open, from 10.0.0.1", ...more });
    const late = read("2026-08-01T12:00:01Z");
    const others = read("2026-08-01T10:00:02Z", { who: "eve" });
    const left = withoutSessionReads([late, others, read("2026-08-01T10:00:01Z"), open]);
    assert.deepEqual(left, [late, others, open]);
  });

  it("starts so long ago, or on a day; an invalid or future time is refused", () => {
    const now = new Date("2026-08-01T10:00:00Z");
    const since = (text: string) => parseSince(text, now).toISOString();
    assert.equal(since("90m"), "2026-08-01T08:30:00.000Z");
    assert.equal(since("2w"), "2026-07-18T10:00:00.000Z");
    assert.equal(since("2026-07-01"), "2026-07-01T00:00:00.000Z");
    assert.equal(since("2026-07-01T06:00:00Z"), "2026-07-01T06:00:00.000Z");
    for (const text of ["7", "d", "-3d", "soon", "2026-13-01", "2026-08-02", "2026-07", "", "9999999d"])
      assert.throws(() => parseSince(text, now), /--since: must be a time in the past/, text);
  });
});

describe("the audit of both services", () => {
  let both: Auditing;
  const CANARY = "canary-value";
  const GROUP = "default/app-production-keys";
  const start = async (plans?: Parameters<typeof startAuditing>[0]) => {
    both = await startAuditing(plans);
    for (const { path } of PLACES) await both.cloud.environment(path, "values: {}\n");
  };
  afterEach(() => both.close());
  const answer = (more: object = {}) =>
    readAudit(both.context, { since: new Date(Date.now() - 3_600_000), ...more });

  it("tells who opened, was refused, changed and set what, from which run, and shows no value", async () => {
    await start();
    await team(both.cloud, "app-production-sync", [], { [GROUP]: "write" });
    const tokens = `/api/orgs/${CLOUD_ORG}/teams/app-production-sync/tokens`;
    const token = (await both.cloud.call("POST", tokens, { body: { name: "job" } })).json.tokenValue;
    const began = new Date().toISOString();
    const body = `values: {app: {key: {fn::secret: ${CANARY}}}}\n`;
    await both.cloud.call("PATCH", env(GROUP), { token, body });
    const run = both.ran(began, new Date().toISOString());
    await open(both.cloud, GROUP);
    await open(both.cloud, GROUP, TOKENS.dev);
    await putSecret(both.github.octokit(), "OPENAI_API_KEY", CANARY);

    const { events, unknown } = await answer({ names: ["OPENAI_API_KEY"], environments: ["production"] });
    const told = events
      .filter(({ kind }) => kind !== "read")
      .map(({ who, kind, what, run: id }) =>
        [kind, who, what, id].filter((each) => each !== undefined).join(" "),
      );
    const id = String(run.id);
    assert.ok(
      told.includes(`changed team:${CLOUD_ORG}/app-production-sync:job ${GROUP} ${id}`),
      told.join("\n"),
    );
    assert.ok(told.includes(`opened ada ${GROUP}`), told.join("\n"));
    assert.ok(told.includes(`refused dev ${GROUP}`), told.join("\n"));
    assert.ok(told.includes("set owner OPENAI_API_KEY"), told.join("\n"));
    assert.ok(told.includes(`run owner carrier/sync_secrets.yml ${id}`), told.join("\n"));
    assert.deepEqual(
      unknown.map((each) => each.code),
      ["secret-reads-not-recorded"],
    );

    const { stdout, code } = await both.command("audit --secret OPENAI_API_KEY --reads --all");
    assert.equal(code, 1, "an opening was refused");
    assert.match(stdout, /revision 3, environment-updated, from 127\.0\.0\.1, run by its time/);
    assert.match(stdout, /^Not known:$/m);
    const json = await both.command("audit --json");
    assert.ok(!`${stdout}${json.stdout}`.includes(CANARY));
    assert.equal(
      JSON.parse(json.stdout).events.some((each: AuditEvent) => each.kind === "read"),
      false,
    );
  });

  it("keeps to the secret and the environment that were asked for, and to the time", async () => {
    await start();
    await putSecret(both.github.octokit(), "OPENAI_KEY", "x");
    await putSecret(both.github.octokit(), "POSTGRES_PASSWORD", "x");
    const whats = async (more: object) => new Set((await answer(more)).events.map(({ what }) => what));
    const ofKey = await whats({ names: ["OPENAI_API_KEY"], environments: ["production"] });
    assert.deepEqual([...ofKey].sort(), ["OPENAI_KEY", "default/app-production", GROUP]);
    assert.deepEqual(await whats({ since: new Date(Date.now() + 60_000) }), new Set());
  });

  it("tells from the ledger which run wrote which secret", async () => {
    await start();
    const synced = new Date().toISOString();
    const entry = {
      fingerprint: "f",
      source: "OPENAI_KEY",
      changed: synced,
      synced,
      run: "77",
      commit: "c0ffee",
    };
    const old = { ...entry, synced: "2020-01-01T00:00:00Z" };
    const text = renderLedger({
      ...EMPTY_LEDGER,
      secrets: { OPENAI_API_KEY: entry, POSTGRES_PASSWORD: old },
    });
    await both.cloud.call("PATCH", env("default/app-production-ledger"), { body: text });
    const { events } = await answer();
    const written = events.filter(({ kind }) => kind === "synced");
    assert.deepEqual(
      written.map(({ what, run, environment, who }) => [what, run, environment, who]),
      [["OPENAI_API_KEY", "77", "production", "app-production-sync"]],
    );
  });

  it("tells who let a run go on", async () => {
    await start();
    both.github.audit.append({
      ...{ service: "github", actor: "second-owner", outcome: "success", target: "ai-cherry/carrier" },
      action: "workflows.approve_workflow_job",
      details: { workflow_run_id: 42, run_number: 1 },
    });
    const [review] = (await answer({ names: ["OPENAI_API_KEY"] })).events.filter(
      ({ kind }) => kind === "reviewed",
    );
    assert.deepEqual([review?.who, review?.what, review?.run], ["second-owner", "ai-cherry/carrier", "42"]);
  });

  it("reads every page of both logs", async () => {
    await start();
    const octokit = both.github.octokit();
    for (let count = 0; count < 130; count += 1)
      both.github.audit.append({
        service: "github",
        actor: "owner",
        action: "org.update_actions_secret",
        target: "ai-cherry/OPENAI_API_KEY",
        outcome: "success",
        details: { key: "OPENAI_API_KEY" },
      });
    await putSecret(octokit, "OPENAI_API_KEY", "x");
    for (let count = 0; count < 130; count += 1) await both.cloud.call("GET", env(GROUP));
    const { events } = await answer();
    assert.equal(events.filter(({ kind }) => kind === "set").length, 131);
    assert.equal(events.filter(({ kind, what }) => kind === "read" && what === GROUP).length, 130);
    assert.deepEqual(
      events.map(({ at }) => at),
      events
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
  });

  it("says on smaller plans what nobody can know, and tells the rest", async () => {
    await start({ github: "free", cloud: "team" });
    await putSecret(both.github.octokit(), "OPENAI_API_KEY", "x");
    const { events, unknown } = await answer();
    assert.equal(unknown.length, 3);
    const [inGitHub, inCloud, never] = unknown;
    assert.match(inGitHub?.subject ?? "", /^who changed a secret in GitHub \(.*Enterprise Cloud.*\)$/);
    assert.match(inGitHub?.cause ?? "", /^audit log of ai-cherry: /);
    assert.match(inCloud?.subject ?? "", /^who opened an environment.*Enterprise edition on\)$/);
    assert.match(inCloud?.cause ?? "", /^audit log of payready: /);
    assert.deepEqual(
      [inGitHub?.code, inCloud?.code, never?.code],
      ["github-not-found", "pulumi-plan-lacks-feature", "secret-reads-not-recorded"],
    );
    const set = events.find(({ kind }) => kind === "set");
    assert.deepEqual([set?.what, set?.who], ["OPENAI_API_KEY", undefined]);
    assert.ok(events.some(({ kind, who, what }) => kind === "changed" && who === "ada" && what === GROUP));
    const { project } = both.context;
    const inTeam = { project: { ...project, settings: { ...project.settings, edition: "team" as const } } };
    const { stdout, code } = await both.command("audit", inTeam);
    assert.equal(code, 0, "the config says that this edition has no audit log");
    assert.match(stdout, /unknown +- +set OPENAI_API_KEY/);
    const undeclared = await both.command("audit");
    assert.equal(undeclared.code, 2, "the config says that the edition has one");
    assert.match(undeclared.stderr, /error: this list is incomplete, .*: audit log of payready\n/);
  });

  for (const [source, path, answered] of [
    ["Pulumi Cloud's audit log", "/auditlogs", { status: 403 }],
    ["Pulumi Cloud's audit log", "/auditlogs", { status: 500 }],
    ["a values environment's revisions", "/versions", { status: 403 }],
    ["a ledger", "app-production-ledger$", { status: 403 }],
  ] as const) {
    it(`ends with 2 when ${source} answers ${answered.status}: the list is incomplete`, async () => {
      await start();
      both.cloud.faults.add({ path, times: 0, answer: answered });
      const { code, stderr } = await both.command("audit");
      assert.equal(code, 2);
      assert.match(stderr, /^error: this list is incomplete, because a source could not be read: /m);
    });
  }

  it("ends with 2 when GitHub's audit log answers 500 or the token may not read it", async () => {
    await start();
    for (const status of [500, 403]) {
      both.github.faults.clear();
      both.github.faults.add({ path: "/audit-log", times: 0, answer: { status } });
      assert.equal((await both.command("audit")).code, 2);
    }
  });

  it("still answers when one service has no token or is down", async () => {
    await start();
    await putSecret(both.github.octokit(), "OPENAI_API_KEY", "x");
    const { cloud: _, ...context } = both.context;
    const cloudCall = () => {
      throw new Error("a defect of ours is not passed off as something nobody can know");
    };
    await assert.rejects(
      readAudit({ ...context, cloud: both.context.cloud, cloudCall }, { since: new Date(0) }),
      /defect/,
    );
    const without = { ...both.context, cloud: () => undefined, cloudCall: refuseWithoutPulumiToken };
    assert.equal(
      (await readAudit(without, { since: new Date(0) })).unknown.length,
      3,
      "one refusal, one line",
    );
    await both.cloud.close();
    const { events, unknown, unknownInBrief } = await answer();
    assert.ok(events.some(({ kind }) => kind === "set"));
    assert.ok(unknown.some(({ subject }) => subject.startsWith("who opened an environment")));
    assert.ok(unknown.some(({ subject }) => subject.includes("who changed ") && subject.includes(GROUP)));
    assert.ok(unknownInBrief.length < 6, JSON.stringify(unknownInBrief));
  });

  it("names of many places that refuse one thing the first few on a terminal, and all for programs", async () => {
    await start();
    const path = `/api/esc/environments/${CLOUD_ORG}/[^/]+/[^/]+/versions`;
    both.cloud.faults.add({ path, times: 0, answer: { status: 403 } });
    const few = PLACES.slice(0, 3).map(({ path: place }) => place);
    const { stdout } = await both.command("audit");
    assert.ok(
      stdout.includes(
        `  who changed ${few.join(", ")} and ${PLACES.length - 3} more: the token may not do this\n`,
      ),
      stdout,
    );
    const { unknown } = JSON.parse((await both.command("audit --json")).stdout) as { unknown: Problem[] };
    const { subject = "" } = unknown.find((each) => each.subject.startsWith("who changed ")) ?? {};
    for (const place of PLACES) assert.ok(subject.includes(place.path), subject);
  });

  it("shows the newest lines, says how many older ones are left out, and ends as all of them say", async () => {
    await start();
    await open(both.cloud, GROUP, TOKENS.dev);
    for (let minute = 0; minute < 103; minute += 1)
      both.github.audit.append({
        ...{ service: "github", action: "org.update_actions_secret", outcome: "success" },
        ...{
          actor: `owner-${minute}`,
          target: "ai-cherry/OPENAI_API_KEY",
          details: { key: "OPENAI_API_KEY" },
        },
      });
    const rows = (stdout: string) =>
      (stdout.split("\n\n")[1] ?? "")
        .split("\n")
        .slice(1)
        .map((line) => line.replaceAll(/ +/g, " "));
    const whole = await both.command("audit --all --limit 10000");
    const all = rows(whole.stdout).length;
    assert.doesNotMatch(whole.stdout, /left out/);
    const byItself = await both.command("audit --all");
    assert.deepEqual(rows(byItself.stdout), rows(whole.stdout).slice(0, 100));
    assert.ok(byItself.stdout.includes(`${all - 100} older lines left out`), byItself.stdout);
    const few = await both.command("audit --all --limit 2");
    assert.deepEqual(rows(few.stdout), rows(whole.stdout).slice(0, 2));
    assert.ok(
      few.stdout.includes(`\n${all - 2} older lines left out: --limit ${all} shows them\nNot known:`),
      few.stdout,
    );
    assert.match(few.stdout, /^refused dev may not open \S+: 1 time, last at /m);
    assert.equal(few.code, 1);
  });

  it("shows what each did in an hour in one row, refusals first, and leaves the asker's openings to --all", async () => {
    await start();
    for (let count = 0; count < 3; count += 1) await open(both.cloud, GROUP);
    await open(both.cloud, "default/app-production");
    await open(both.cloud, GROUP, TOKENS.dev);
    await open(both.cloud, GROUP, TOKENS.dev);
    const { stdout, code } = await both.command("audit --environment production");
    assert.match(stdout, /^\d+ events since \S+: .*\b4 opened/);
    assert.match(stdout, /^refused dev may not open \S+-keys: 2 times, last at \S+Z$/m);
    assert.match(stdout, /^hour \(UTC\) +who +environment +did$/m);
    assert.match(stdout, /^\d{4}-\d\d-\d\d \d\d +dev +production +refused \S+-keys \(2 times\)$/m);
    assert.doesNotMatch(stdout, /opened 2|opened default/);
    assert.match(stdout, /^4 openings of your own \(ada\): --all shows them$/m);
    assert.equal(code, 1);
    assert.match((await both.command("audit --all")).stdout, / ada +opened x3 +\S+-keys /);
  });

  it("names a team's tokens and the ledger's runs alike", () => {
    const at = "2026-08-01T10:15:00Z";
    const event = {
      at,
      kind: "synced",
      what: "KEY",
      source: "ledger",
      environment: "production",
      run: "7",
      detail: "",
    } as const;
    const groups = groupAudit([
      { ...event, who: "team:cloud/app-production-sync:oidc" },
      { ...event, who: "app-production-sync", what: "OTHER" },
      { ...event, who: "app-production-sync", at: "2026-08-01T09:59:59Z" },
      { ...event, who: "oidc:github-actions:repo:cherry/main:environment:production" },
    ]);
    assert.deepEqual(
      groups.map(({ hour, who, did }) => [hour, who, did[0]?.whats.length]),
      [
        ["2026-08-01T10:00Z", "app-production-sync", 2],
        ["2026-08-01T09:00Z", "app-production-sync", 1],
        ["2026-08-01T10:00Z", "job of main:environment:production", 1],
      ],
    );
  });

  it("fits a narrow terminal, and keeps every column", async () => {
    await start();
    await open(both.cloud, GROUP, TOKENS.dev);
    const line = "audit --environment production";
    const table = ({ stdout }: Heard) => stdout.split("\n\n")[1] ?? "";
    const narrow = await runCommand(line, both.context, { width: NARROW });
    checkNarrow(table(narrow), table(await both.command(line)));
  });

  it("prints every event for programs, or as many as were asked for and how many were left out", async () => {
    await start();
    for (let count = 0; count < 130; count += 1) await open(both.cloud, GROUP);
    const all = JSON.parse((await both.command("audit --json")).stdout);
    assert.ok(all.events.length > 130);
    assert.equal(all.leftOut, 0);
    const three = JSON.parse((await both.command("audit --json --limit 3")).stdout);
    assert.deepEqual(three.events, all.events.slice(0, 3));
    assert.equal(three.leftOut, all.events.length - 3);
  });

  it("refuses a secret, an environment and a time that are none", async () => {
    await start();
    for (const [option, words] of [
      ["--secret NOPE", /NOPE: the catalog has no such entry/],
      ["--secret OPENAI_KEY", /older name of OPENAI_API_KEY/],
      ["--environment moon", /the catalog has no deployment environment moon/],
      ["--since yesterday", /must be a time in the past: yesterday/],
      ["--limit 0", /--limit: must be a whole number from 1 to 10000, not 0/],
      ["--limit 1e2", /--limit: must be a whole number from 1 to 10000, not 1e2/],
    ] as const) {
      const { stderr, code } = await both.command(`audit ${option}`);
      assert.equal(code, 2);
      assert.match(stderr, words);
    }
  });
});
