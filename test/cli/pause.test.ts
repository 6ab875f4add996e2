import { deepEqual, equal, match } from "node:assert/strict";
import { parseLedger } from "../../src/ledger/ledger";
import { requireCloud } from "../../src/operations/context";
import { pauseSync } from "../../src/operations/pauses/pause-sync";
import { env, ORG, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { commandContext } from "./command-context";
import { LEDGER, SETTINGS, VersionsStage } from "./versions-stage";

const STAGING = "default/app-staging-ledger";
const NOW = "2026-08-01T10:00:00.000Z";
const values = { ALPHA_KEY: "canary-a", DB_PASSWORD: "canary-d" };
const LEDGER_URL = `/api/esc/environments/${ORG}/${LEDGER}$`;

describe("pause and resume", () => {
  let stage: VersionsStage;
  beforeEach(async () => {
    stage = await VersionsStage.start();
  });
  afterEach(() => stage.close());

  const pausedIn = async (path = LEDGER) => parseLedger(await stage.text(path)).paused;
  const pause = (command = "pause production --reason", reason = "vendor is down") =>
    stage.run(command, { now: NOW }, reason);

  it("keeps the sync away until it is resumed, with reason, person and time", async () => {
    deepEqual(await pause(), {
      stdout: "production: paused until somebody resumes it\n",
      stderr: "",
      code: 0,
    });
    deepEqual(await pausedIn(), { reason: "vendor is down", by: "ada", since: NOW });
    equal((await stage.sync(values)).printed[0], "production: paused, nothing written");
    const resumed = await stage.run("resume production");
    match(
      resumed.stdout,
      /^production: resumed; it was paused by ada since 2026-08-01T10:00:00.000Z, .*: vendor is down\n$/,
    );
    equal((await stage.sync(values)).printed[0], "production: 2 created, 2 waiting for a first value");
    equal((await stage.run("resume production")).stdout, "production: was not paused\n");
  });

  it("is for all environments when none is named", async () => {
    const { stdout } = await pause("pause --for 4h --reason");
    equal(
      stdout,
      "staging: paused until 2026-08-01T14:00:00.000Z\nproduction: paused until 2026-08-01T14:00:00.000Z\n",
    );
    equal((await pausedIn(STAGING))?.until, "2026-08-01T14:00:00.000Z");
    equal((await stage.run("resume")).code, 0);
    deepEqual([await pausedIn(), await pausedIn(STAGING)], [undefined, undefined]);
  });

  it("ends by itself at its time, and syncs", async () => {
    await pause("pause production --until 2026-08-02 --reason");
    equal(
      (await stage.sync(values, { now: "2026-08-01T23:59:59Z" })).printed[0],
      "production: paused, nothing written",
    );
    match((await stage.sync(values, { now: "2026-08-02T00:00:00Z" })).printed[0] ?? "", /2 created/);
    equal(await pausedIn(), undefined);
  });

  it("replaces an existing pause, and says which", async () => {
    await pause();
    const { stdout } = await pause("pause production --for 30m --reason", "incident 42");
    equal(stdout, "production: paused until 2026-08-01T10:30:00.000Z (replaces the pause: vendor is down)\n");
    equal((await pausedIn())?.reason, "incident 42");
  });

  it("opens no ledger, and leaves its key and all it knows as they are", async () => {
    await stage.sync(values);
    const before = parseLedger((await stage.cloud.call("GET", env(LEDGER, "/decrypt"))).text);
    await stage.requests();
    await pause();
    await stage.run("resume production");
    equal(
      (await stage.requests()).some((request) => request.includes("decrypt")),
      false,
    );
    deepEqual(parseLedger((await stage.cloud.call("GET", env(LEDGER, "/decrypt"))).text), before);
  });

  for (const [what, command, reason, told] of [
    ["an unknown unit", "pause --for 4y --reason", "x", /--for: must be a time in the future: 4y/],
    ["a past day", "pause --until 2026-07-31 --reason", "x", /--until: must be a time in the future/],
    ["an invalid day", "pause --until 2026-02-31T10 --reason", "x", /--until: must be a time in the future/],
    ["a length of zero", "pause --for 0h --reason", "x", /--for: must be a time in the future/],
    ["both options", "pause --for 4h --until 2030-01-01 --reason", "x", /only one of them can end a pause/],
    ["no reason", "pause --for", "4h", /required option '--reason <text>' not specified/],
  ] as const) {
    it(`refuses ${what} as wrong usage, and pauses nothing`, async () => {
      const { code, stderr } = await pause(command, reason);
      equal(code, 2);
      match(stderr, told);
      equal(await pausedIn(), undefined);
    });
  }

  it("refuses an environment the catalog does not have, an empty reason and one that looks like a key", async () => {
    match(
      (await pause("pause canada --reason")).stderr,
      /canada: the catalog has no deployment environment of this name.*production, staging/s,
    );
    match((await pause("pause --reason", " ")).stderr, /the reason: it is empty/);
    match(
      (await pause("pause --reason", "old key sk-proj-canary0123456789")).stderr,
      /it holds what looks like a credential/,
    );
    match((await stage.run("resume canada")).stderr, /no deployment environment of this name/);
    equal((await stage.run("resume production", { token: null })).code, 2);
    equal(await pausedIn(), undefined);
  });

  it("keeps a sync's ledger that came in between, and its own pause", async () => {
    let struck = false;
    const through: Parameters<VersionsStage["run"]>[1] = {
      now: NOW,
      through: (http) => async (request) => {
        if (request.method === "PATCH" && !struck) {
          struck = true;
          await stage.sync(values);
        }
        return http(request);
      },
    };
    equal((await stage.run("pause production --reason", through, "vendor is down")).code, 0);
    const { paused, secrets } = parseLedger(await stage.text(LEDGER));
    deepEqual([paused?.reason, Object.keys(secrets)], ["vendor is down", ["ALPHA_KEY", "DB_PASSWORD"]]);
  });

  for (const [what, fault] of [
    ["fails before it is carried out", { reset: "before" }],
    ["fails after it was carried out", { reset: "after" }],
    ["is answered with 409", { answer: { status: 409 } }],
    ["is answered with 429", { answer: { status: 429, headers: { "retry-after": "0" } } }],
    ["is answered with 500", { answer: { status: 500 } }],
  ] as const) {
    it(`is set once when its write ${what}`, async () => {
      stage.cloud.faults.add({ method: "PATCH", path: LEDGER_URL, ...fault });
      deepEqual((await pause()).stdout, "production: paused until somebody resumes it\n");
      deepEqual([(await pausedIn())?.reason, await stage.revision(LEDGER)], ["vendor is down", 3]);
    });
  }

  for (const [status, told] of [
    [401, /the token is unknown/],
    [403, /the token may not do this/],
    [404, /there is no such environment/],
    [500, /the service answered 500/],
  ] as const) {
    for (const [call, method, path] of [
      ["the ledger is read", "GET", LEDGER_URL],
      ["the ledger is written", "PATCH", LEDGER_URL],
    ] as const) {
      it(`names the environment that is not paused when ${call} and the answer stays ${status}`, async () => {
        stage.cloud.faults.add({ method, path, times: 0, answer: { status, body: { message: "canary" } } });
        const { code, stdout, stderr } = await pause("pause --reason");
        deepEqual([code, stdout], [2, "staging: paused until somebody resumes it\n"]);
        match(stderr, /^error: production is not paused: /);
        match(stderr, told);
        stage.cloud.faults.clear();
        equal((await pause("pause --reason")).code, 0);
      });
    }
  }

  it("fails before anything is written when nobody can say whose token it is", async () => {
    stage.cloud.faults.add({ path: "/api/user", times: 0, answer: { status: 401 } });
    equal((await pause()).code, 2);
    equal(await pausedIn(), undefined);
  });

  it("needs the right to write the ledger, and says so of each that it may not", async () => {
    await team(stage.cloud, "team", ["dev"], { [LEDGER]: "read", [STAGING]: "write" });
    const { code, stderr } = await stage.run("pause --reason", { token: TOKENS.dev }, "incident");
    equal(code, 2);
    match(stderr, /production is not paused: .*the token may not do this/);
    deepEqual([await pausedIn(), (await pausedIn(STAGING))?.by], [undefined, "dev"]);
  });

  it("makes a sync by hand refuse, dry runs too, so that nothing is taken for synced", async () => {
    await pause();
    const { code, stdout, stderr } = await stage.run(
      "sync-to-pulumi ALPHA_KEY --environment production --dry-run",
    );
    deepEqual([code, stdout], [2, ""]);
    match(
      stderr,
      /production: its sync is paused by ada .*: vendor is down\nRemedy: \.\/sophia-secrets resume production/,
    );
  });

  it("serves other commands: an outcome for each environment, and no bad reason", async () => {
    const cloud = requireCloud(commandContext({ cloud: stage.cloud }));
    const request = { reason: "leak", by: "ada", now: new Date(NOW) };
    deepEqual(await pauseSync(cloud, SETTINGS, ["production", "nowhere"], request), [
      { environment: "production" },
      {
        environment: "nowhere",
        failure: {
          code: "pulumi-not-found",
          subject: "payready/default/app-nowhere-ledger",
          cause: "there is no such environment, or the token may not see it",
          remedy: "pulumi up for the stack that owns it; then check the token's team",
        },
      },
    ]);
    const [again] = await pauseSync(cloud, SETTINGS, ["production"], {
      ...request,
      until: "2026-09-01T00:00:00Z",
    });
    equal(again?.before?.reason, "leak");
  });
});
