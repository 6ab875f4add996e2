import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunnerFactory, WorkflowRunner } from "../../sandbox/github/workflow-runs";
import { createRunner } from "../../sandbox/runner/runner";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { renderComposite } from "../../src/catalog/esc-environments";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../src/catalog/layout";
import type { CommandContext } from "../../src/cli/command";
import { type Stoppable, tellingPauses } from "../../src/cli/compromise-lead";
import { RemedyError } from "../../src/errors";
import { requireCloud } from "../../src/operations/context";
import type { JournalFile } from "../../src/operations/incident/case";
import { judgeComposite } from "../../src/operations/incident/verify-loaders";
import { pauseSync, resumeSync } from "../../src/operations/pauses/pause-sync";
import { Secret } from "../../src/secret";
import { renderScript, renderWorkflow } from "../../src/sync/carrier-files";
import { buildJobCatalog } from "../../src/sync/job-catalog";
import {
  Clock,
  putSecret,
  repositoryId,
  type StartedGitHub,
  seal,
  startGitHub,
  WORKFLOW,
} from "../github/started-github";
import { type CloudFixture, env, open, startCloud, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { commandContext, runCommand } from "./command-context";
import { InProcessRunner } from "./in-process-runner";
import { AT_CLOUD, SEED } from "./small-organization";

const PAGE = "https://vendor.example/keys";
const CATALOG: Catalog = {
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "OPENAI_API_KEY", group: "keys", format: "openai-key", aliases: ["OPENAI_KEY"], page: PAGE },
    { name: "DATABASE_URL", group: "keys", perEnvironment: true, required: false },
    { name: "SMTP_HOST", group: "keys", value: "config", required: false },
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", format: "pulumi-token", bootstrap: true },
    { name: "SECOND_KEY", group: "keys", required: false },
    { name: "OLD_KEY", group: "keys", tombstone: "2026-01-31" },
  ],
  rotators: [
    { kind: "password", name: "session", group: "keys", schedule: "0 3 1 * *", value: "SESSION_KEY" },
  ],
};
/** The carrier has a workflow, and there is the right to write another. */
const SEED_OF_WORKFLOWS = {
  organizations: SEED.organizations.map((organization) => ({
    ...organization,
    repositories: organization.repositories.map((repository) => ({
      ...repository,
      ...(repository.name === "carrier" ? { files: { [WORKFLOW_PATH]: WORKFLOW } } : {}),
    })),
  })),
  tokens: [{ token: "owner-token", login: "owner", scopes: ["admin:org", "repo", "workflow"] }],
};
const REVISION = "pulumi-esc-revision";
const OLD = "sk-canary-from-before";
const NEW = "sk-canary-that-is-new";

