import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { defineCatalog, resolveCatalog } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { Secret } from "../../src/secret";
import { parseCase } from "./golden-case";
import { startWorld, type World } from "./run-case";
import { SETTINGS } from "./small-organization";

const CARRIERS = ["carrier", "deploy", "other"];
const group = "keys";
const CATALOG = defineCatalog({
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "DATABASE_URL", group, format: "https-url", perEnvironment: true },
    { name: "STAGING_KEY", group, perEnvironment: true, environments: ["staging"] },
    { name: "REGION", group, perEnvironment: true, value: "config" },
    { name: "GONE_KEY", group, perEnvironment: true, tombstone: "2026-07-31" },
    { name: "NEW_KEY", group, perEnvironment: true, renamedFrom: "OLD_KEY" },
    { name: "PULUMI_ACCESS_TOKEN", group, perEnvironment: true, bootstrap: true },
    { name: "OPENAI_API_KEY", group },
  ],
});
const BEFORE = "what-was-there";
const URL = "https://canary.example";
const SET = "set DATABASE_URL --environment staging";

type Outcome = Awaited<ReturnType<World["run"]>>;

describe("sophia-secrets set --environment", () => {
  let world: World;

  afterEach(() => world.close());

  /** @param stands names of secrets, by carrier and environment; environments are there as they are named. */
  async function start(
    stands: Record<string, Record<string, string[]>> = { carrier: { staging: [], production: [] } },
    more: { token?: string; ledger?: Record<string, Record<string, string>> } = {},
  ) {
    world = await startWorld(
      parseCase({ shows: "", command: "", ...more, github: { environmentSecrets: stands } }),
    );
  }

  /** Runs it with a value on stdin, or typed. Whatever comes of it, no value is shown. */
  async function run(
    command: string,
    value: string | Uint8Array,
    { carriers = ["carrier"], isTyped = false, asked = () => {} } = {},
  ): Promise<Outcome & { told: string[] }> {
    const answer = async () => {
      await asked();
      return new Secret(String(value));
    };
    const project = {
      dir: "/nowhere",
      name: "sophia-secrets",
      stack: "production",
      settings: { ...SETTINGS, carriers },
    };
    const person = { answer: isTyped ? answer : undefined, stdin: value };
    const outcome = await world.run(command, { catalog: resolveCatalog(CATALOG), project }, person);
    doesNotMatch(outcome.requests.join("\n"), /canary/, "it shows a value");
    return { ...outcome, told: outcome.stdout.split("\n").slice(0, -1) };
  }

  /** Values that jobs of an environment read. */
  const valuesIn = (environment: string, carrier = "carrier") =>
    world.github.service.hostOf(`ai-cherry/${carrier}`).environment(environment).secrets;

  function assertRefused(outcome: Outcome, told: RegExp): void {
    equal(outcome.code, 2, outcome.stderr);
    match(outcome.stderr, told);
    match(outcome.stderr, /^error: .+: .+\nRemedy: .+/m);
    doesNotMatch(outcome.stderr, /unexpected/);
    deepEqual(outcome.writes, []);
  }

  it("creates a value that jobs of that environment read, and no others", async () => {
    await start();
    const { code, told, stderr, requests, writes } = await run(SET, `${URL}\n`);
    equal(code, 0, stderr);
    // GitHub has a key per environment; here one key opens all, so that the right one was asked for is what can be seen.
    const keys = requests.filter((request) => request.includes("public-key"));
    deepEqual(keys, ["GET /api/v3/repos/ai-cherry/carrier/environments/staging/secrets/public-key"]);
    deepEqual(told, ["DATABASE_URL: created, in staging of carrier"]);
    match(stderr, /does not manage it yet: \.\/sophia-secrets adopt DATABASE_URL --stack STACK/);
    deepEqual(writes, ["PUT /api/v3/repos/ai-cherry/carrier/environments/staging/secrets/DATABASE_URL"]);
    deepEqual([valuesIn("staging"), valuesIn("production")], [{ DATABASE_URL: URL }, {}]);
    deepEqual(world.github.service.hostOf("ai-cherry/carrier").organizationSecrets(), {});
  });

  it("replaces what is there with --replace alone, and says when it was synced", async () => {
    const ledger = {
      staging: { DATABASE_URL: "2026-07-30T02:00:00Z" },
      production: { DATABASE_URL: "2026-07-29T02:00:00Z" },
    };
    await start({ carrier: { staging: ["DATABASE_URL"] } }, { ledger });
    assertRefused(
      await run(SET, URL),
      /DATABASE_URL: it exists in GitHub \(staging of carrier\), which cannot give its value back \(it was synced: staging 2026-07-30T02:00:00Z\)\nRemedy: \.\/sophia-secrets set DATABASE_URL --environment staging --replace replaces it for good/,
    );
    deepEqual(valuesIn("staging"), { DATABASE_URL: BEFORE });
    const { code, told, stderr } = await run(`${SET} --replace`, URL);
    deepEqual([code, told, stderr], [0, ["DATABASE_URL: value replaced, in staging of carrier"], ""]);
    deepEqual(valuesIn("staging"), { DATABASE_URL: URL });
  });

  it("asks without showing, and not at all for what it would refuse", async () => {
    await start({ carrier: { staging: ["DATABASE_URL"] } });
    const refused = await run(SET, URL, { isTyped: true });
    assertRefused(refused, /no ledger says that it was ever synced/);
    doesNotMatch(refused.stderr, /not shown/);
    const { code, stderr } = await run(`${SET} --replace`, URL, { isTyped: true });
    equal(code, 0, stderr);
    match(stderr, /^Value of DATABASE_URL in staging \(not shown\)/);
  });

  it("refuses when somebody else set it while it was typed", async () => {
    await start({ carrier: { staging: [] } });
    const theirs = async () => {
      equal((await run(SET, "https://theirs.example")).code, 0);
    };
    const outcome = await run(SET, URL, { isTyped: true, asked: theirs });
    equal(outcome.code, 2);
    match(outcome.stderr, /it exists in GitHub \(staging of carrier\)/);
    deepEqual(valuesIn("staging"), { DATABASE_URL: "https://theirs.example" });
  });

  it("refuses values that no sync could carry", async () => {
    await start();
    for (const [value, told] of [
      ["", /DATABASE_URL is empty/],
      ["\n", /is empty/],
      [" \t ", /white space/],
      ["canary", /must be an https/],
      [`${URL}\0`, /NUL byte/],
      [SENTINEL, /is the placeholder itself/],
      [`\ufeff${URL}`, /byte order mark/],
      [Buffer.from([0x73, 0xff]), /not UTF-8 text/],
      [`${URL}/${"x".repeat(49_153 - URL.length - 1)}`, /has 49153 bytes/],
    ] as const)
      assertRefused(await run(SET, value), told);
    const most = `${URL}/${"x".repeat(49_152 - URL.length - 1)}`;
    equal((await run(SET, most)).code, 0);
    equal(valuesIn("staging").DATABASE_URL, most);
  });

  it("says what each secret is set with", async () => {
    await start();
    for (const [command, told] of [
      [
        "set DATABASE_URL",
        /not of the organization\nRemedy: \.\/sophia-secrets set DATABASE_URL --environment ENVIRONMENT sets its value in one of staging, production/,
      ],
      [
        "set OPENAI_API_KEY --environment staging",
        /a secret of the organization, .*set OPENAI_API_KEY sets it, without --environment/s,
      ],
      ["set REGION --environment staging", /the stack's config's [\s\S]*for the stack that has staging/],
      [
        "set STAGING_KEY --environment production",
        /--environment: STAGING_KEY is not in production\nRemedy: use one of staging$/m,
      ],
      ["set GONE_KEY --environment staging", /its tombstone was due on 2026-07-31/],
      ["set DATABASE_URL --environment canada", /the catalog has no deployment environment canada/],
      ["set NO_SUCH --environment staging", /the catalog has no such entry/],
    ] as const)
      assertRefused(await run(command, URL), told);
    const usage = await run(`${SET} sk-canary`, URL);
    deepEqual([usage.code, usage.writes], [2, []]);
  });

  it("makes no environment, which would have no rule for its branch", async () => {
    await start({ carrier: { production: [] } });
    const told =
      /staging of carrier: GitHub has no such environment\nRemedy: pulumi up --refresh of the stack that has staging/;
    assertRefused(await run(SET, URL), told);
  });

  it("says what a token lacks", async () => {
    await start(undefined, { token: "outsider-token" });
    assertRefused(
      await run(SET, URL),
      /repository ai-cherry\/carrier: GitHub does not show it to this token/,
    );
    await world.close();
    await start();
    world.github.faults.add({ method: "PUT", path: "DATABASE_URL", times: 0, answer: { status: 403 } });
    const { code, stderr } = await run(SET, URL);
    equal(code, 2);
    match(
      stderr,
      /error: DATABASE_URL in staging of ai-cherry\/carrier: the token may not do this\nRemedy: .*scope repo \(classic\) or Environments, read and write/,
    );
  });

  it("stops at any answer that is none; a second run does it all", async () => {
    await start();
    const { requests } = await run(SET, URL);
    const again = `${SET} --replace`;
    // The fifth looks at what the write left, and stops nothing that GitHub reports as done.
    equal(new Set(requests).size, 5, requests.join());
    for (const request of [...new Set(requests)].slice(0, 4)) {
      const [method = "", path = ""] = request.split(" ");
      const pattern = `${path.replace(/[?].*$/, "")}([?]|$)`;
      for (const status of [401, 403, 404, 422, 429, 500, 503]) {
        const answer = { status, body: { message: "what GitHub says" } };
        world.github.faults.add({ method, path: pattern, times: 0, answer });
        const outcome = await run(again, `${URL}/${status}`);
        world.github.faults.clear();
        assertRefused({ ...outcome, writes: method === "GET" ? outcome.writes : [] }, /Remedy: /);
        doesNotMatch(String(valuesIn("staging").DATABASE_URL), new RegExp(`/${status}$`));
      }
      equal((await run(again, URL)).code, 0);
      deepEqual(valuesIn("staging"), { DATABASE_URL: URL });
    }
  });

  it("repeats a write whose answer was lost", async () => {
    await start();
    world.github.faults.add({ method: "PUT", path: "DATABASE_URL", reset: "after" });
    equal((await run(SET, URL)).code, 0);
    deepEqual(valuesIn("staging"), { DATABASE_URL: URL });
  });

  it("says that the name a secret had must hold the same", async () => {
    await start({ carrier: { staging: ["OLD_KEY"] } });
    const { code, stderr } = await run("set NEW_KEY --environment staging", "canary");
    equal(code, 0, stderr);
    match(stderr, /\.\/sophia-secrets set OLD_KEY --environment staging --replace, with the same value/);
    deepEqual(valuesIn("staging"), { NEW_KEY: "canary", OLD_KEY: BEFORE });
  });

  describe("of several carriers", () => {
    const everywhere = Object.fromEntries(CARRIERS.map((carrier) => [carrier, { staging: [] }]));
    const own = "set PULUMI_ACCESS_TOKEN --environment staging";
    const inEach = (name: string) => CARRIERS.map((carrier) => valuesIn("staging", carrier)[name]);

    it("writes into the one that syncs the secret", async () => {
      await start(everywhere);
      equal((await run("set STAGING_KEY --environment staging", "canary", { carriers: CARRIERS })).code, 0);
      deepEqual(
        inEach("STAGING_KEY").filter((value) => value !== undefined),
        ["canary"],
      );
    });

    it("writes the pipeline's own into each, and finishes what GitHub stopped half way", async () => {
      await start(everywhere);
      world.github.faults.add({ method: "PUT", path: "/deploy/", times: 0, answer: { status: 500 } });
      const stopped = await run(own, "canary", { carriers: CARRIERS });
      equal(stopped.code, 2);
      deepEqual(stopped.told, ["PULUMI_ACCESS_TOKEN: created, in staging of carrier"]);
      match(stopped.stderr, /1 of 3 set, not in deploy, other: run again with --replace and the same value/);
      match(stopped.stderr, /PULUMI_ACCESS_TOKEN in staging of ai-cherry\/deploy: GitHub answered 500/);
      world.github.faults.clear();
      assertRefused(await run(own, "canary", { carriers: CARRIERS }), /\(staging of carrier\)/);
      const second = await run(`${own} --replace`, "canary", { carriers: CARRIERS });
      deepEqual(second.told, [
        "PULUMI_ACCESS_TOKEN: value replaced, in staging of carrier",
        "PULUMI_ACCESS_TOKEN: created, in staging of deploy",
        "PULUMI_ACCESS_TOKEN: created, in staging of other",
      ]);
      deepEqual(inEach("PULUMI_ACCESS_TOKEN"), ["canary", "canary", "canary"]);
    });

    it("writes nothing where one of them has no such environment, or gives no key", async () => {
      await start({ ...everywhere, other: {} });
      const told = /staging of other: GitHub has no such environment/;
      assertRefused(await run(own, "canary", { carriers: CARRIERS }), told);
      await world.close();
      await start(everywhere);
      for (const answer of [{ status: 404 }, { status: 500 }, { status: 200, body: "a login page" }]) {
        world.github.faults.add({ path: "/other/.*public-key", times: 0, answer });
        const thing = /environment staging of ai-cherry\/other: /;
        assertRefused(await run(own, "canary", { carriers: CARRIERS }), thing);
        world.github.faults.clear();
      }
    });
  });
});
