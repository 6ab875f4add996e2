import { deepEqual, equal, match } from "node:assert/strict";
import { ORG, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { SyncStage, writes } from "./sync-stage";

const alpha = jobSecret("ALPHA_KEY");
const beta = jobSecret("BETA_KEY");

describe("the sync job and what people do to its environments", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
  });
  afterEach(() => stage.close());

  it("puts back a value that somebody changed in ESC", async () => {
    const job = { catalog: jobCatalog([alpha]), input: { ALPHA_KEY: "right" } };
    await stage.run(job);
    await stage.edit(API_KEYS, (await stage.clear(API_KEYS)).replace("right", "wrong"));
    const run = await stage.run(job);
    equal(run.printed[0], "production: 1 updated");
    deepEqual(await stage.variables(API_KEYS), { ALPHA_KEY: "right" });
  });

  it("puts it back even when a run in between was given no value", async () => {
    const job = { catalog: jobCatalog([alpha]), input: { ALPHA_KEY: "right" } };
    await stage.run(job);
    await stage.edit(API_KEYS, (await stage.clear(API_KEYS)).replace("right", "wrong"));
    equal((await stage.run({ ...job, input: {} as never })).code, 1);
    equal((await stage.run(job)).printed[0], "production: 1 updated");
    deepEqual(await stage.variables(API_KEYS), { ALPHA_KEY: "right" });
  });

  it("keeps what stands when no value arrives, and fails when it is required", async () => {
    const optional = jobSecret("MAYBE_KEY", { required: false });
    const catalog = jobCatalog([alpha, optional]);
    await stage.run({ catalog, input: { ALPHA_KEY: "one", MAYBE_KEY: "two" } });
    const run = await stage.run({ catalog, input: { ALPHA_KEY: "", MAYBE_KEY: "" } });
    deepEqual([run.code, writes(run)], [1, [`PATCH /api/esc/environments/${ORG}/${LEDGER}`]]);
    match(run.printed.join("\n"), /unchanged MAYBE_KEY \(came empty.*ESC keeps the value it has\)/);
    match(run.printed.join("\n"), /error: ALPHA_KEY: came empty/);
    deepEqual(await stage.variables(API_KEYS), { ALPHA_KEY: "one", MAYBE_KEY: "two" });
  });

  it("does not let a default replace a value that did not arrive", async () => {
    const catalog = jobCatalog([jobSecret("USER_NAME", { default: "nobody", required: false })]);
    await stage.run({ catalog, input: { USER_NAME: "somebody" } });
    const run = await stage.run({ catalog, input: {} });
    deepEqual([run.code, writes(run)], [0, []]);
    match(
      run.printed.join("\n"),
      /USER_NAME \(no value came from GitHub; ESC keeps the one it has, not the default\)/,
    );
    deepEqual(await stage.variables(API_KEYS), { USER_NAME: "somebody" });
  });

  it("follows a default that changes", async () => {
    for (const value of ["first", "second"]) {
      const catalog = jobCatalog([jobSecret("USER_NAME", { default: value, required: false })]);
      equal((await stage.run({ catalog, input: {} })).code, 0);
      deepEqual(await stage.variables(API_KEYS), { USER_NAME: value });
    }
  });

  it("gives each secret its own value when two change places in the catalog", async () => {
    const input = { ALPHA_KEY: "alpha", BETA_KEY: "beta" };
    await stage.run({ catalog: jobCatalog([alpha, beta]), input });
    const swapped = [
      { ...alpha, paths: beta.paths },
      { ...beta, paths: alpha.paths },
    ];
    const run = await stage.run({ catalog: jobCatalog(swapped), input });
    equal(run.printed[0], "production: 2 updated");
    deepEqual(await stage.variables(API_KEYS), input);
    equal(writes(await stage.run({ catalog: jobCatalog(swapped), input })).length, 0);
  });

  it("moves a value to what was its alias without referring in a circle", async () => {
    const input = { ALPHA_KEY: "alpha" };
    await stage.run({ catalog: jobCatalog([{ ...alpha, paths: ["old", "fresh"] }]), input });
    const run = await stage.run({ catalog: jobCatalog([{ ...alpha, paths: ["fresh", "old"] }]), input });
    equal(run.code, 0);
    deepEqual(await stage.variables(API_KEYS), input);
    match(await stage.text(API_KEYS), /old: \$\{sophia\.fresh\}/);
  });

  it("names a value that was left behind in another group, where it would hide the new one", async () => {
    const input = { ALPHA_KEY: "old" };
    await stage.run({ catalog: jobCatalog([alpha]), input });
    const moved = jobCatalog([{ ...alpha, group: "databases" }]);
    const run = await stage.run({ catalog: moved, input: { ALPHA_KEY: "new" } });
    equal(run.code, 1);
    match(
      run.printed.join("\n"),
      /error: ALPHA_KEY: its group is databases, but an old value is still in default\/app-api-keys/,
    );
    deepEqual(await stage.variables(DATABASES), { ALPHA_KEY: "new" });
    await stage.edit(API_KEYS, "values: {}\n");
    equal((await stage.run({ catalog: moved, input: { ALPHA_KEY: "new" } })).code, 0);
  });

  it("adds a missing reference without touching the value", async () => {
    const input = { ALPHA_KEY: "alpha" };
    await stage.run({ catalog: jobCatalog([alpha]), input });
    const before = /ciphertext: (\S+)/.exec(await stage.text(API_KEYS))?.[1] ?? "";
    const more = jobCatalog([
      { ...alpha, paths: [...alpha.paths, "alpha_alias"], pulumiConfig: "app:alpha" },
    ]);
    const run = await stage.run({ catalog: more, input });
    match(run.printed.join("\n"), /update {4}ALPHA_KEY \(its further keys or variables were missing\)/);
    const text = await stage.text(API_KEYS);
    match(text, /alpha_alias: \$\{sophia\.alpha_key\}/);
    match(text, /app:alpha: \$\{sophia\.alpha_key\}/);
    equal(text.includes(before), true);
    match(await stage.clear(LEDGER), /changed: 2026-01-02T03:04:05/);
    equal(writes(await stage.run({ catalog: more, input })).length, 0);
  });

  for (const [what, text, reason] of [
    [
      "a text where the root key's mapping belongs",
      "values:\n  sophia: text\n",
      /values\.sophia in ESC is not a mapping/,
    ],
    [
      "a secret where a mapping belongs",
      "values:\n  sophia: {fn::secret: x}\n",
      /values\.sophia in ESC is not a mapping/,
    ],
    [
      "a list of variables",
      "values:\n  environmentVariables: [a]\n",
      /values\.environmentVariables in ESC is not a mapping/,
    ],
    [
      "a mapping in a value's place",
      "values:\n  sophia:\n    alpha_key: {theirs: 1}\n",
      /values\.sophia\.alpha_key in ESC holds more than one value/,
    ],
  ] as const) {
    it(`refuses to write over ${what}`, async () => {
      await stage.edit(API_KEYS, text);
      const other = jobSecret("DB_PASSWORD", { group: "databases" });
      const run = await stage.run({
        catalog: jobCatalog([alpha, other]),
        input: { ALPHA_KEY: "a", DB_PASSWORD: "b" },
      });
      equal(run.code, 1);
      match(run.printed.join("\n"), reason);
      equal((await stage.clear(API_KEYS)).replaceAll('"', ""), text);
      deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "b" });
    });
  }

  it("names the import that it may not read, or that is gone, and writes the other groups", async () => {
    await stage.cloud.environment("default/theirs", "values: {}\n");
    await stage.edit(API_KEYS, "# by hand\nimports:\n  - default/theirs\nvalues: {}\n");
    await team(stage.cloud, "sync", ["dev"], {
      [API_KEYS]: "write",
      [DATABASES]: "write",
      [LEDGER]: "write",
    });
    const other = jobSecret("DB_PASSWORD", { group: "databases" });
    const job = { catalog: jobCatalog([alpha, other]), input: { ALPHA_KEY: "a", DB_PASSWORD: "b" } };
    const refused = await stage.run({ ...job, token: TOKENS.dev });
    equal(refused.code, 1);
    match(
      refused.printed.join("\n"),
      /default\/app-api-keys: Pulumi Cloud refuses its text for the import default\/theirs: it does not exist, or this token may not read it\. Nothing of this environment was written\. Remedy: give the team app-production-sync read on default\/theirs in Pulumi Cloud, or take the import out: pulumi env edit default\/app-api-keys/,
    );
    deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "b" });
    // The remedy, by its two ways.
    await team(stage.cloud, "more", ["dev"], { "default/theirs": "read" });
    equal((await stage.run({ ...job, token: TOKENS.dev })).code, 0);
    match(await stage.text(API_KEYS), /^# by hand\nimports:\n {2}- default\/theirs\nvalues:\n/);
    await stage.edit(API_KEYS, "values: {}\n");
    equal((await stage.run({ ...job, token: TOKENS.dev })).code, 0);
  });

  for (const [what, text] of [
    ["an empty text", ""],
    ["keys without values", "values:\n  sophia: # ours\n  environmentVariables:\n"],
    ["a value in plain text", "values:\n  sophia:\n    alpha_key: by-hand\n"],
    ["flow style", '{"values": {"sophia": {"theirs": 1}}}\n'],
    ["CRLF", "values:\r\n  theirs: 1 # note\r\n  text: |\r\n    a\r\n    b\r\n"],
    ["an anchor", "values:\n  sophia: &root\n    theirs: &one 1\n"],
  ] as const) {
    it(`writes into ${what}`, async () => {
      await stage.edit(API_KEYS, text);
      const job = { catalog: jobCatalog([alpha]), input: { ALPHA_KEY: "a" } };
      equal((await stage.run(job)).code, 0);
      deepEqual(await stage.variables(API_KEYS), { ALPHA_KEY: "a" });
      for (const words of ["# ours", "# note"])
        if (text.includes(words)) match(await stage.text(API_KEYS), new RegExp(words));
      equal(writes(await stage.run(job)).length, 0);
    });
  }
});
