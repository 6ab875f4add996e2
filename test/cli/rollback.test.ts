import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { renderComposite } from "../../src/catalog/esc-environments";
import type { Http, HttpRequest } from "../../src/clients/http";
import { parseLedger } from "../../src/ledger/ledger";
import { env, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import type { Heard } from "./command-context";
import { CATALOG, COMPOSITE, GROUP, LEDGER, SETTINGS, VersionsStage } from "./versions-stage";

const one = { ALPHA_KEY: "canary-a1", BETA_KEY: "canary-b1", DB_PASSWORD: "canary-d1" };
const two = { ...one, ALPHA_KEY: "canary-a2", GAMMA_KEY: "canary-g" };
const DAY_1 = "2026-06-01T00:00:00.000Z";
const DAY_9 = "2026-06-09T00:00:00.000Z";
const DAY_20 = "2026-06-20T00:00:00.000Z";
const DAY_30 = "2026-06-30T00:00:00.000Z";
const at = (path: string, rest = "") => `${env(path, rest)}$`;
const BACK = "rollback production --to run-1";

/** Said before what a rollback did: nobody knows why a value was replaced. */
const COME_BACK =
  "warning: older values come back: ALPHA_KEY. One that was replaced because it leaked leaks again, unless its vendor has revoked it\n";

describe("rollback", () => {
  let stage: VersionsStage;
  beforeEach(async () => {
    stage = await VersionsStage.start();
    await stage.sync(one, { now: DAY_1 });
    await stage.sync(two, { now: DAY_9 });
  });
  afterEach(() => stage.close());

  const ledger = async () => parseLedger(await stage.text(LEDGER));
  const ageOf = async (name: string) => (await ledger()).secrets[name]?.changed;
  /** The values of the first run, a pause, and the ages they have: what a rollback leaves, however it came there. */
  const isBack = async () => {
    deepEqual(await stage.variables(), one);
    const { paused, secrets } = await ledger();
    equal(paused?.reason, "rolled back to run-1");
    deepEqual(
      Object.entries(secrets).map(([name, { changed, run }]) => [name, changed, run]),
      ["ALPHA_KEY", "BETA_KEY", "DB_PASSWORD"].map((name) => [name, DAY_1, "1"]),
    );
  };
  const isAsBefore = async () => {
    deepEqual(await stage.variables(), two);
    equal((await ledger()).paused, undefined);
    equal(await stage.revision(GROUP.keys), 4);
  };

  it("brings every group back to a tag: values and their ages, in the words of the sync's plan", async () => {
    const { stdout, stderr, code } = await stage.run(BACK);
    equal(
      stdout,
      `production: 1 updated, 2 unchanged, 1 deleted\n${GROUP.keys}\n  update    ALPHA_KEY\n  delete    GAMMA_KEY (it had no value at revision 3)\n`,
    );
    ok(stderr.startsWith(COME_BACK), stderr);
    match(
      stderr.slice(COME_BACK.length),
      /^The sync of production is paused.*Set the right ones in GitHub, then: \.\/sophia-secrets resume production\n$/,
    );
    equal(code, 0);
    await isBack();
  });

  it("opens nothing, writes one revision for each group that changes, and ciphertext as it was", async () => {
    const before = await stage.text(GROUP.keys, "/versions/3");
    await stage.requests();
    await stage.run(BACK);
    const requests = await stage.requests();
    deepEqual(
      requests.filter((request) => !request.startsWith("GET ")),
      [LEDGER, GROUP.keys, LEDGER].map((path) => `PATCH ${env(path)}`),
      "the pause first",
    );
    equal(
      requests.some((request) => /decrypt|open/.test(request)),
      false,
    );
    const ciphertext = (text: string) => /alpha_key:\n\s+fn::secret:\n\s+(ciphertext: \S+)/.exec(text)?.[1];
    ok(ciphertext(before));
    equal(ciphertext(await stage.text(GROUP.keys)), ciphertext(before));
  });

  it("shows the same plan in a dry run, and writes nothing", async () => {
    await stage.requests();
    const { stdout, stderr, code } = await stage.run(`${BACK} --dry-run`);
    match(
      stdout,
      /^production: dry run, nothing written: 1 updated, 2 unchanged, 1 deleted\n.*\n {2}update {4}ALPHA_KEY\n/,
    );
    deepEqual([stderr, code], [COME_BACK, 0]);
    deepEqual(
      (await stage.requests()).filter((request) => !request.startsWith("GET ")),
      [],
    );
    await isAsBefore();
  });

  it("is not undone by the next sync, and ends when somebody resumes", async () => {
    await stage.run(BACK);
    equal((await stage.sync(two)).printed[0], "production: paused, nothing written");
    await isBack();
    await stage.run("resume production");
    const good = { ...one, ALPHA_KEY: "canary-a3" };
    const next = await stage.sync(good, { now: DAY_30 });
    equal(next.printed[0], "production: 1 updated, 2 unchanged, 1 waiting for a first value");
    deepEqual(await stage.variables(), good);
    deepEqual([await ageOf("ALPHA_KEY"), await ageOf("BETA_KEY")], [DAY_30, DAY_1]);
  });

  it("keeps a value's age when GitHub is set back to it: it is as old as it was", async () => {
    await stage.run(BACK);
    await stage.run("resume production");
    const next = await stage.sync(one, { now: DAY_30 });
    match(next.printed[0] ?? "", /^production: 3 unchanged/);
    equal(await ageOf("ALPHA_KEY"), DAY_1);
  });

  it("brings one group back to a revision's number, and leaves the others", async () => {
    await stage.sync({ ...two, DB_PASSWORD: "canary-d2" });
    const { code, stdout } = await stage.run("rollback production --to 3 --group keys");
    deepEqual([code, stdout.split("\n")[0]], [0, "production: 1 updated, 1 unchanged, 1 deleted"]);
    deepEqual(await stage.variables(), { ...one, DB_PASSWORD: "canary-d2" });
    equal((await ledger()).paused?.reason, "rolled keys back to 3");
  });

  it("goes forward again as it went back, once that is resumed: nothing was lost", async () => {
    await stage.run(BACK);
    await stage.run("resume production");
    const { stdout } = await stage.run("rollback production --to run-2");
    match(stdout, /^production: 1 created, 1 updated, 2 unchanged\n/);
    deepEqual(await stage.variables(), two);
    deepEqual([await ageOf("ALPHA_KEY"), await ageOf("GAMMA_KEY")], [DAY_9, DAY_9]);
    equal((await ledger()).paused?.reason, "rolled back to run-2");
  });

  it("says that there is nothing to do where all stands as then, and pauses nothing", async () => {
    const { stdout, code } = await stage.run("rollback production --to run-2");
    deepEqual([stdout, code], ["production: 4 unchanged\n", 0]);
    await isAsBefore();
  });

  it("leaves what people wrote beside the sync's values", async () => {
    await stage.edit(GROUP.keys, `# ours\n${await stage.text(GROUP.keys)}  theirs: kept\n`);
    await stage.run(BACK);
    match(await stage.text(GROUP.keys), /^# ours\n[\s\S]*theirs: kept/);
    await isBack();
  });

  it("brings a key back that was deleted by hand meanwhile, and one that the catalog has moved to its new place", async () => {
    await stage.edit(GROUP.keys, "values: {}\n");
    const secrets = CATALOG.secrets.map((entry) =>
      entry.name === "BETA_KEY" ? { ...entry, path: "new.place" } : entry,
    );
    const { stdout } = await stage.run(BACK, { catalog: { ...CATALOG, secrets } });
    match(stdout, /create {4}ALPHA_KEY\n {2}create {4}BETA_KEY\n/);
    deepEqual(await stage.variables(), one);
    match(await stage.text(GROUP.keys), /new:\n\s+place:\n\s+fn::secret:/);
  });

  it("does not bring back what is due by tombstone, nor what the catalog does not know any more", async () => {
    await stage.edit(GROUP.keys, "values: {}\n");
    const secrets = CATALOG.secrets
      .filter(({ name }) => name !== "GAMMA_KEY")
      .map((entry) => (entry.name === "BETA_KEY" ? { ...entry, tombstone: "2026-01-01" } : entry));
    const { stdout, code } = await stage.run("rollback production --to run-2", {
      catalog: { ...CATALOG, secrets },
    });
    equal(code, 0);
    match(
      stdout,
      /create {4}ALPHA_KEY\n {2}unchanged BETA_KEY \(its tombstone is due: it is not brought back\)\n$/,
    );
    deepEqual(await stage.variables(), { ALPHA_KEY: "canary-a2", DB_PASSWORD: "canary-d1" });
  });

  it("never brings back what was in plain text, as a placeholder or an empty text would, and says so", async () => {
    const text = await stage.text(GROUP.keys);
    for (const clear of [
      "__SET_ME_IN_GITHUB__ (placeholder by sophia-secrets; never synced, never loaded)",
      "''",
      "canary",
    ]) {
      await stage.edit(
        GROUP.keys,
        text.replace(/(alpha_key:)\n\s+fn::secret:\n\s+ciphertext: \S+/, `$1 "${clear}"`),
      );
      const revision = await stage.revision(GROUP.keys);
      await stage.edit(GROUP.keys, text);
      const { stdout, stderr, code } = await stage.run(`rollback production --to ${revision} --group keys`);
      equal(code, 2);
      match(
        stderr,
        new RegExp(
          `error: ALPHA_KEY: at revision ${revision} it was in plain text, .*set its value in GitHub`,
        ),
      );
      match(stdout, /1 refused/);
      deepEqual(await stage.variables(), two);
    }
    equal((await ledger()).paused, undefined, "nothing was written, so nothing is paused");
  });

  it("holds the brake of the sync, and lets go when told to", async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `KEY_${index}`);
    const catalog = {
      ...CATALOG,
      secrets: [...CATALOG.secrets, ...keys.map((name) => ({ name, group: "keys", required: false }))],
    };
    const values = (version: string) => ({
      ...two,
      ...Object.fromEntries(keys.map((name) => [name, `canary-${name}-${version}`])),
    });
    await stage.sync(values("one"), { catalog });
    await stage.sync(values("two"), { catalog });
    const held = await stage.run("rollback production --to run-3", { catalog });
    equal(held.code, 2);
    equal(
      held.stderr,
      "error: production: not written: the run would replace or delete 12 values at once, and 8 is the limit; if all of that is meant: run this again with --allow-many-changes\n",
    );
    const names = [...keys].sort().map((name) => `  held      ${name} (update)\n`);
    equal(held.stdout, `production: 4 unchanged, 12 held back\n${GROUP.keys}\n${names.join("")}`);
    equal((await ledger()).paused, undefined);
    await stage.run("pause production --reason", {}, "rolled back to run-3");
    equal((await stage.run("rollback production --to run-3", { catalog })).code, 2, "also on a second run");
    equal((await stage.variables()).KEY_3, "canary-KEY_3-two");
    const done = await stage.run("rollback production --to run-3 --allow-many-changes", { catalog });
    equal(done.code, 0);
    deepEqual(await stage.variables(), values("one"));
  });

  it("says whose applications do not see it, because they are pinned", async () => {
    await stage.edit(COMPOSITE, renderComposite(SETTINGS, "production", ["keys", "databases"], "run-2"));
    const { stderr } = await stage.run(BACK);
    match(stderr, /warning: applications get databases, keys of production at a pinned tag/);
  });

  it("takes the place of another pause, one with an end too, and says which", async () => {
    await stage.run("pause production --for 4h --reason", {}, "vendor is down");
    const { stderr } = await stage.run(BACK);
    match(stderr, /warning: the sync was paused before \(vendor is down\); that pause is replaced/);
    equal((await ledger()).paused?.until, undefined);
    await isBack();
    await stage.run("pause production --for 4h --reason", {}, "rolled back to run-2");
    await stage.run("rollback production --to run-2");
    equal((await ledger()).paused?.until, undefined, "also of one that is worded as its own");
  });

  it("takes no person's pause for another rollback's, however it is worded", async () => {
    await stage.run("pause production --reason", {}, "rolled back to run-2");
    const { code, stderr } = await stage.run(BACK);
    equal(code, 0, stderr);
    match(stderr, /warning: the sync was paused before \(rolled back to run-2\); that pause is replaced/);
    equal((await ledger()).paused?.rollback, "all groups to run-1");
  });

  it("refuses what it cannot find, naming the groups, before anything is written", async () => {
    await stage.cloud.call("DELETE", env(GROUP.databases, "/versions/tags/run-1"));
    await stage.cloud.call("POST", env(GROUP.keys, "/versions/3/retract"), { body: { reason: "leaked" } });
    for (const [rest, told] of [
      [
        "production --to run-1",
        /databases: no revision there is tagged run-1, or it was retracted; nothing was written/,
      ],
      ["production --to run-9", /databases, keys: no revision there is tagged run-9/],
      ["production --to 9 --group keys", /keys: no revision there is number 9/],
      ["production --to 3 --group keys", /keys: .*or it was retracted/],
      ["production --to 3", /--to: a revision's number belongs to one group/],
      ["production", /required option '--to <revision>' not specified/],
      ["canada --to run-1", /canada: the catalog has no deployment environment of this name/],
      ["production --to run-1 --group tokens", /the catalog has no group tokens/],
    ] as const) {
      const heard = await stage.run(`rollback ${rest}`);
      deepEqual([heard.code, heard.stdout], [2, ""], rest);
      match(heard.stderr, told);
    }
    await isAsBefore();
  });

  for (const [what, answer] of [
    ["arrives empty", { status: 200 }],
    ["leads somewhere else", { status: 302, headers: { location: "/login" } }],
    ["is another revision's", { status: 200, headers: { "pulumi-esc-revision": "2" }, body: "values: {}\n" }],
  ] as const) {
    it(`deletes nothing where the earlier text ${what}`, async () => {
      stage.cloud.faults.add({ method: "GET", path: at(GROUP.keys, "/versions/3"), times: 0, answer });
      const { code, stdout, stderr } = await stage.run(BACK);
      deepEqual([code, stdout], [2, ""]);
      match(stderr, /^error: revision 3 of payready\/default\/app-production-keys: the service/);
      match(stderr, /Remedy: check that the address is Pulumi Cloud's API, and what is in between/);
      await isAsBefore();
    });
  }

  it("does not go back to what was before the first text: that would delete every value", async () => {
    const { code, stderr } = await stage.run("rollback production --to 1 --group keys");
    equal(code, 2);
    match(stderr, /^error: default\/app-production-keys@1: its text has no values: .*\nRemedy: .*history/);
    await isAsBefore();
  });

  it("does not take a ledger that arrives empty for one without a pause", async () => {
    const headers = { etag: "x", "pulumi-esc-revision": "9" };
    stage.cloud.faults.add({ method: "GET", path: at(LEDGER), times: 0, answer: { status: 200, headers } });
    const { code, stderr } = await stage.run(BACK);
    equal(code, 2);
    match(stderr, /app-production-ledger: the ledger's text is empty at revision 9\nRemedy: /);
    stage.cloud.faults.clear();
    await isAsBefore();
  });

  it("says that a run of only some names has no tag, and goes back to what it left by the revision's number", async () => {
    const some = { ...two, ALPHA_KEY: "canary-a3" };
    equal((await stage.sync({ ...some, SYNC_NAMES: "ALPHA_KEY" })).code, 0);
    const revision = await stage.revision(GROUP.keys);
    await stage.sync({ ...two, ALPHA_KEY: "canary-a4" });
    const { code, stderr } = await stage.run("rollback production --to run-3");
    equal(code, 2);
    match(
      stderr,
      /databases, keys: no revision there is tagged run-3, [\s\S]*Remedy: \.\/sophia-secrets history lists what there is; [\s\S]*took only some names or failed in part has no tag: name the revision's number/,
    );
    const back = await stage.run(`rollback production --to ${revision} --group keys`);
    equal(back.code, 0, back.stderr);
    deepEqual(await stage.variables(), some);
  });

  it("writes nothing where the sync cannot be paused: it would undo it", async () => {
    const groups = { [GROUP.keys]: "write", [GROUP.databases]: "write" };
    await team(stage.cloud, "team", ["dev"], { ...groups, [LEDGER]: "read" });
    const { code, stderr } = await stage.run(BACK, { token: TOKENS.dev });
    equal(code, 2);
    match(
      stderr,
      /production: its sync cannot be paused, and would undo the rollback; nothing was written: .*the token may not do this/,
    );
    await isAsBefore();
  });

  it("lifts its pause again where no value may be written, and leaves someone else's", async () => {
    await team(stage.cloud, "team", ["dev"], {
      [GROUP.keys]: "read",
      [GROUP.databases]: "read",
      [LEDGER]: "write",
    });
    const { code, stderr } = await stage.run(BACK, { token: TOKENS.dev });
    deepEqual([code, /is paused/.test(stderr)], [2, false]);
    match(stderr, /^error: payready\/default\/app-production-keys: the token may not do this/);
    await isAsBefore();
    await stage.run("pause production --reason", {}, "incident");
    await stage.run(BACK, { token: TOKENS.dev });
    equal((await ledger()).paused?.reason, "incident");
  });

  describe("beside another one", () => {
    const three = { ALPHA_KEY: "canary-a3", DB_PASSWORD: "canary-d3" };
    beforeEach(() => stage.sync(three));

    /** Something that happens right before a rollback's first write of an environment. */
    const meanwhile = (path: string, action: () => Promise<unknown>) => {
      let struck = false;
      return {
        through: (http: Http) => async (request: HttpRequest) => {
          if (request.method === "PATCH" && request.url.endsWith(path) && !struck) {
            struck = true;
            await action();
          }
          return http(request);
        },
      };
    };
    const FORWARD = "rollback production --to run-2";

    it("is refused: it would leave some groups as the one wants them, and some as the other", async () => {
      let other: Heard | undefined;
      const world = meanwhile(GROUP.databases, async () => {
        other = await stage.run(FORWARD);
      });
      const first = await stage.run(BACK, world);
      deepEqual([first.code, other?.code, other?.stdout], [0, 2, ""]);
      match(
        other?.stderr ?? "",
        /^error: production: another rollback has it paused by ada since .*: rolled back to run-1; nothing was written\nRemedy: once that one has ended: \.\/sophia-secrets resume production/,
      );
      await isBack();
    });

    it("is refused too where it had looked before the other paused", async () => {
      const world = meanwhile(LEDGER, () => stage.run(FORWARD));
      const { code, stderr } = await stage.run(BACK, world);
      equal(code, 2);
      match(stderr, /another rollback has it paused .*: rolled back to run-2; nothing was written/);
      deepEqual(await stage.variables(), two);
    });

    it("writes nothing over the other's values where its pause was lifted, and says what is not as asked", async () => {
      let other: Heard | undefined;
      const world = meanwhile(GROUP.databases, async () => {
        while ((await stage.variables()).ALPHA_KEY !== one.ALPHA_KEY) await sleep(5);
        await stage.run("resume production");
        other = await stage.run(FORWARD);
      });
      const first = await stage.run(BACK, world);
      deepEqual([first.code, other?.code], [2, 0]);
      match(first.stderr, /error: production: the pause of this rollback has ended: it is paused by/);
      match(
        first.stderr,
        /error: default\/app-production-keys: somebody else wrote ALPHA_KEY, GAMMA_KEY meanwhile: it is not as at revision 3\. /,
      );
      doesNotMatch(first.stderr, /The sync of production is paused/);
      deepEqual(await stage.variables(), two, "the other's, all of them");
      deepEqual([(await ledger()).paused?.reason, await ageOf("ALPHA_KEY")], ["rolled back to run-2", DAY_9]);
    });

    it("fails where somebody resumes the sync meanwhile, for it would undo this", async () => {
      const world = meanwhile(GROUP.databases, () => stage.run("resume production"));
      const { code, stderr } = await stage.run(BACK, world);
      equal(code, 2);
      match(stderr, /error: production: the pause .* has ended: somebody has resumed the sync/);
      await stage.sync(three);
      equal((await stage.run(BACK)).code, 0, "run again, it is done");
      await isBack();
    });

    it("takes nothing back that somebody set after it had looked, says so, and does when it is run again", async () => {
      const world = meanwhile(GROUP.keys, async () => {
        const text = await stage.text(GROUP.keys);
        await stage.edit(GROUP.keys, text.replace(/(alpha_key:\n +fn::secret:)\n.*/, '$1 "canary-console"'));
      });
      const { code, stdout, stderr } = await stage.run(BACK, world);
      equal(code, 2);
      match(
        stdout + stderr,
        /ALPHA_KEY \(somebody set it while this rollback ran; run it again to take that back too\)/,
      );
      deepEqual(await stage.variables(), { ...one, ALPHA_KEY: "canary-console" }, "the rest is back");
      equal((await stage.run(BACK)).code, 0);
      await isBack();
    });

    it("goes on beside one of the same request, which another person began", async () => {
      let other: Heard | undefined;
      const world = meanwhile(GROUP.databases, async () => {
        other = await stage.run(BACK);
      });
      deepEqual([(await stage.run(BACK, world)).code, other?.code], [0, 0]);
      await isBack();
    });

    it("lifts no pause but its own where nothing could be written", async () => {
      const rights = { [GROUP.keys]: "read", [GROUP.databases]: "read", [LEDGER]: "write" };
      await team(stage.cloud, "team", ["dev"], rights);
      const world = meanwhile(GROUP.keys, () => stage.run("pause production --reason", {}, "incident"));
      equal((await stage.run(BACK, { ...world, token: TOKENS.dev })).code, 2);
      equal((await ledger()).paused?.reason, "incident");
    });
  });

  it("brings the rest back on its second run where one group may not be written", async () => {
    await stage.sync({ ...two, DB_PASSWORD: "canary-d2" });
    stage.cloud.faults.add({ method: "PATCH", path: at(GROUP.databases), times: 0, answer: { status: 403 } });
    const first = await stage.run(BACK);
    equal(first.code, 2);
    match(first.stderr, /error: payready\/default\/app-production-databases: the token may not do this/);
    match(first.stderr, /The sync of production is paused/);
    stage.cloud.faults.clear();
    equal((await stage.run(BACK)).code, 0);
    await isBack();
  });

  it("takes what a sync still wrote after the pause back when it is run again: no sync can write meanwhile", async () => {
    let struck = false;
    const { code } = await stage.run(BACK, {
      through: (http) => async (request) => {
        if (request.method === "PATCH" && request.url.endsWith(GROUP.keys) && !struck) {
          struck = true;
          await stage.edit(
            GROUP.keys,
            (await stage.text(GROUP.keys)).replace(
              /gamma_key:\n\s+fn::secret:\n\s+ciphertext: \S+/,
              'gamma_key: {"fn::secret": "canary-g2"}',
            ),
          );
        }
        return http(request);
      },
    });
    equal(code, 2);
    equal((await stage.variables()).GAMMA_KEY, "canary-g2");
    equal((await stage.run(BACK)).code, 0);
    await isBack();
  });

  /** Every call of a rollback, in order. */
  const CALLS = [
    ["listing revisions", "GET", `${env(GROUP.keys, "/versions")}\\?`, 0],
    ["reading the earlier text", "GET", at(GROUP.keys, "/versions/\\d+"), 0],
    ["reading what stands", "GET", at(GROUP.keys), 0],
    ["asking whose token it is", "GET", "/api/user$", 0],
    ["reading the ledger", "GET", at(LEDGER), 0],
    ["pausing", "PATCH", at(LEDGER), 0],
    ["writing values", "PATCH", at(GROUP.keys), 0],
    ["listing ledgers", "GET", `${env(LEDGER, "/versions")}\\?`, 0],
    ["reading an earlier ledger", "GET", at(LEDGER, "/versions/\\d+"), 0],
    ["giving the ledger its ages back", "PATCH", at(LEDGER), 1],
  ] as const;

  const RETRY = { status: 503, headers: { "retry-after": "0" } };
  for (const [call, method, path, skip] of CALLS) {
    const isWrite = method === "PATCH";
    const ofWrites = [
      ["fails after it was carried out", { reset: "after" }],
      ["is answered with 503", { answer: RETRY }],
      ["is answered with 429", { answer: { ...RETRY, status: 429 } }],
    ] as const;
    for (const [what, fault] of [
      ["fails before it is carried out", { reset: "before" }],
      ...(isWrite ? ofWrites : []),
      ...(call === "writing values" ? ([["stalls", { delayMs: 600 }]] as const) : []),
    ] as const) {
      it(`is done all the same when ${call} ${what}, once`, async () => {
        stage.cloud.faults.add({ method, path, skip, ...fault });
        const { code, stdout } = await stage.run(BACK);
        deepEqual([code, stdout.split("\n")[0]], [0, "production: 1 updated, 2 unchanged, 1 deleted"]);
        if ("delayMs" in fault) await new Promise((done) => setTimeout(done, fault.delayMs));
        await isBack();
      });
    }

    for (const status of isWrite ? [401, 403, 404, 409, 500] : [403]) {
      it(`says so when ${call} is always answered with ${status}, shows no value, and can be run again`, async () => {
        const answer = { status, body: { message: "canary" } };
        stage.cloud.faults.add({ method, path, skip, times: 0, answer });
        const { code, stderr } = await stage.run(BACK);
        const isAfterwards = CALLS.findIndex(([each]) => each === call) > 6;
        equal(code, isAfterwards ? 0 : 2);
        const told = /^warning: the values' ages in the ledger stay those of the newer ones: /;
        match(stderr, isAfterwards ? told : /^error: .*Remedy: /s);
        stage.cloud.faults.clear();
        const { ALPHA_KEY } = await stage.variables();
        if ((await ledger()).paused === undefined)
          equal(ALPHA_KEY, two.ALPHA_KEY, "values without a pause would be undone");
        equal((await stage.run(BACK)).code, 0);
        await isBack();
      });
    }
  }

  it("keeps the pause, and says so, where it is not known whether values were written", async () => {
    stage.cloud.faults.add({ method: "PATCH", path: at(GROUP.keys), times: 0, reset: "before" });
    const { code, stderr } = await stage.run(BACK);
    equal(code, 2);
    match(stderr, /error: .*no answer \(ECONNRESET\)/);
    match(stderr, /The sync of production is paused/);
    equal((await ledger()).paused?.reason, "rolled back to run-1");
    stage.cloud.faults.clear();
    equal((await stage.run(BACK)).code, 0);
    await isBack();
  });

  it("says that ages stay where a person wrote what is brought back", async () => {
    await stage.edit(
      GROUP.keys,
      (await stage.text(GROUP.keys)).replace(
        /alpha_key:\n\s+fn::secret:\n\s+ciphertext: \S+/,
        'alpha_key: {"fn::secret": "canary-by-hand"}',
      ),
    );
    await stage.sync({ ...two, ALPHA_KEY: "canary-a3" }, { now: DAY_20 });
    const { code, stderr } = await stage.run("rollback production --to 5 --group keys");
    equal(code, 0);
    match(
      stderr,
      /warning: no ledger knows the values of keys at that revision: their ages stay those of the newer ones/,
    );
    deepEqual([(await stage.variables()).ALPHA_KEY, await ageOf("ALPHA_KEY")], ["canary-by-hand", DAY_20]);
  });

  it("knows the ages also where carriers share the ledger", async () => {
    const carriers = await VersionsStage.start();
    try {
      await carriers.sync(one, { shard: "left", now: DAY_1 });
      await carriers.sync(two, { shard: "left", now: DAY_9 });
      equal((await carriers.run(BACK)).code, 0);
      equal(parseLedger(await carriers.text(LEDGER)).secrets.ALPHA_KEY?.changed, DAY_1);
    } finally {
      await carriers.close();
    }
  });
});
