import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { type Catalog, type ResolvedCatalog, resolveCatalog } from "../../src/catalog/entry";
import { createHttp, type HttpRequest } from "../../src/clients/http";
import type { Status } from "../../src/operations/status/find-status";
import { Clock, type StartedGitHub, startGitHub } from "../github/started-github";
import { type CloudFixture, env, open, startCloud, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { answeringAt } from "../sync/sync-stage";
import { commandContext, runCommand } from "./command-context";
import { SEED } from "./small-organization";

const DECLARED: Catalog = {
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "OPENAI_API_KEY", group: "keys", format: "openai-key" },
    { name: "SSH_KEY", group: "keys", format: "private-key", repositories: ["deploy"] },
    { name: "SMTP_PASSWORD", group: "keys", visibility: "all", aliases: ["MAIL_PASSWORD"] },
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", format: "pulumi-token", bootstrap: true },
  ],
};
const CATALOG = resolveCatalog(DECLARED);

const KEYS = "default/app-production-keys";
const LEDGER = "default/app-production-ledger";
const OPENAI = "sk-proj-canary0123456789abcdefghijklmnop";
const PEM =
  "-----BEGIN PRIVATE KEY-----\nMIIEvQcanaryADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n-----END PRIVATE KEY-----\n";
const FILE = `OPENAI_API_KEY=${OPENAI}\nSMTP_PASSWORD='canary # two'\nSSH_KEY="${PEM}"\n`;

