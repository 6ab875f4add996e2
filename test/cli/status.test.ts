// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ESC's references
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { SENTINEL } from "../../src/catalog/layout";
import { RemedyError } from "../../src/errors";
import type { Status } from "../../src/operations/status/find-status";
import { env, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { checkNarrow, NARROW } from "./narrow-table";
import { CATALOG, GROUP, LEDGER, VersionsStage } from "./versions-stage";

const one = { ALPHA_KEY: "canary-a1", BETA_KEY: "canary-b1", DB_PASSWORD: "canary-d1" };
const two = { ...one, ALPHA_KEY: "canary-a2", GAMMA_KEY: "canary-g" };
const NEW_VALUE = '$1\n      fn::secret: "canary-new"';

describe("status", () => {
  let stage: VersionsStage;
  beforeEach(async () => {
    stage = await VersionsStage.start();
    await stage.sync(one);
  });
  afterEach(() => stage.close());

  const edit = async (path: string, change: (text: string) => string) =>
    stage.edit(path, change(await stage.text(path)));
  const status = async (rest = "", world: Parameters<VersionsStage["run"]>[1] = {}) =>
    stage.run(`status --environment production${rest}`, world);
  /** Every row that is not in sync, as `NAME standing: detail`. */
  const told = async (world: Parameters<VersionsStage["run"]>[1] = {}) => {
    const { stdout, stderr } = await status(" --json", world);
    equal(stderr, "");
    const rows = (JSON.parse(stdout) as Status[]).filter(({ standing }) => standing.join() !== "in-sync");
    return rows.map(({ name, standing, detail }) => `${name} ${standing.join(" ")}: ${detail}`);
  };
  const UNSET = "GAMMA_KEY never-set: it was never synced";

  it("prints what must be looked after or may stay unset, and counts the rest; all of it with --all", async () => {
    deepEqual(await status(), {
      stdout:
        "4 values in 1 deployment environment: 1 left unset, 3 in sync\n\n1 never-set: it was never synced\n  production: GAMMA_KEY\n  Nothing to do: an optional secret may stay unset.\n\nsecret                production\nGAMMA_KEY             never-set\nALPHA_KEY and 2 more  in-sync\n",
      stderr: "",
      code: 0,
    });
    const whole = await status(" --all");
    match(
      whole.stdout,
      /\nGAMMA_KEY +never-set\nALPHA_KEY +in-sync\nBETA_KEY +in-sync\nDB_PASSWORD +in-sync\n$/,
    );
    await stage.sync(two);
    equal((await status()).stdout, "4 values in 1 deployment environment: 4 in sync\n");
  });

  it("shows symbols with a legend on a terminal, and the same words in a pipe", async () => {
    const { stdout } = await status("", { symbols: true });
    match(stdout, /^○ 1 never-set: /m);
    match(stdout, /^GAMMA_KEY +○$/m);
    match(stdout, /\n\n✓ in-sync {3}○ never-set\n$/);
  });

  it("tells what the ledgers and ESC tell where there is no token of GitHub, and says so", async () => {
    await edit(GROUP.keys, (text) => text.replace(/(alpha_key:)\n.*\n.*/, NEW_VALUE));
    const github = () => {
      throw new RemedyError({ code: "?", subject: "GITHUB_TOKEN", cause: "is not set", remedy: "export it" });
    };
    const blind = await status("", { github });
    match(blind.stdout, /1 needs attention[\s\S]*1 changed-by-hand: /);
    equal(
      blind.stderr,
      "not known: what GitHub has (GITHUB_TOKEN: is not set); the rest is from the ledgers and ESC\nRemedy: export it\n",
    );
    equal(blind.code, 1);
    await stage.sync(one);
    equal((await status("", { github })).code, 2, "that all is in sync is not known");
  });

  it("says why a secret is refused, in which run, and what to do, once for all of them", async () => {
    const many = {
      ...CATALOG,
      secrets: ["KEY_A", "KEY_B", "KEY_C", "KEY_D"].map((name) => ({ name, group: "keys" })),
    };
    await stage.sync(
      { KEY_A: SENTINEL, KEY_B: SENTINEL, KEY_C: SENTINEL, KEY_D: "canary-d" },
      { catalog: many },
    );
    const { stdout } = await status("", { catalog: many });
    match(
      stdout,
      /^3 refused, never-set: nobody has set it in GitHub yet\n {2}production: KEY_A, KEY_B, KEY_C\n {2}Remedy: \.\/sophia-secrets set NAME, then gh /m,
    );
    doesNotMatch(stdout, /says why/);
  });

  it("fits a narrow terminal, and keeps every column", async () => {
    const all = async (world = {}) => (await status(" --all", world)).stdout;
    checkNarrow(await all({ width: NARROW }), await all());
  });

  it("names the one value that a person changed, until a sync sets it right", async () => {
    await edit(GROUP.keys, (text) => text.replace(/(alpha_key:)\n.*\n.*/, NEW_VALUE));
    const changed = "ALPHA_KEY changed-by-hand: changed by hand since the sync left keys@3; now keys@4";
    deepEqual(await told(), [changed, UNSET]);
    equal((await status()).code, 1);
    await stage.sync(one);
    deepEqual(await told(), [UNSET]);
  });

  it("names none where a person saved the text, and changed nothing of the catalog", async () => {
    await edit(GROUP.keys, (text) => `# looked at\n${text}`);
    deepEqual(await told(), [UNSET]);
  });

  it("tells what was added and taken away, over several revisions", async () => {
    await edit(GROUP.keys, (text) =>
      text.replace(/ {4}beta:\n.*\n.*\n.*\n/, "").replace(/ {4}BETA_KEY.*\n/, ""),
    );
    await edit(GROUP.keys, (text) =>
      text.replace("  app:\n", '  app:\n    gamma_key: { "fn::secret": "canary-g" }\n'),
    );
    const since = "by hand since the sync left keys@3; now keys@5";
    deepEqual(await told(), [
      `BETA_KEY changed-by-hand: removed ${since}`,
      `GAMMA_KEY never-set changed-by-hand: it was never synced; added ${since}`,
    ]);
  });

  it("tells what nobody declared, until somebody does or takes it away", async () => {
    await edit(GROUP.databases, (text) =>
      text
        .replace("  app:\n", '  app:\n    their_key: { "fn::secret": "canary-t" }\n')
        .replace(/$/, "    THEIR_KEY: ${app.their_key}\n"),
    );
    const row =
      "THEIR_KEY undeclared: no entry of databases has app.their_key, environmentVariables.THEIR_KEY; declare it in secrets/catalog.ts, or remove it: pulumi env edit payready/default/app-production-databases";
    deepEqual(await told(), [UNSET, row]);
    const { stdout, code } = await status();
    match(
      stdout,
      /^5 values in 1 [^\n]+: 1 needs attention, 1 left unset, 3 in sync\n\n1 undeclared: no entry [^\n]+\n {2}production: THEIR_KEY\n/,
    );
    equal(code, 1);
    await stage.sync(one);
    deepEqual(await told(), [UNSET, row], "a sync leaves it");
    const declared = { name: "THEIR_KEY", group: "databases", required: false };
    const catalog = { ...CATALOG, secrets: [...CATALOG.secrets, declared] };
    deepEqual(await told({ catalog }), [UNSET, "THEIR_KEY never-set: it was never synced"]);
  });

  it("asks for one text more where a revision differs, for none where none does, and opens nothing", async () => {
    const read = [LEDGER, ...Object.values(GROUP)].map((path) => `GET ${env(path)}`);
    const asked = async () => (await stage.requests()).sort();
    await asked();
    await status();
    deepEqual(await asked(), read.sort());
    await edit(GROUP.keys, (text) => `# looked at\n${text}`);
    await asked();
    await status();
    deepEqual(await asked(), [...read, `GET ${env(GROUP.keys, "/versions/3")}`].sort());
  });

  it("needs the right to read alone", async () => {
    await edit(GROUP.keys, (text) => text.replace(/(alpha_key:)\n.*\n.*/, NEW_VALUE));
    const read = Object.fromEntries([LEDGER, ...Object.values(GROUP)].map((path) => [path, "read"]));
    await team(stage.cloud, "readers", ["dev"], read);
    deepEqual(await told({ token: TOKENS.dev }), await told());
    equal((await stage.cloud.call("GET", env(GROUP.keys, "/decrypt"), { token: TOKENS.dev })).status, 403);
  });

  it("says maybe of every secret of a group whose earlier text was retracted or may not be read", async () => {
    await edit(GROUP.keys, (text) => text.replace(/(alpha_key:)\n.*\n.*/, NEW_VALUE));
    const detail = "maybe: now keys@4, and keys@3, which the sync left, cannot be compared with it";
    const maybe = ["ALPHA_KEY", "BETA_KEY"].map((name) => `${name} changed-by-hand: ${detail}`);
    for (const status of [403, 404, 500]) {
      const answer = { status, body: { message: "canary" } };
      stage.cloud.faults.add({ path: "/versions/3$", times: 0, answer });
      deepEqual(await told(), [...maybe, UNSET]);
      stage.cloud.faults.clear();
    }
    await stage.cloud.call("POST", env(GROUP.keys, "/versions/3/retract"), { body: { reason: "leaked" } });
    deepEqual(await told(), [...maybe, UNSET]);
  });

  it("compares with the newest revision where carriers share the environment: the others' writes are no person's", async () => {
    const shared = await VersionsStage.start();
    const [alpha, ...others] = CATALOG.secrets;
    const carriers = [
      { secrets: alpha === undefined ? [] : [alpha], shard: "left" },
      { secrets: others, shard: "right" },
    ];
    try {
      for (const { secrets, shard } of carriers)
        await shared.sync(one, { shard, catalog: { ...CATALOG, secrets } });
      equal((await shared.run("status --environment production --json")).code, 0);
      await shared.edit(
        GROUP.keys,
        (await shared.text(GROUP.keys)).replace(/(alpha_key:)\n.*\n.*/, NEW_VALUE),
      );
      const { stdout } = await shared.run("status --environment production");
      match(
        stdout,
        /^1 changed-by-hand: changed by hand since the sync left keys@4; now keys@5\n {2}production: ALPHA_KEY\n {2}Remedy: .* brings GitHub's value back/m,
      );
      match(stdout, /: 1 needs attention, 1 left unset, 2 in sync\n/);
    } finally {
      await shared.close();
    }
  });

  it("tells after a rollback what differs from what the sync left, and that it is paused", async () => {
    await stage.sync(two);
    await stage.run("rollback production --to run-1");
    const rolled = "since the sync left keys@4 and was paused; now keys@5";
    deepEqual(await told(), [
      `ALPHA_KEY changed-by-hand: changed ${rolled}`,
      `GAMMA_KEY changed-by-hand: removed ${rolled}`,
    ]);
    match(
      (await status()).stdout,
      /^production is paused .*: rolled back to run-1\n4 values [^\n]+: 2 need attention, 2 in sync\n\n1 changed-by-hand: /,
    );
  });
});