describe("sophia-secrets compromise", function () {
  this.timeout(60_000);
  let cloud: CloudFixture;
  let github: StartedGitHub;
  let runner: WorkflowRunner | undefined;
  /** Whether runs are executed as the committed workflow says, in processes of their own. */
  let real: boolean;
  let folder: string;
  let work: string;
  let clock: Clock;
  // Repositories take git half a second to make: one GitHub for all, emptied of secrets before each.
  before(async () => {
    work = mkdtempSync(join(tmpdir(), "compromise-runner-"));
    clock = new Clock(Date.now());
    const factory: RunnerFactory = (host, onChange, nextRunId) => {
      const quick = new InProcessRunner(host, onChange, nextRunId);
      const slow = createRunner({ host, onChange, nextRunId, workFolder: work });
      const chosen = () => (real ? slow : quick);
      runner = {
        trigger: () => [],
        dispatch: (...asked) => {
          quick.catalog = buildJobCatalog(resolveCatalog(CATALOG), settings());
          return chosen().dispatch(...asked);
        },
        rerun: (...asked) => chosen().rerun(...asked),
        cancel: () => undefined,
        idle: () => chosen().idle(),
        close: () => slow.close(),
      };
      return runner;
    };
    github = await startGitHub({ seed: SEED_OF_WORKFLOWS, runner: factory }, undefined, clock);
  });
  after(async () => {
    await github.close();
    rmSync(work, { recursive: true, force: true });
  });
  beforeEach(async () => {
    real = false;
    folder = mkdtempSync(join(tmpdir(), "compromise-test-"));
    cloud = await startCloud();
    for (const environment of CATALOG.environments) {
      for (const rest of ["-keys", "-ledger"])
        await cloud.environment(`default/app-${environment}${rest}`, "values: {}\n");
      await cloud.environment(
        `default/app-${environment}`,
        renderComposite(settings(), environment, ["keys"]),
      );
    }
    await putSecret(github.octokit(), "PULUMI_ACCESS_TOKEN", TOKENS.admin);
    await putSecret(github.octokit(), "OPENAI_API_KEY", OLD, await inCarrier());
    await sync();
    clock.forward(60);
  });
  afterEach(async () => {
    github.faults.clear();
    await cloud.close();
    rmSync(folder, { recursive: true });
    const { actions, repos } = github.octokit().rest;
    for (const { name } of (await actions.listOrgSecrets({ org: "ai-cherry" })).data.secrets)
      await actions.deleteOrgSecret({ org: "ai-cherry", secret_name: name });
    for (const environment_name of CATALOG.environments)
      await repos.deleteAnEnvironment({ ...carrier, environment_name });
  });

  const settings = () => ({
    ...AT_CLOUD,
    pulumiApiUrl: cloud.url,
    syncAuthentication: "token" as const,
  });
  const carrier = { owner: "ai-cherry", repo: "carrier" };
  const inCarrier = async () => ({
    visibility: "selected" as const,
    selected_repository_ids: [await repositoryId(github.octokit(), "carrier")],
  });

  async function commitWorkflow() {
    const job = buildJobCatalog(resolveCatalog(CATALOG), settings());
    const bundle = readFileSync(join(__dirname, "..", "..", "dist", "sync_secrets.cjs"), "utf8");
    const files = {
      [SCRIPT_PATH]: renderScript(job, bundle),
      [WORKFLOW_PATH]: renderWorkflow(job, settings()),
    };
    for (const [path, text] of Object.entries(files)) {
      const content = Buffer.from(text).toString("base64");
      await github.octokit("owner-token").rest.repos.createOrUpdateFileContents({
        ...carrier,
        path,
        message: "[skip ci]",
        content,
        ...(await shaOf(path)),
      });
    }
  }

  async function shaOf(path: string): Promise<{ sha?: string }> {
    if (path !== WORKFLOW_PATH) return {};
    const { data } = await github.octokit().rest.repos.getContent({ ...carrier, path });
    return { sha: (data as { sha: string }).sha };
  }

  async function sync() {
    const { actions } = github.octokit().rest;
    await actions.createWorkflowDispatch({ ...carrier, workflow_id: "sync_secrets.yml", ref: "main" });
    await runner?.idle();
  }

  async function setIn(environment_name: string, name: string, value: string) {
    const { actions, repos } = github.octokit().rest;
    const place = { ...carrier, environment_name };
    await repos.createOrUpdateEnvironment(place);
    const { key, key_id } = (await actions.getEnvironmentPublicKey(place)).data;
    const encrypted_value = await seal(key, value);
    await actions.createOrUpdateEnvironmentSecret({ ...place, secret_name: name, key_id, encrypted_value });
  }

  /** What an application gets. */
  const loaded = async (environment: string, token?: string) => {
    const { json } = await open(cloud, `default/app-${environment}`, token);
    return json.properties.app.value.openai_api_key?.value as string | undefined;
  };

  interface World {
    stdin?: string;
    /** What a person types, question by question; `stop` is Ctrl-C. */
    typed?: string[];
    pulumi?: string;
    /** The machine: a folder of its own. */
    at?: string;
    /** What happens while a question stands. */
    meanwhile?: (question: string) => Promise<void>;
  }

  async function run(rest: string, world: World = {}) {
    const { stdin = "", typed, pulumi = TOKENS.admin, at = folder, meanwhile } = world;
    const asked: string[] = [];
    const answer = async (question: string) => {
      asked.push(question);
      await meanwhile?.(question);
      const next = typed?.shift() ?? "stop";
      if (next === "stop")
        throw new RemedyError({
          code: "?",
          subject: "the value",
          cause: "cancelled",
          remedy: "run it again",
        });
      return new Secret(next);
    };
    const context = commandContext(
      { github, cloud: { url: cloud.url, token: pulumi } },
      { catalog: resolveCatalog(CATALOG), project: { dir: at, settings: settings() }, now: clock.now },
    );
    const heard = await runCommand(`compromise ${rest}`, context, { answer: typed && answer, stdin });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    doesNotMatch([...asked, ...files].join("\n"), /canary/);
    return { ...heard, asked };
  }

  const written = () => {
    const file = readdirSync(folder).find((name) => name.startsWith("post-mortem-"));
    return file === undefined ? undefined : readFileSync(join(folder, file), "utf8");
  };
  const journal = join(".sophia-secrets", "compromise-OPENAI_API_KEY.json");

  it("carries a new value through a real run to every loader, and writes it down", async () => {
    real = true;
    await commitWorkflow();
    deepEqual([await loaded("staging"), await loaded("production")], [OLD, OLD]);
    const { stdout, stderr, code } = await run("OPENAI_API_KEY --yes --reason in-a-public-log", {
      stdin: `${NEW}\n`,
    });
    equal(code, 0, stderr);
    deepEqual([await loaded("staging"), await loaded("production")], [NEW, NEW]);
    match(stdout, /^OPENAI_API_KEY: value replaced\n/);
    match(
      stdout,
      /production: the ledger has the new value's fingerprint .*; the composite opens and gives it\n/,
    );
    match(stdout, /Post-mortem written to post-mortem-OPENAI_API_KEY-\d{4}-\d\d-\d\d\.md\n$/);
    match(
      stderr,
      /1\/6 Revoke OPENAI_API_KEY where it is from, and make a new one\n {4}https:\/\/vendor\.example\/keys\n/,
    );
    match(stderr, /Run \d+: completed, http/);
    const text = written() ?? "";
    match(text, /^# OPENAI\\?_API\\?_KEY was compromised/);
    match(text, /in-a-public-log/);
    match(text, /- \S+Z synced: run \d+ success\n/);
    match(text, /\| production \| proven \| proven \|/);
    match(text, /\| ada \| default\/app-production \| opened \|/);
    match(text, /which workflow read a secret: GitHub records no reading of one/);
    equal(existsSync(join(folder, journal)), false);
  });

  it("goes on where it was interrupted, on a terminal", async () => {
    const first = await run("OPENAI_API_KEY", { typed: ["", "stop"] });
    deepEqual([first.code, first.asked.length], [2, 2]);
    match(first.asked[0] ?? "", /Enter when the old one is revoked; Ctrl-C to stop here/);
    match(first.asked[1] ?? "", /New value of OPENAI_API_KEY \(not shown/);
    match((await run("OPENAI_API_KEY --dry-run")).stdout, /^started \S+, done: revoke\n1\. Revoke/);
    const second = await run("OPENAI_API_KEY", { typed: [NEW] });
    equal(second.code, 0, second.stderr);
    match(
      second.stderr,
      /^Continues the case that ada started .*compromise-OPENAI_API_KEY\.json; .*\)\n1\/6 .*: done\n2\/6 /,
    );
    equal(await loaded("production"), NEW);
    const file = /Post-mortem written to (\S+)\.md/.exec(second.stdout)?.[1] ?? "";
    const again = await run(`OPENAI_API_KEY --dry-run --out ${file}.md`);
    match(again.stderr, /post-mortem-\S+: there is such a file already/);
    const third = await run("OPENAI_API_KEY --dry-run");
    ok(third.stdout.includes(`${file}-2.md, without values`), "a second leak of one day waits for no name");
  });

  it("takes the word of who has set it in GitHub, unless nothing has moved there", async () => {
    const unmoved = await run("OPENAI_API_KEY --yes");
    equal(unmoved.code, 2);
    match(unmoved.stderr, /OPENAI_API_KEY: it has not changed in GitHub since/);
    await putSecret(github.octokit(), "OPENAI_API_KEY", NEW, await inCarrier());
    const moved = await run("OPENAI_API_KEY --yes");
    equal(moved.code, 0, moved.stderr);
    match(moved.stdout, /production: another value than before .*; the composite opens and gives it/);
  });

  it("goes on with --since where it was replaced and synced before, and proves only what is given to compare", async () => {
    const got = new Date(Date.now() - 1).toISOString();
    await putSecret(github.octokit(), "OPENAI_API_KEY", NEW, await inCarrier());
    await sync();
    equal((await run("OPENAI_API_KEY --yes")).code, 2);
    const { code, stderr, stdout } = await run(`OPENAI_API_KEY --yes --since ${got}`);
    // The value that got out may itself be younger than --since.
    equal(code, 1, stderr);
    match(
      stdout,
      /production: it changed after \d{4}-\S+ and not since this case started .*only a run that is given the new value/,
    );
    const proven = await run(`OPENAI_API_KEY --yes --since ${got} --out second.md`, { stdin: NEW });
    equal(proven.code, 0, proven.stderr);
    match(proven.stdout, /production: the ledger has the new value's fingerprint/);
  });

  it("waits for a person where GitHub environments hold it, and takes the ledger for proof", async () => {
    await setIn("staging", "DATABASE_URL", "canary-of-staging");
    await setIn("production", "DATABASE_URL", "canary-of-production");
    await sync();
    const unset = await run("DATABASE_URL", { typed: ["", ""] });
    equal(unset.code, 2);
    match(unset.stderr, /\.\/sophia-secrets set DATABASE_URL --environment staging --replace\n/);
    match(unset.stdout, /production: the value is still the one from before/);
    await setIn("staging", "DATABASE_URL", "canary-of-staging-2");
    await setIn("production", "DATABASE_URL", "canary-of-production-2");
    const { code, stderr } = await run("DATABASE_URL", { typed: [] });
    equal(code, 0, stderr);
    match(written() ?? "", /\| readable in GitHub by \| carrier/);
  });

  it("names the run that failed, and starts another next time", async () => {
    await run("OPENAI_API_KEY", { typed: ["", "stop"] });
    await putSecret(github.octokit(), "OPENAI_API_KEY", "canary-without-its-beginning", await inCarrier());
    const failed = await run("OPENAI_API_KEY --yes");
    equal(failed.code, 2);
    match(failed.stderr, /error: run \d+: it ended with failure\nRemedy: fix what its log names \(http\S+\)/);
    clock.forward(60);
    await putSecret(github.octokit(), "OPENAI_API_KEY", NEW, await inCarrier());
    const { code, stderr } = await run("OPENAI_API_KEY --yes");
    equal(code, 0, stderr);
    match(written() ?? "", /\| runs \| \d+ failure \S+; \d+ success/);
  });

  describe("without the right to open what it verifies", () => {
    const LEDGER_ALONE = ["-ledger"];
    const TEXTS = ["-ledger", "", "-keys"];
    /** Somebody who may read these environments of each stage, and open none. */
    const asReader = async (rests: readonly string[]) => {
      const readable = CATALOG.environments.flatMap((each) =>
        rests.map((rest) => [`default/app-${each}${rest}`, "read"] as const),
      );
      await team(cloud, "readers", ["dev"], Object.fromEntries(readable));
      return run("OPENAI_API_KEY --yes", { stdin: NEW, pulumi: TOKENS.dev });
    };
    const pin = async (version: string) => {
      const body = `imports:\n  - default/app-production-keys@${version}\n`;
      equal((await cloud.call("PATCH", env("default/app-production"), { body })).status, 200);
    };
    const tagged = async () => {
      const { json } = await cloud.call("GET", env("default/app-production-keys", "/versions/tags"));
      return (json.tags as { name: string }[]).find(({ name }) => name.startsWith("run-"))?.name ?? "";
    };

    it("goes on, says what is not proven, and ends with 1", async () => {
      const { code, stdout, stderr } = await asReader(LEDGER_ALONE);
      equal(code, 1, stderr);
      match(
        stdout,
        /production: another value than before .*; the composite was not opened \(there is no such.*; nor may its text be read/,
      );
      match(written() ?? "", /- production is not proven in every way/);
      match(stderr, /not known: who opened an environment/);
      match(stderr, /warning: it is not proven that applications of staging, production get the new value: /);
    });

    it("ends with 1 where applications get the old value, pinned to a tag, and that cannot be read", async () => {
      await pin(await tagged());
      equal((await asReader(LEDGER_ALONE)).code, 1);
      equal(await loaded("production"), OLD);
    });

    it("fails where it reads that applications are pinned to what holds another value", async () => {
      await pin(await tagged());
      const { code, stdout, stderr } = await asReader(TEXTS);
      equal(code, 2);
      match(
        stdout,
        /production: .*; the composite is pinned to run-\d+ \(compositeTags\), which holds another/,
      );
      match(stderr, /error: production: loaders do not see the new value/);
    });

    it("takes no text for a proof, be it one that imports the newest, or is pinned to what holds the same", async () => {
      await pin(await tagged());
      await asReader(TEXTS);
      const theirs = requireCloud(commandContext({ cloud: { url: cloud.url, token: TOKENS.dev } }));
      const secret = resolveCatalog(CATALOG).entries.find(({ name }) => name === "OPENAI_API_KEY");
      ok(secret !== undefined);
      const judged = async (version: string) => {
        await pin(version);
        const place = { settings: settings(), secret, environment: "production" };
        const { state, detail, isNewest } = await judgeComposite(theirs, place, () => "some");
        return [state, detail.split("; ")[1], isNewest];
      };
      const newest = (await cloud.call("GET", env("default/app-production-keys"))).headers.get(REVISION);
      deepEqual(await judged("latest"), ["unknown", "by its text it imports the newest values", true]);
      deepEqual(await judged(newest ?? ""), [
        "unknown",
        `it is pinned to ${newest}, which holds what is newest`,
        false,
      ]);
      equal((await judged("2"))[0], "failed");
    });
  });

  it("counts who opened it while the sync was at work: until its write they got the old value", async () => {
    await team(cloud, "application", ["dev"], {
      "default/app-production": "open",
      "default/app-production-keys": "open",
    });
    cloud.faults.add({ method: "PATCH", path: `${env("default/app-production-keys")}$`, delayMs: 2500 });
    const asked = async () =>
      (await (await fetch(`${cloud.url}/_sandbox/requests`)).json()) as readonly string[];
    const count = async () => (await asked()).filter((each) => /^PATCH .*production-keys$/.test(each)).length;
    const before = await count();
    const ended = run("OPENAI_API_KEY --yes", { stdin: NEW });
    while ((await count()) === before) await sleep(20);
    await sleep(1100); // the log's times are whole seconds
    equal(await loaded("production", TOKENS.dev), OLD);
    equal((await ended).code, 0);
    match(written() ?? "", /\| dev \| default\/app-production \| opened \|/);
  });

  it("says of what the stack's config holds that nobody knows who read it there", async () => {
    await putSecret(github.octokit(), "SMTP_HOST", "canary-host", await inCarrier());
    await sync();
    const typed = ["", "", "stop"];
    clock.forward(60);
    const stopped = await run("SMTP_HOST", { typed: [...typed] });
    equal(stopped.code, 2, "nothing has moved in GitHub");
    await putSecret(github.octokit(), "SMTP_HOST", "canary-host-2", await inCarrier());
    const { code, stderr } = await run("SMTP_HOST", { typed: [""] });
    equal(code, 0, stderr);
    match(stderr, /not known: who read it from the stack's config: .*pulumi config --show-secrets/);
    match(written() ?? "", /- who read it from the stack's config/);
  });

  it("refuses the compromised value itself, and one that does not fit, before anything is written", async () => {
    match((await run("OPENAI_API_KEY --yes", { stdin: OLD })).stderr, /it is the value that is compromised/);
    match((await run("OPENAI_API_KEY --yes", { stdin: "canary" })).stderr, /must be text beginning with sk-/);
    const { OPENAI_API_KEY: value } = github.service.hostOf("ai-cherry/carrier").organizationSecrets();
    equal(value, OLD);
  });

  it("replaces it under every name that stands in GitHub, found by any of them", async () => {
    await putSecret(github.octokit(), "OPENAI_KEY", OLD, { visibility: "all" });
    const { stdout, code, stderr } = await run("OPENAI_KEY --yes", { stdin: NEW });
    equal(code, 0, stderr);
    match(stdout, /OPENAI_API_KEY: value replaced\nOPENAI_KEY: value replaced/);
    const { OPENAI_KEY: value } = github.service.hostOf("ai-cherry/other").organizationSecrets();
    equal(value, NEW); // who read the older name reads it still
    equal(await loaded("production"), NEW);
  });

  it("leaves alone, and names, what has a value of its own in GitHub", async () => {
    await setIn("staging", "OPENAI_API_KEY", "sk-canary-of-staging");
    await sync();
    clock.forward(60);
    const { code, stderr } = await run("OPENAI_API_KEY --yes", { stdin: NEW });
    equal(code, 0, stderr);
    match(stderr, /staging has a value of its own .* if it is the same credential, set it too/);
    deepEqual([await loaded("staging"), await loaded("production")], ["sk-canary-of-staging", NEW]);
    match(written() ?? "", /## Open questions\n\n- staging has a value of its own/);
  });

  it("says when loaders do not see it, and begins with another sync next time", async () => {
    const { actions } = github.octokit().rest;
    const { key, key_id } = (await actions.getRepoPublicKey(carrier)).data;
    const shadow = { ...carrier, secret_name: "OPENAI_API_KEY" };
    await actions.createOrUpdateRepoSecret({ ...shadow, key_id, encrypted_value: await seal(key, OLD) });
    const blocked = await run("OPENAI_API_KEY --yes", { stdin: NEW });
    equal(blocked.code, 2);
    match(blocked.stderr, /carrier has a secret OPENAI_API_KEY of its own, which overrides/);
    match(blocked.stderr, /error: staging, production: loaders do not see the new value/);
    await actions.deleteRepoSecret(shadow);
    const fixed = await run("OPENAI_API_KEY --yes");
    equal(fixed.code, 0, fixed.stderr);
    equal(await loaded("production"), NEW);
  });

  it("finds a composite that is pinned to what was before", async () => {
    const composite = "default/app-production";
    const { headers } = await cloud.call("GET", env(`${composite}-keys`));
    const pinned = `imports:\n  - ${composite}-keys@${headers.get(REVISION)}\n`;
    equal((await cloud.call("PATCH", env(composite), { body: pinned })).status, 200);
    const { code, stdout, stderr } = await run("OPENAI_API_KEY --yes", { stdin: NEW });
    equal(code, 2);
    match(
      stdout,
      /production: the ledger has the new value's .*; the composite gives another value: it is pinned/,
    );
    match(stderr, /error: production: loaders do not see the new value/);
  });

  it("with --pause keeps the sync away until somebody lets it go on", async () => {
    const stopped = await run("OPENAI_API_KEY --yes --pause", { stdin: NEW });
    equal(stopped.code, 2);
    match(
      stopped.stderr,
      /error: staging, production: the sync is paused\nRemedy: .*resume staging production/,
    );
    equal(stopped.stderr.split("./sophia-secrets resume").length, 2, "said once");
    equal(await loaded("production"), OLD);
    const { text } = await cloud.call("GET", env("default/app-production-ledger"));
    match(text, /paused:\n +reason: OPENAI_API_KEY is compromised/);
    const resumed = await run("OPENAI_API_KEY", { typed: [""] });
    equal(resumed.code, 0, resumed.stderr);
    match(resumed.asked[0] ?? "", /Enter to let the sync write again/);
    equal(await loaded("production"), NEW);
  });

  describe("says what its --pause leaves paused", () => {
    const ledgerOf = (environment: string) => env(`default/app-${environment}-ledger`);
    const both =
      /staging, production stay paused by this case\. To let the sync write there again: \.\/sophia-secrets resume staging production\. To go on with the case: run this again\n/;

    it("when a person stops it, also on a second try, and no more when it has let the sync go on", async () => {
      match((await run("OPENAI_API_KEY --pause", { typed: ["stop"] })).stderr, both);
      match((await run("OPENAI_API_KEY", { typed: ["", "stop"] })).stderr, both);
      const composite = "default/app-production";
      const { headers } = await cloud.call("GET", env(`${composite}-keys`));
      const pinned = `imports:\n  - ${composite}-keys@${headers.get(REVISION)}\n`;
      await cloud.call("PATCH", env(composite), { body: pinned });
      const failed = await run("OPENAI_API_KEY", { typed: [NEW, ""] });
      match(failed.stderr, /error: production: loaders do not see the new value/);
      doesNotMatch(failed.stderr, /paused by this case/);
      deepEqual(JSON.parse(readFileSync(join(folder, journal), "utf8")).paused, {}, "for what a signal says");
    });

    it("when a step fails, and when it fails before the first one", async () => {
      github.faults.add({
        method: "PUT",
        path: "/orgs/ai-cherry/actions/secrets/",
        times: 0,
        answer: { status: 403 },
      });
      const failed = await run("OPENAI_API_KEY --pause --yes", { stdin: NEW });
      match(failed.stderr, both);
      github.faults.add({ path: "/orgs/ai-cherry/actions/secrets", times: 0, answer: { status: 403 } });
      match((await run("OPENAI_API_KEY --yes", { stdin: NEW })).stderr, both);
      equal(await loaded("production"), OLD);
    });

    it("when one environment is paused and another is not, and pauses the rest when it is run again", async () => {
      cloud.faults.add({ method: "PATCH", path: ledgerOf("production"), times: 0, answer: { status: 403 } });
      const half = await run("OPENAI_API_KEY --pause", { typed: [""] });
      equal(half.code, 2);
      match(
        half.stderr,
        /\nstaging stays paused by this case\. To let .*: \.\/sophia-secrets resume staging\./,
      );
      match(half.stderr, /error: production: it is not paused: .*the token may not do this/);
      cloud.faults.clear();
      const whole = await run("OPENAI_API_KEY --pause", { typed: ["", NEW, ""] });
      equal(whole.code, 0, whole.stderr);
      match(written() ?? "", /Z paused the sync of staging, production\n/);
    });

    it("knows on its next run a pause of which it never heard whether it was set", async () => {
      cloud.faults.add({ method: "PATCH", path: ledgerOf("production"), times: 0, reset: "after" });
      // Read before anything is done, three times to note the case, to see who paused it, and to pause it; then no more.
      cloud.faults.add({
        method: "GET",
        path: ledgerOf("production"),
        skip: 6,
        times: 0,
        answer: { status: 500 },
      });
      const unsure = await run("OPENAI_API_KEY --pause", { typed: [""] });
      match(unsure.stderr, /\nstaging stays paused by this case, and production may be\. /);
      match(unsure.stderr, /error: production: it is not paused: /);
      cloud.faults.clear();
      match((await run("OPENAI_API_KEY --pause", { typed: ["stop"] })).stderr, both);
    });

    it("and what it may, where that cannot be looked at", async () => {
      await run("OPENAI_API_KEY --pause", { typed: ["stop"] });
      cloud.faults.add({ method: "GET", path: ledgerOf("production"), times: 0, answer: { status: 500 } });
      match(
        (await run("OPENAI_API_KEY", { typed: ["stop"] })).stderr,
        /\nstaging stays paused by this case, and production may be\. To let .*: \.\/sophia-secrets resume staging production\./,
      );
    });

    it("and not what others have paused or resumed", async () => {
      const others = { reason: "vendor is down", by: "eve", now: new Date() };
      const ours = requireCloud(commandContext({ cloud }));
      await pauseSync(ours, settings(), ["production"], others);
      const first = await run("OPENAI_API_KEY --pause", { typed: ["stop"] });
      match(
        first.stderr,
        /\nstaging stays paused by this case\. To let .*: \.\/sophia-secrets resume staging\./,
      );
      await resumeSync(ours, settings(), ["staging"]);
      doesNotMatch((await run("OPENAI_API_KEY", { typed: ["stop"] })).stderr, /paused by this case/);
      await pauseSync(ours, settings(), ["staging"], others);
      doesNotMatch((await run("OPENAI_API_KEY", { typed: ["stop"] })).stderr, /paused by this case/);
    });

    it("when a signal ends it, before it ends", async () => {
      const said: string[] = [];
      const killed: string[] = [];
      const us = Object.assign(new EventEmitter(), {
        pid: 7,
        kill: (_: number, signal: string) => killed.push(signal) > 0,
      });
      const file = {
        read: () => ({ paused: { production: "2026-08-01T10:00:00Z" } }),
      } as unknown as JournalFile;
      const context = { terminal: { say: (line: string) => said.push(line) } } as unknown as CommandContext;
      void tellingPauses(context, file, () => new Promise(() => undefined), us as unknown as Stoppable);
      us.emit("SIGTERM", "SIGTERM");
      match(
        said.join("\n"),
        /^production may be paused by this case\. .*: \.\/sophia-secrets resume production\./,
      );
      deepEqual([killed, us.eventNames()], [["SIGTERM"], []]);
    });
  });

  describe("shows the steps and does nothing with --dry-run", () => {
    const dry = async (rest: string) => {
      await github.fetch("/_sandbox/requests", { method: "DELETE" });
      const { stdout, code } = await run(`${rest} --dry-run`);
      const requests = (await (await github.fetch("/_sandbox/requests")).json()) as string[];
      deepEqual(
        requests.filter((request) => !request.startsWith("GET ")),
        [],
      );
      equal(existsSync(join(folder, ".sophia-secrets")), false);
      equal(code, 0);
      return stdout;
    };

    it("for a secret of the organization, of GitHub environments, of config, and the pipeline's own", async () => {
      const organization = await dry("OPENAI_API_KEY --pause");
      match(organization, /^1\. Pause the sync\n {3}No sync writes to staging, production until/);
      match(
        organization,
        /3\. Set the new value in GitHub\n {3}Asked for without showing it, or read from stdin, and set as OPENAI_API_KEY\n/,
      );
      match(
        organization,
        /4\. Sync now\n {3}ai-cherry\/carrier: workflow of main, names=OPENAI_API_KEY\n {3}into staging, production\n/,
      );
      match(
        await dry("DATABASE_URL"),
        /\.\/sophia-secrets set DATABASE_URL --environment staging --replace\n.*--environment production/,
      );
      match(await dry("SMTP_HOST"), /pulumi config set --secret --path 'values\.SMTP_HOST'/);
      const own = await dry("PULUMI_ACCESS_TOKEN");
      doesNotMatch(own, /Sync now|Verify/);
      match(own, /1\. Revoke PULUMI_ACCESS_TOKEN[\s\S]*the catalog has no page for it; Platform knows/);
    });
  });

  it("replaces the pipeline's own credential without a sync, and counts everything that it opens", async () => {
    const secret = { org: "ai-cherry", secret_name: "PULUMI_ACCESS_TOKEN" };
    const { data } = await github.octokit().request("GET /orgs/{org}/actions/secrets/{secret_name}", secret);
    const { code, stderr, stdout } = await run("PULUMI_ACCESS_TOKEN --yes", { stdin: "pul-canary" });
    equal(code, 0, stderr);
    match(stdout, /PULUMI_ACCESS_TOKEN: value replaced/);
    match(written() ?? "", /include every secret of these environments/);
    ok(written()?.includes(`since ${data.updated_at}`), "no ledger knows it, GitHub does");
  });

  it("has ESC rotate what ESC makes, twice, for the first rotation leaves the old one alive", async () => {
    const { code, stderr, asked } = await run("SESSION_KEY --environment production", { typed: [""] });
    equal(code, 0, stderr);
    match(
      stderr,
      /1\/3 Have ESC rotate SESSION_KEY, twice\n {4}pulumi env rotate payready\/default\/app-production-rotated-session\n/,
    );
    match(asked[0] ?? "", /Enter when it is rotated twice/);
    match(written() ?? "", /rotated twice, as confirmed/);
    match((await run("SESSION_KEY --environment canada")).stderr, /SESSION_KEY is not in canada/);
  });

  describe("refuses a value on stdin that it would not use, before anything is done:", () => {
    const refused = async (rest: string, cause: RegExp) => {
      await github.fetch("/_sandbox/requests", { method: "DELETE" });
      const { code, stderr } = await run(`${rest} --yes`, { stdin: "canary-given" });
      match(stderr, cause);
      match(stderr, /the value on stdin would not be used, and nothing was done\nRemedy: .*< \/dev\/null/);
      const requests = (await (await github.fetch("/_sandbox/requests")).json()) as string[];
      deepEqual([code, requests.filter((each) => !each.startsWith("GET "))], [2, []]);
    };

    it("of GitHub environments, of the stack's config, and of what ESC makes", async () => {
      await refused("DATABASE_URL", /DATABASE_URL: each GitHub environment has a value of its own;/);
      await refused("SMTP_HOST", /SMTP_HOST: its value is in the stack's config;/);
      await refused("SESSION_KEY", /SESSION_KEY: ESC makes its value;/);
      equal(existsSync(join(folder, ".sophia-secrets", "compromise-DATABASE_URL.json")), false);
    });

    it("of a case that has set one; nothing on stdin goes on with it", async () => {
      equal((await run("OPENAI_API_KEY --yes --pause", { stdin: NEW })).code, 2, "paused before its sync");
      await refused("OPENAI_API_KEY", /OPENAI_API_KEY: this case has its new value already;/);
      const { OPENAI_API_KEY: value } = github.service.hostOf("ai-cherry/carrier").organizationSecrets();
      equal(value, NEW);
      await resumeSync(requireCloud(commandContext({ cloud })), settings(), ["staging", "production"]);
      const { code, stderr } = await run("OPENAI_API_KEY --yes");
      equal(code, 0, stderr);
    });
  });

  it("is one case at a time: a second process is refused, and what a dead one left is taken over", async () => {
    const lock = join(folder, ".sophia-secrets", "compromise-OPENAI_API_KEY.lock");
    const started = run("OPENAI_API_KEY", { typed: ["", NEW] });
    while (!existsSync(lock)) await sleep(1);
    const second = await run("OPENAI_API_KEY --yes", { stdin: "sk-canary-of-the-second" });
    equal(second.code, 2);
    match(
      second.stderr,
      /compromise-OPENAI_API_KEY\.lock: process \d+ is at work on this case; nothing was done\n/,
    );
    const first = await started;
    equal(first.code, 0, first.stderr);
    equal(await loaded("production"), NEW);
    equal(existsSync(lock), false);
    writeFileSync(lock, "999999999\n");
    equal((await run("OPENAI_API_KEY", { typed: ["stop"] })).code, 2);
    equal(existsSync(lock), false, "its process is dead");
  });

  describe("on two machines at once", () => {
    let other: string;
    beforeEach(() => {
      other = mkdtempSync(join(tmpdir(), "compromise-other-"));
    });
    afterEach(() => rmSync(other, { recursive: true }));

    const inGitHub = (name = "OPENAI_API_KEY") =>
      github.service.hostOf("ai-cherry/carrier").organizationSecrets()[name];
    const notesIn = async () => {
      const texts = await Promise.all(
        CATALOG.environments.map((each) => cloud.call("GET", env(`default/app-${each}-ledger`))),
      );
      return texts.map(({ text }) => /\n +by: \S+\n +since:/.test(text));
    };
    const SECOND = "sk-canary-of-the-second";

    it("tells the second who has it open since when, and what GitHub shows of it; nothing is done", async () => {
      equal((await run("OPENAI_API_KEY", { typed: ["", "stop"] })).code, 2);
      deepEqual(await notesIn(), [true, true]);
      const told =
        /OPENAI_API_KEY: ada has had a case of it open since \S+Z, on another machine .*ledger of staging.*; GitHub has not changed it since \S+; nothing was done\nRemedy: let ada end it\. .*compromise OPENAI_API_KEY --take-over\n/;
      const second = await run("OPENAI_API_KEY --yes", { stdin: SECOND, at: other });
      equal(second.code, 2);
      match(second.stderr, told);
      deepEqual([inGitHub(), readdirSync(join(other, ".sophia-secrets"))], [OLD, []]);
      match(
        (await run("OPENAI_API_KEY --dry-run", { at: other })).stderr,
        /warning: ada has had a case of it/,
      );
      // A run of the sync between keeps the note.
      await sync();
      match((await run("OPENAI_API_KEY --yes", { stdin: SECOND, at: other })).stderr, /ada has had a case/);
      equal((await run("OPENAI_API_KEY", { typed: [NEW] })).code, 0);
      deepEqual([await notesIn(), await loaded("production")], [[false, false], NEW]);
      clock.forward(60);
      equal((await run("OPENAI_API_KEY --yes", { stdin: SECOND, at: other })).code, 0, "the next case");
    });

    it("lets one of two that begin in the same moment through, whole", async () => {
      const [first, second] = await Promise.all([
        run("OPENAI_API_KEY --yes", { stdin: NEW }),
        run("OPENAI_API_KEY --yes", { stdin: SECOND, at: other }),
      ]);
      deepEqual([first.code, second.code].sort(), [0, 2], `${first.stderr}\n${second.stderr}`);
      const [won, lost] = first.code === 0 ? [NEW, second] : [SECOND, first];
      match(lost.stderr, /ada has had a case of it open since/);
      deepEqual([inGitHub(), await loaded("staging"), await loaded("production")], [won, won, won]);
      deepEqual(await notesIn(), [false, false]);
    });

    it("ends the first where the second takes over while it waits for its value: it writes nothing any more", async () => {
      const takesOver = async (question: string) => {
        if (!question.startsWith("New value")) return;
        const second = await run("OPENAI_API_KEY --yes --take-over", { stdin: SECOND, at: other });
        equal(second.code, 0, second.stderr);
        clock.forward(60);
        // And another one begins, which has it now.
        equal((await run("OPENAI_API_KEY", { typed: ["", "stop"], at: other })).code, 2);
      };
      const first = await run("OPENAI_API_KEY", { typed: ["", NEW], meanwhile: takesOver });
      equal(first.code, 2);
      match(first.stderr, /ada has had a case of it open since/);
      deepEqual([inGitHub(), await loaded("production")], [SECOND, SECOND]);
    });

    it("shows a value that somebody set since, before it replaces it, and goes on either way", async () => {
      for (const [name, stdin, stands] of [
        ["kept.md", "", SECOND],
        ["replaced.md", NEW, NEW],
      ] as const) {
        equal((await run("OPENAI_API_KEY", { typed: ["", "stop"] })).code, 2);
        clock.forward(60);
        await putSecret(github.octokit(), "OPENAI_API_KEY", SECOND, await inCarrier());
        const refused = await run("OPENAI_API_KEY --yes", { stdin: NEW });
        equal(refused.code, 2);
        match(
          refused.stderr,
          /OPENAI_API_KEY: GitHub has it changed at \S+, and this case saw \S+: somebody/,
        );
        equal(inGitHub(), SECOND);
        const done = await run(`OPENAI_API_KEY --yes --out ${name}`, { stdin });
        equal(done.code, 0, done.stderr);
        deepEqual([inGitHub(), await loaded("production")], [stands, stands]);
        rmSync(join(folder, name));
        clock.forward(60);
      }
    });

    it("goes through both where they are of different secrets", async () => {
      await putSecret(github.octokit(), "SECOND_KEY", "canary-second-old", await inCarrier());
      await sync();
      clock.forward(60);
      const [first, second] = await Promise.all([
        run("OPENAI_API_KEY --yes", { stdin: NEW }),
        run("SECOND_KEY --yes", { stdin: "canary-second-new", at: other }),
      ]);
      deepEqual([first.code, second.code], [0, 0], `${first.stderr}\n${second.stderr}`);
      deepEqual([inGitHub(), inGitHub("SECOND_KEY")], [NEW, "canary-second-new"]);
      deepEqual([await loaded("production"), await notesIn()], [NEW, [false, false]]);
    });

    it("goes on where a ledger takes no note, and says that nobody else sees it", async () => {
      const ledger = env("default/app-production-ledger");
      cloud.faults.add({ method: "PATCH", path: ledger, times: 1, answer: { status: 403 } });
      const { stderr } = await run("OPENAI_API_KEY", { typed: ["stop"] });
      match(stderr, /warning: nobody else sees in production that this case is open: .*the token may not/);
    });
  });

  it("sets the value of one GitHub environment from stdin, in every carrier, and takes no old one", async () => {
    await setIn("staging", "DATABASE_URL", "canary-of-staging");
    await setIn("production", "DATABASE_URL", "canary-of-production");
    await sync();
    clock.forward(60);
    const one = "DATABASE_URL --environment production --yes";
    match((await run(one, { stdin: "canary-of-production" })).stderr, /it is the value that is compromised/);
    match((await run(one, { stdin: "changeme" })).stderr, /DATABASE_URL: .*is a placeholder/);
    const { code, stdout, stderr } = await run(one, { stdin: " canary-fresh" });
    equal(code, 0, stderr);
    match(stdout, /^DATABASE_URL in production of carrier: value replaced\n/);
    match(stderr, /warning: the value of DATABASE_URL begins or ends with a blank/);
    const { json } = await open(cloud, "default/app-production");
    equal(json.properties.app.value.database_url.value, " canary-fresh");
    const staging = await open(cloud, "default/app-staging");
    equal(staging.json.properties.app.value.database_url.value, "canary-of-staging");
  });

  it("takes nothing but Enter for a yes", async () => {
    const { code, stderr } = await run("OPENAI_API_KEY", { typed: ["n"] });
    equal(code, 2);
    match(stderr, /stopped: more than Enter was typed\nRemedy: run this again/);
    match((await run("OPENAI_API_KEY --dry-run")).stdout, /^1\. Revoke OPENAI_API_KEY [^:]*$/m, "not done");
  });

  it("looks after all that it began with: another scope is refused, and a dry run marks what is done", async () => {
    await run("OPENAI_API_KEY", { typed: ["", "stop"] });
    const narrower = await run("OPENAI_API_KEY --environment production", { typed: [] });
    equal(narrower.code, 2);
    match(
      narrower.stderr,
      /--environment: the running case was started in all environments\nRemedy: run it as it was started/,
    );
    match((await run("OPENAI_API_KEY --dry-run")).stdout, /^1\. Revoke OPENAI_API_KEY .*: done$/m);
  });

  it("says what is wrong with what was typed", async () => {
    for (const [rest, world, told] of [
      ["NO_SUCH", {}, /NO_SUCH: the catalog has no such entry/],
      ["OLD_KEY", {}, /OLD_KEY: its tombstone deleted it from GitHub and ESC on 2026-01-31/],
      [
        "OPENAI_API_KEY --environment production",
        {},
        /one value in all environments, and staging would keep the compromised one\nRemedy: leave it out/,
      ],
      ["OPENAI_API_KEY --environment canada", {}, /OPENAI_API_KEY is not in canada\nRemedy: use some of/],
      ["OPENAI_API_KEY", {}, /there is nobody to ask\nRemedy: run it on a terminal, or with --yes/],
      [
        `OPENAI_API_KEY --yes --reason ${"sk-proj-0123456789abcdefghij"}`,
        {},
        /--reason: it holds what looks like/,
      ],
      ["OPENAI_API_KEY --yes --since yesterday", {}, /--since: must be a time in the past/],
      ["", {}, /takes one name, and never a value/],
    ] as const) {
      const answer = await run(rest, world);
      match(answer.stderr, told);
      equal(answer.code, 2, rest);
    }
    ok(!existsSync(join(folder, journal)));
    writeFileSync(join(folder, "taken.md"), "");
    match(
      (await run("OPENAI_API_KEY --yes --out taken.md")).stderr,
      /taken\.md: there is such a file already/,
    );
  });
});