describe("commands that sync by hand, and tell how it stands", () => {
  let cloud: CloudFixture;
  let github: StartedGitHub;
  let clock: Clock;
  beforeEach(async () => {
    clock = new Clock(Date.now());
    [cloud, github] = await Promise.all([startCloud(), startGitHub({ seed: SEED }, undefined, clock)]);
    for (const path of [KEYS, LEDGER, "default/app-staging-keys", "default/app-staging-ledger"])
      await cloud.environment(path, "values: {}\n");
  });
  afterEach(() => Promise.all([cloud.close(), github.close()]));

  interface World {
    files?: Record<string, string>;
    env?: Record<string, string>;
    token?: string | null;
    catalog?: ResolvedCatalog;
    now?: () => Date;
  }

  const run = (command: string, { token, ...own }: World = {}) =>
    runCommand(
      command,
      commandContext({ github, cloud: { url: cloud.url, token } }, { catalog: CATALOG, ...own }),
    );

  const files = { ".env": FILE };
  const variables = async () => {
    const { properties } = (await open(cloud, KEYS)).json;
    const all: Record<string, { value: string }> = properties?.environmentVariables?.value ?? {};
    return Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value]));
  };

  describe("import-env, then sync", () => {
    it("brings a file to ESC, and what was written by hand from there to GitHub", async () => {
      await cloud.environment("default/app-production", "imports:\n  - app-production-keys\n");
      const written = await run("import-env .env --stack production", { files });
      equal(written.code, 0, written.stderr);
      const dry = await run("sync --stack production --dry-run --json");
      deepEqual(JSON.parse(dry.stdout).organization, ["OPENAI_API_KEY", "SMTP_PASSWORD", "SSH_KEY"]);
      const sent = await run("sync --stack production --yes");
      equal(sent.code, 0, sent.stderr);
      const there = github.service.hostOf("ai-cherry/carrier").organizationSecrets();
      equal(there.SSH_KEY, PEM);
    });
  });

  describe("sync-all of several environments", () => {
    it("writes each, after it has planned all of them", async () => {
      const done = await run("sync-all --from .env --environment all", { files });
      equal(done.code, 0, done.stderr);
      match(done.stdout, /^staging: 3 created$/m);
      match(done.stdout, /^production: 3 created$/m);
      match(done.stdout, /All of 3 agree/);
      const wrong = await run("sync-all --from .env --environment staging,prod", { files });
      deepEqual([wrong.code, /catalog has no deployment environment prod/.test(wrong.stderr)], [2, true]);
    });
  });

  describe("sync-to-pulumi", () => {
    const go = (rest: string, world: World = {}) =>
      run(`sync-to-pulumi --environment production${rest === "" ? "" : ` ${rest}`}`, { files, ...world });

    it("syncs what stands in a .env file, byte for byte, and nothing else", async () => {
      const dry = await go("--from .env --dry-run");
      deepEqual([dry.code, await variables()], [0, {}]);
      match(dry.stdout, /^production: dry run, nothing written: 3 created\n/);
      const done = await go("--from .env");
      equal(done.code, 0);
      deepEqual(await variables(), { OPENAI_API_KEY: OPENAI, SMTP_PASSWORD: "canary # two", SSH_KEY: PEM });
      match((await go("--from .env")).stdout, /^production: 3 unchanged\n/);
    });

    it("takes from the environment only what is named", async () => {
      const world = { env: { SMTP_PASSWORD: "canary-mail", OPENAI_API_KEY: OPENAI } };
      const done = await go("SMTP_PASSWORD", world);
      deepEqual([done.code, await variables()], [0, { SMTP_PASSWORD: "canary-mail" }]);
      const without = await go("", world);
      deepEqual([without.code, without.stdout], [2, ""]);
      match(without.stderr, /takes names, or --from/);
    });

    it("holds to the guards of the job, and fails when it refuses", async () => {
      const done = await go("--from bad", {
        files: { bad: "OPENAI_API_KEY=canary\nSMTP_PASSWORD=canary-mail\n" },
      });
      equal(done.code, 2);
      match(done.stderr, /^error: OPENAI_API_KEY: the value of OPENAI_API_KEY /);
      deepEqual(await variables(), { SMTP_PASSWORD: "canary-mail" });
      const all = await go("--from bad --all-or-nothing", {
        files: { bad: "OPENAI_API_KEY=canary\nSMTP_PASSWORD=canary-new\n" },
      });
      deepEqual([all.code, await variables()], [2, { SMTP_PASSWORD: "canary-mail" }]);
    });

    it("says what is missing: file, token, environment, entry, right", async () => {
      for (const [rest, world, told] of [
        ["--from none", {}, /none: it cannot be read/],
        ["--from .env", { token: null }, /PULUMI_ACCESS_TOKEN: is not set/],
        ["--from .env", { token: TOKENS.dev }, /there is no such environment, or the token may not see it/],
        ["--from bad", { files: { bad: "NEW_KEY=canary\n" } }, /NEW_KEY: the catalog has no such entry/],
        ["PULUMI_ACCESS_TOKEN", {}, /PULUMI_ACCESS_TOKEN: is the pipeline's own/],
        ["NEW_KEY", {}, /NEW_KEY: the catalog has no such entry/],
      ] as const) {
        const { code, stderr } = await go(rest, world);
        equal(code, 2);
        match(stderr, told);
      }
      match(
        (await run("sync-to-pulumi --environment canada SMTP_PASSWORD")).stderr,
        /use one of production, staging/,
      );
    });
  });

  describe("sync-all", () => {
    const go = (rest = "", world: World = {}) =>
      run(`sync-all --from .env --environment production${rest}`, { files, ...world });

    it("sets GitHub, syncs ESC, and says that all three agree", async () => {
      const dry = await go(" --dry-run");
      deepEqual([dry.code, await variables()], [0, {}]);
      match(dry.stdout, /3 created\n[\s\S]*GitHub\n.*would be created/);
      const done = await go();
      equal(done.code, 0);
      match(done.stdout, /^GitHub\n[\s\S]*Pulumi ESC\nproduction: 3 created\n[\s\S]*All of 3 agree/);
      equal((await variables()).SSH_KEY, PEM);
      equal(github.service.hostOf("ai-cherry/carrier").organizationSecrets().SSH_KEY, PEM);
    });

    it("writes neither when ESC would refuse, and neither when GitHub does", async () => {
      const refused = await go("", { files: { ".env": "OPENAI_API_KEY=canary\n" } });
      deepEqual([refused.code, await variables()], [2, {}]);
      deepEqual(github.service.hostOf("ai-cherry/carrier").organizationSecrets(), {});
      await go();
      const again = await go("", { files: { ".env": "SMTP_PASSWORD=canary-other\n" } });
      equal(again.code, 2);
      match(again.stderr, /--replace/);
      equal((await variables()).SMTP_PASSWORD, "canary # two");
    });
  });

  describe("sync-all, twice at once with different files,", () => {
    const THEIRS = FILE.replace("canary # two", "canary-of-theirs");
    const line = "sync-all --from .env --environment production --replace";
    const keysPatch = /^PATCH .*production-keys$/;

    /** The first run, with the second one in its whole length before or after one of its requests to Pulumi Cloud. */
    const interleaved = async (
      when: (asked: string, wrote: boolean) => boolean,
      place: "before" | "after",
    ) => {
      const plain = createHttp({ waitMs: 1 });
      let second: Awaited<ReturnType<typeof run>> | undefined;
      let wrote = false;
      const http = async (request: HttpRequest) => {
        const asked = `${request.method ?? "GET"} ${new URL(request.url).pathname}`;
        const isIt = second === undefined && when(asked, wrote);
        wrote ||= keysPatch.test(asked);
        const goes = async () => {
          clock.forward(60);
          second = await run(line, { files: { ".env": THEIRS } });
        };
        if (isIt && place === "before") await goes();
        const answer = await plain(request);
        if (isIt && place === "after") await goes();
        return answer;
      };
      const catalog = CATALOG;
      const context = commandContext({ github, cloud: { url: cloud.url } }, { catalog, files, http });
      const first = await runCommand(line, context);
      ok(second !== undefined, "the second one ran within the first");
      return { first, second };
    };
    const setThere = () =>
      inGitHub() !== undefined &&
      Object.keys(github.service.hostOf("ai-cherry/carrier").organizationSecrets()).length === 3;
    const inGitHub = () => github.service.hostOf("ai-cherry/carrier").organizationSecrets().SMTP_PASSWORD;

    it("keeps what the other brought to ESC after this one's plan, and says that GitHub was changed", async () => {
      const { first, second } = await interleaved(
        (asked) => /^GET .*production-ledger/.test(asked) && setThere(),
        "before",
      );
      deepEqual(
        [second.code, inGitHub(), (await variables()).SMTP_PASSWORD],
        [0, "canary-of-theirs", "canary-of-theirs"],
      );
      equal(first.code, 2);
      match(
        first.stderr,
        /SMTP_PASSWORD: a sync by hand, made after this sync began, wrote another value: .*/,
      );
      match(
        first.stdout,
        /^GitHub may have another value, changed after .*: OPENAI_API_KEY, SMTP_PASSWORD, SSH_KEY$/m,
      );
      doesNotMatch(first.stdout, /agree/);
    });

    it("names what ESC has otherwise as well, where the other wrote that last; and its way out works", async () => {
      const { first } = await interleaved(
        (asked, wrote) => wrote && /PATCH .*production-ledger/.test(asked),
        "after",
      );
      equal(first.code, 1, first.stderr);
      match(first.stdout, /^ESC, production, has another value: SMTP_PASSWORD$/m);
      match(first.stdout, /^GitHub may have another value, .*SMTP_PASSWORD/m);
      const remedy = /this file is right: \.\/sophia-secrets (.*)$/m.exec(first.stderr)?.[1] ?? "";
      clock.forward(60);
      const again = await run(remedy, { files });
      equal(again.code, 0, again.stderr);
      deepEqual([inGitHub(), (await variables()).SMTP_PASSWORD], ["canary # two", "canary # two"]);
    });
  });

  it("take a renamed secret's former name as the job does, for as long as that lives", async () => {
    const renamed = (tombstone: string) => {
      const [first, ...others] = DECLARED.secrets;
      ok(first !== undefined);
      const secrets = [{ ...first, renamedFrom: { name: "OPENAI_KEY", tombstone } }, ...others];
      return resolveCatalog({ ...DECLARED, secrets });
    };
    const catalog = renamed("2999-12-31");
    const files = { ".env": `OPENAI_KEY=${OPENAI}\n` };
    const line = "--from .env --environment production";
    const both = { OPENAI_API_KEY: OPENAI, OPENAI_KEY: OPENAI };
    const done = await run(`sync-to-pulumi ${line}`, { files, catalog });
    deepEqual([done.code, await variables()], [0, both]);
    const all = await run(`sync-all ${line}`, { files, catalog });
    equal(all.code, 0, all.stderr);
    deepEqual(github.service.hostOf("ai-cherry/carrier").organizationSecrets(), both);
    const named = { env: { OPENAI_KEY: OPENAI }, catalog };
    equal((await run("sync-to-pulumi OPENAI_KEY --environment production", named)).code, 0);
    for (const command of [`sync-to-pulumi ${line}`, `sync-all ${line}`, "sync-to-github --from .env"]) {
      const ended = await run(command, { files, catalog: renamed("2020-01-01") });
      equal(ended.code, 2);
      match(ended.stderr, /OPENAI_KEY: the catalog has no such entry/);
    }
  });

  describe("status", () => {
    const statusOf = async (world: World = {}) => {
      const { code, stdout } = await run("status --environment production --json", world);
      const all = JSON.parse(stdout) as Status[];
      return { code, ...Object.fromEntries(all.map(({ name, standing }) => [name, standing.join(" ")])) };
    };
    const inSync = { OPENAI_API_KEY: "in-sync", SMTP_PASSWORD: "in-sync", SSH_KEY: "in-sync" };
    const now = () => new Date(Date.now() + 300_000);
    const http = createHttp({ waitMs: 1 });
    // Pulumi Cloud's clock goes with it: a sync takes its time from there.
    const soon = { now, http: (request: HttpRequest) => answeringAt(now().toISOString(), http)(request) };

    it("says of every secret and environment how it stands, as a table too", async () => {
      const before = { OPENAI_API_KEY: "never-set", SMTP_PASSWORD: "never-set", SSH_KEY: "never-set" };
      deepEqual(await statusOf(), { code: 1, ...before });
      await run("sync-all --from .env --environment production", { files });
      deepEqual(await statusOf(), { code: 0, ...inSync });
      const { stdout, code } = await run("status");
      equal(code, 1);
      match(
        stdout,
        /^6 values in 2 deployment environments: 3 need attention, 3 in sync\n\n3 never-set: .*\n.*\n {2}Remedy: .*sophia-secrets set NAME, then gh [^\n]+ -R ai-cherry\/carrier\n/,
      );
      match((await run("status --all")).stdout, /\nSSH_KEY +never-set +in-sync\n/);
    });

    it("tells what is newer in GitHub, changed by hand, refused and overdue", async () => {
      await run("sync-all --from .env --environment production", { files });
      github.clock.forward(60);
      const write = { ".env": "SMTP_PASSWORD=canary-newer\n" };
      await run("sync-to-github --from .env --replace", { files: write });
      deepEqual(await statusOf(soon), { code: 1, ...inSync, SMTP_PASSWORD: "newer-in-github" });
      await run("sync-to-pulumi --environment production --from .env", { files: write, ...soon });
      deepEqual(await statusOf(soon), { code: 0, ...inSync });
      await cloud.call("PATCH", env(KEYS), { body: "values: {}\n" });
      deepEqual(await statusOf(soon), {
        code: 1,
        ...{
          OPENAI_API_KEY: "changed-by-hand",
          SMTP_PASSWORD: "changed-by-hand",
          SSH_KEY: "changed-by-hand",
        },
      });
      await run("sync-to-pulumi --environment production --from .env", { files, ...soon });
      await run("sync-to-pulumi --environment production OPENAI_API_KEY", soon);
      const later = await statusOf({ now: () => new Date(Date.now() + 92 * 86_400_000) });
      deepEqual(later, {
        code: 1,
        OPENAI_API_KEY: "refused overdue",
        SMTP_PASSWORD: "overdue",
        SSH_KEY: "overdue",
      });
    });

    it("needs no right to open a value, and says unknown of what may not be read", async () => {
      await run("sync-all --from .env --environment production", { files });
      await team(cloud, "readers", ["dev"], { [KEYS]: "read", [LEDGER]: "read" });
      deepEqual(await statusOf({ token: TOKENS.dev }), { code: 0, ...inSync });
      equal((await cloud.call("GET", env(KEYS, "/decrypt"), { token: TOKENS.dev })).status, 403);
      const { stdout } = await run("status --environment staging", { token: TOKENS.dev });
      match(
        stdout,
        /^3 values [^\n]+: 3 need attention, 0 in sync\n\n3 unknown: its ledger cannot be read: [^\n]+\n {2}staging: /,
      );
      match((await run("status --environment canada")).stderr, /use one of production, staging/);
    });
  });
});
