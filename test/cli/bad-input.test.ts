import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SENTINEL } from "../../src/catalog/layout";
import { RemedyError } from "../../src/errors";
import type { Context } from "../../src/operations/context";
import { type GoldenCase, parseCase } from "./golden-case";
import { startWorld, type World, whatIsThere } from "./run-case";
import { SETTINGS } from "./small-organization";

const CANARY = "canary";
const ORG = SETTINGS.githubOrganization;

/** The form of every refusal: the thing, the cause, the remedy; and never a value. */
function assertRefusal({ stdout, stderr, code }: { stdout: string; stderr: string; code: number }): void {
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^error: .+: .+(\n {2}- .+)*\nRemedy: .+/m);
  assert.doesNotMatch(stderr, /unexpected/);
  assert.ok(!`${stdout}${stderr}`.includes(CANARY), "it shows a value");
}

async function inWorld<Result>(golden: GoldenCase, work: (world: World) => Promise<Result>): Promise<Result> {
  const world = await startWorld(golden);
  try {
    return await work(world);
  } finally {
    await world.close();
  }
}

const VALUES: readonly (readonly [what: string, value: string, cause: RegExp])[] = [
  ["of 49,153 bytes", `${CANARY}${"x".repeat(49_147)}`, /has 49153 bytes/],
  ["of 49,153 bytes in fewer letters", `${CANARY}${"é".repeat(24_573)}a`, /has 49153 bytes/],
  ["that is empty", "", /is empty/],
  ["of white space alone", " \t ", /white space/],
  ["with a NUL byte", `${CANARY}\0`, /holds a NUL byte/],
  ["that is the placeholder", SENTINEL, /placeholder/],
];

describe("a value that no sync could carry", () => {
  for (const [what, value, cause] of VALUES) {
    it(`${what} is refused by set and by sync-to-github, before anything is written`, async () => {
      const files = { ".env": `SMTP_PASSWORD="${value}"\n` };
      const golden = parseCase({ shows: what, command: "", stdin: value, files });
      await inWorld(golden, async ({ run }) => {
        for (const command of ["set SMTP_PASSWORD", "sync-to-github --from .env"]) {
          const outcome = await run(command);
          assertRefusal(outcome);
          assert.match(outcome.stderr, cause, command);
          assert.match(outcome.stderr, /SMTP_PASSWORD/);
          assert.deepEqual(outcome.writes, []);
        }
      });
    });
  }

  it("is none at 49,152 bytes", async () => {
    const value = "x".repeat(49_152);
    const golden = parseCase({
      shows: "",
      command: "",
      stdin: value,
      files: { ".env": `SMTP_PASSWORD=${value}\n` },
    });
    await inWorld(golden, async ({ run }) => {
      assert.equal((await run("set SMTP_PASSWORD")).code, 0);
      assert.equal((await run("sync-to-github --from .env --replace")).code, 0);
    });
  });
});

/** Everything there, one secret with the wrong readers and one with the wrong visibility. */
const THERE = {
  secrets: {
    OPENAI_API_KEY: { visibility: "private" as const },
    SSH_KEY: { visibility: "selected" as const, repositories: ["carrier"] },
    SMTP_PASSWORD: { visibility: "all" as const },
  },
  environmentSecrets: { carrier: { production: ["DATABASE_URL"] } },
};
const files = { ".env": `OPENAI_API_KEY=sk-${CANARY}\nSMTP_PASSWORD=${CANARY}\n` };
const GOLDEN = { shows: "", command: "", stdin: `sk-${CANARY}`, files, github: THERE };

/** Every command that asks GitHub, in a form that can be run again. */
const COMMANDS = [
  "set OPENAI_API_KEY --replace",
  "sync-to-github --from .env --replace",
  "repair OPENAI_API_KEY SSH_KEY",
  "adopt --all",
  "drift",
];

/** What the engine and the provider do to GitHub in `pulumi up`, as far as adopting goes; the rest is theirs. */
function pulumiOver(): Context["pulumi"] {
  const adopted: string[] = [];
  const ask = async (url: string, method = "GET") => {
    const answer = await fetch(url, { method, headers: { authorization: "Bearer owner-token" } });
    if (answer.ok) return;
    throw new RemedyError({
      code: "?",
      subject: "pulumi up",
      cause: `it ended with exit code 255: ${answer.status}`,
      remedy: "run this again",
    });
  };
  return {
    run: async (args, env = {}) => {
      const types = ["ActionsOrganizationSecret", "ActionsOrganizationSecretRepositories"].map(
        (name) => `github:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`,
      );
      if (args[0] === "stack") {
        const resources = adopted.flatMap((secretName) =>
          types.map((type) => ({ type, inputs: { secretName } })),
        );
        return JSON.stringify({ deployment: { resources } });
      }
      const api = `${env.GITHUB_BASE_URL}api/v3/orgs/${ORG}/actions/secrets`;
      const names = args.flatMap(
        (arg) => /^\*\*github:index\/actionsOrganizationSecret:\w+::(.+)$/.exec(arg)?.[1] ?? [],
      );
      await ask(api);
      for (const name of names) {
        await ask(`${api}/${name}`, "PUT");
        await ask(`${api}/${name}`);
        adopted.push(name);
      }
      return "";
    },
  };
}

