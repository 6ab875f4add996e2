import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ORG } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { revisionsMade, SyncStage, writes } from "./sync-stage";

const keys = Array.from({ length: 12 }, (_, index) => `KEY_${String(index).padStart(2, "0")}`);
const catalog = jobCatalog([
  ...keys.map((name) => jobSecret(name)),
  jobSecret("DB_PASSWORD", { group: "databases" }),
]);
const values = (suffix: string) =>
  Object.fromEntries([...keys, "DB_PASSWORD"].map((name) => [name, `${name}-${suffix}`]));
const one = values("one");
const two = values("two");
const patch = (path: string) => `PATCH /api/esc/environments/${ORG}/${path}`;

describe("the sync job, as it is asked", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
  });
  afterEach(() => stage.close());

  it("syncs the secrets that are named, and neither reads nor writes other environments", async () => {
    await stage.run({ catalog, input: one });
    const run = await stage.run({ catalog, input: two, environment: { SYNC_NAMES: "KEY_03,KEY_01" } });
    deepEqual([run.code, writes(run)], [0, [patch(LEDGER), patch(API_KEYS), patch(LEDGER)]]);
    equal(run.printed[0], "production: 2 updated, 10 not asked for");
    equal(
      run.requests.some((request) => request.includes(DATABASES)),
      false,
    );
    deepEqual(await stage.variables(API_KEYS), {
      ...Object.fromEntries(keys.map((name) => [name, one[name]])),
      KEY_01: two.KEY_01,
      KEY_03: two.KEY_03,
    });
    doesNotMatch(run.summary, /KEY_00/);
    const whole = await stage.run({ catalog, input: { ...one, KEY_01: "KEY_01-two", KEY_03: "KEY_03-two" } });
    deepEqual([whole.code, revisionsMade(whole)], [0, [patch(LEDGER)]], "nothing but the tag it owed");
  });

  it("still finds, after a partial run, what a person wrote before it", async () => {
    await stage.run({ catalog, input: one });
    await stage.edit(API_KEYS, (await stage.clear(API_KEYS)).replace("KEY_05-one", "by-hand"));
    await stage.run({ catalog, input: two, environment: { SYNC_NAMES: "KEY_01" } });
    const run = await stage.run({ catalog, input: { ...one, KEY_01: "KEY_01-two" } });
    equal(run.printed[0], "production: 1 updated, 12 unchanged");
    equal((await stage.variables(API_KEYS)).KEY_05, "KEY_05-one");
  });

  it("reads nothing for a name that the catalog does not have", async () => {
    const run = await stage.run({ catalog, input: one, environment: { SYNC_NAMES: "KEY_01,KEY_99" } });
    deepEqual([run.code, run.requests], [1, []]);
    match(run.printed.join("\n"), /names: the catalog has no such secret: KEY_99/);
  });

  it("writes no value when unusually many would be replaced, and everything when that is meant", async () => {
    const fill = await stage.run({ catalog, input: one });
    equal(fill.printed[0], "production: 13 created");
    const held = await stage.run({ catalog, input: two });
    deepEqual([held.code, writes(held)], [1, [patch(LEDGER)]], "the ledger notes what is held back");
    match(held.printed.join("\n"), /\n {2}held {6}KEY_00 \(update\)\n/);
    match(
      held.printed.join("\n"),
      /: start it with gh workflow run sync_secrets\.yml -R \S+ -f allow-many-changes=true$/m,
    );
    equal(held.outputs, "changed=0\nrefused=0\n");
    equal(held.printed[0], "production: 13 held back");
    match(
      held.printed.join("\n"),
      /error: production: not written: .*replace or delete 13 values at once, and 7 is the limit/,
    );
    for (const told of [held.printed.join("\n"), held.summary])
      equal(told.split("is the limit").length, 2, "said once, not for each name");
    equal((await stage.variables(DATABASES)).DB_PASSWORD, "DB_PASSWORD-one");
    const meant = { SYNC_ALLOW_MANY_CHANGES: "true" };
    const run = await stage.run({ catalog, input: two, environment: meant });
    deepEqual([run.code, run.printed[0]], [0, "production: 13 updated"]);
    equal((await stage.run({ catalog, input: two })).printed[0], "production: 13 unchanged");
  });

  it("writes nothing at all for one refusal, when all or nothing was asked for", async () => {
    const input = { ...one, DB_PASSWORD: " " };
    const all = { SYNC_ALL_OR_NOTHING: "true" };
    const run = await stage.run({ catalog, input, environment: all });
    deepEqual([run.code, writes(run)], [1, [patch(LEDGER)]]);
    match(run.printed.join("\n"), /error: production: not written: all or nothing/);
    deepEqual(await stage.variables(API_KEYS), {});
    equal((await stage.run({ catalog, input: one, environment: all })).code, 0);
  });

  it("tells later steps how many changed and were refused", async () => {
    const run = await stage.run({ catalog, input: { ...one, DB_PASSWORD: " " } });
    equal(run.outputs, "changed=12\nrefused=1\n");
    match(run.summary, /\| KEY_00 \| create \| production \| api-keys \| today \| {2}\|/);
  });
});

describe("the alert of the sync job", () => {
  it("tells a webhook once when a required secret is refused three runs in a row, and tries again when nobody hears", async () => {
    const stage = await SyncStage.start();
    const heard: string[] = [];
    let status = 500;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        heard.push(body);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook-canary`;
    const optional = jobSecret("MAYBE_KEY", { required: false, format: "number" });
    const job = { catalog: jobCatalog([jobSecret("A_KEY"), optional]), input: { MAYBE_KEY: "no number" } };
    const go = (run: number, dryRun = false) =>
      stage.run({ ...job, dryRun, environment: { GITHUB_RUN_ID: String(run), SYNC_ALERT_WEBHOOK: url } });
    try {
      for (const run of [1, 2]) await go(run);
      await go(3, true);
      deepEqual(heard, []);
      const deaf = await go(4);
      match(deaf.printed.join("\n"), /error: the alert's webhook: it answered 500/);
      equal(deaf.printed.join("\n").includes("hook-canary"), false);
      status = 200;
      await go(5);
      deepEqual(heard.slice(1), [
        '{"text":"sophia-secrets: in production a required secret was refused three times in a row: A_KEY."}',
      ]);
      const quiet = await go(6);
      deepEqual([heard.length, writes(quiet)], [2, []]);
      await stage.run({ ...job, input: { ...job.input, A_KEY: "set" } });
      doesNotMatch(await stage.text(LEDGER), /A_KEY:\n\s+times/);
    } finally {
      server.close();
      server.closeAllConnections();
      await stage.close();
    }
  });
});