describe("a token", () => {
  for (const [token, cause] of [
    ["owner-without-org", /admin:org/],
    ["member-token", /its account may not: use the token of an owner/],
    [
      "expired-token",
      /GITHUB_TOKEN: GitHub does not know it, or it has expired: Bad credentials\nRemedy: set a valid one/,
    ],
  ] as const) {
    it(`(${token}) that may not is told so by every command, and nothing is written`, async () => {
      await inWorld(parseCase({ ...GOLDEN, token }), async ({ run }) => {
        for (const command of COMMANDS) {
          const outcome = await run(command, { pulumi: pulumiOver() });
          assertRefusal(outcome);
          assert.match(outcome.stderr, cause, command);
          assert.deepEqual(outcome.writes, [], command);
        }
      });
    });
  }
});

const FAULTS: readonly (readonly [status: number, cause: RegExp, headers?: Record<string, string>])[] = [
  [401, /GITHUB_TOKEN: GitHub does not know it/],
  [403, /the token may not do this/],
  [403, /rate limit is used up.*run again in 60 s/s, { "retry-after": "60" }],
  [404, /GitHub does not show (it|\S+ to this token)|GitHub has no such|shows no such secret/],
  [422, /refuses it|only together with a value/],
  [429, /rate limit is used up/],
  [500, /GitHub answered 500/],
  [502, /GitHub answered 502/],
  [503, /GitHub answered 503/],
];

/** A request's path without its query, as a pattern. */
const patternOf = (request: string) =>
  `^${(request.split(" ")[1] ?? "").replace(/\?.*$/, "").replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(\\?|$)`;

describe("an answer that is none, at any call", function () {
  this.timeout(120_000);
  let dir: string;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), "bad-input-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** What a command asks, and what it leaves behind, where nothing goes wrong. */
  async function clean(command: string) {
    return inWorld(parseCase(GOLDEN), async (world) => {
      const { requests, code, stderr } = await world.run(command, more());
      assert.ok(code === 0 || command === "drift", stderr);
      return { calls: [...new Set(requests)], there: await whatIsThere(world.github, parseCase(GOLDEN)) };
    });
  }
  const more = (): Partial<Context> => ({
    pulumi: pulumiOver(),
    project: { dir, name: "sophia-secrets", stack: "production", settings: SETTINGS },
    now: () => new Date(Date.parse("2026-08-01T10:00:00Z") + Math.floor(Math.random() * 1e9)),
  });

  for (const command of COMMANDS) {
    it(`stops ${command} with the thing, the cause and the remedy; a second run does it all`, async () => {
      const { calls, there } = await clean(command);
      assert.ok(calls.length > 1, calls.join());
      // What repair has fixed once it asks no more about; the others ask the same each time.
      const worlds = command.startsWith("repair") ? calls.map((call) => [call]) : [calls];
      for (const some of worlds) {
        await inWorld(parseCase(GOLDEN), async (world) => {
          for (const call of some) await strikeAt(world, command, call);
          assert.deepEqual(await whatIsThere(world.github, parseCase(GOLDEN)), there);
        });
      }
    });
  }

  async function strikeAt(world: World, command: string, call: string): Promise<void> {
    const [method = ""] = call.split(" ");
    let context = more();
    for (const [status, cause, headers = {}] of FAULTS) {
      const answer = { status, headers, body: { message: "what GitHub says" } };
      world.github.faults.add({ method, path: patternOf(call), times: 0, answer });
      context = more();
      const outcome = await world.run(command, context);
      world.github.faults.clear();
      if (isEnough(command, call, status, outcome.code)) continue;
      assertRefusal(outcome);
      const where = `${command}: ${call} ${status}\n${outcome.stderr}`;
      if (!/pulumi up/.test(outcome.stderr)) assert.match(outcome.stderr, cause, where);
    }
    const again = await world.run(command, context);
    assert.ok(again.code === 0 || command === "drift", `${command}: ${call}\n${again.stderr}`);
  }

  /**
   * Whether a command may go on: drift finds a carrier by its other calls when its name alone is not shown, and repair has
   * nothing left to fix once a write was carried out that it could not look at.
   */
  function isEnough(command: string, call: string, status: number, code: number): boolean {
    if (command === "drift") return code === 1 && status === 404 && /\/repos\/[^/]+\/[^/]+$/.test(call);
    return command.startsWith("repair") && code === 0 && /^GET .*\/actions\/secrets\/[A-Z_]+$/.test(call);
  }

  it("leaves a backup of the state for each try of adopt, and no write", () => {
    assert.ok(existsSync(join(dir, ".sophia-secrets")));
  });
});
