import { deepEqual, equal, match } from "node:assert/strict";
import type { Http } from "../../src/clients/http";
import { queueTime } from "../../src/sync/since-queued";
import { API_KEYS, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { ahead, type Run, SyncStage } from "./sync-stage";

const catalog = jobCatalog([jobSecret("ALPHA_KEY"), jobSecret("BETA_KEY")]);
const old = { ALPHA_KEY: "alpha-old", BETA_KEY: "beta-old" };
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const GITHUB = {
  GITHUB_API_URL: "https://api.github.test",
  GITHUB_REPOSITORY: "ai-cherry/carrier",
  GITHUB_TOKEN: "canary-token",
};

/** GitHub, asked when a run was queued; everything else goes where it goes. */
function queuedAt(at: string | undefined, asked: string[] = []) {
  return (http: Http): Http =>
    async (request) => {
      if (!request.url.startsWith(GITHUB.GITHUB_API_URL)) return http(request);
      asked.push(`${request.method} ${request.url} ${request.headers?.authorization}`);
      return at === undefined
        ? { status: 403, headers: {}, text: "{}" }
        : { status: 200, headers: {}, text: JSON.stringify({ created_at: at }) };
    };
}

describe("what somebody set after a run was queued, and before it looked", () => {
  let stage: SyncStage;
  let queued: string;
  beforeEach(async () => {
    stage = await SyncStage.start();
    await stage.run({ catalog, input: { ALPHA_KEY: "alpha-first", BETA_KEY: "beta-first" } });
    await pause(5);
    queued = new Date().toISOString();
    await pause(5);
  });
  afterEach(() => stage.close());

  const inConsole = async (name: string, value: string) => {
    const text = await stage.text(API_KEYS);
    await stage.edit(
      API_KEYS,
      text.replace(new RegExp(`(${name}:\n)( +fn::secret:)\n.*`), `$1$2 "${value}"`),
    );
  };
  const late = (environment: Record<string, string> = {}, at: string | undefined = queued): Promise<Run> =>
    stage.run({ catalog, input: old, environment: { ...GITHUB, ...environment }, through: queuedAt(at) });
  const stands = () => stage.variables(API_KEYS);

  for (const [what, environment] of [
    ["pushed", {}],
    ["started by hand", { GITHUB_EVENT_NAME: "workflow_dispatch" }],
    ["daily", { GITHUB_EVENT_NAME: "schedule" }],
    ["started again, of which the first try counts", { GITHUB_RUN_ATTEMPT: "2" }],
  ] as const) {
    it(`stays in a run that is ${what}: what that brings is older; it brings the rest`, async () => {
      await inConsole("alpha_key", "alpha-console");
      const { code, printed } = await late(environment);
      equal(code, 1);
      match(
        printed.join("\n"),
        /refused +ALPHA_KEY \(somebody wrote revision \d+ of default\/app-api-keys after this run was queued and set another value: what came here may be older\. Start a new run/,
      );
      deepEqual(await stands(), { ALPHA_KEY: "alpha-console", BETA_KEY: "beta-old" });
    });
  }

  it("gives way to a run that was queued afterwards: GitHub stays the record", async () => {
    await inConsole("alpha_key", "alpha-console");
    await pause(5);
    equal((await late({}, new Date().toISOString())).code, 0);
    deepEqual(await stands(), old);
  });

  it("is kept where an earlier value was brought back by rollback, and the sync was resumed", async () => {
    await stage.run({ catalog, input: { ALPHA_KEY: "alpha-second", BETA_KEY: "beta-first" } });
    await pause(5);
    const at = new Date().toISOString();
    await pause(5);
    const earlier = (await stage.cloud.call("GET", `/api/esc/environments/payready/${API_KEYS}/versions/3`))
      .text;
    await stage.edit(API_KEYS, earlier);
    equal((await late({}, at)).code, 1);
    equal((await stands()).ALPHA_KEY, "alpha-first");
  });

  it("is kept where somebody took the value away", async () => {
    const text = await stage.text(API_KEYS);
    await stage.edit(
      API_KEYS,
      text.replace(/ +alpha_key:\n.*\n.*\n( {6}.*\n)*/, "").replace(/ +ALPHA_KEY.*\n/, ""),
    );
    deepEqual(Object.keys(await stands()), ["BETA_KEY"]);
    equal((await late()).code, 1);
    deepEqual(Object.keys(await stands()), ["BETA_KEY"]);
  });

  it("is not what another run wrote meanwhile: the run's id tells which is newer", async () => {
    await stage.run({
      catalog,
      input: { ...old, ALPHA_KEY: "alpha-older" },
      environment: { GITHUB_RUN_ID: "43" },
    });
    equal((await late({ GITHUB_RUN_ID: "60" })).code, 0);
    deepEqual(await stands(), old);
  });

  it("nor what a run wrote that died before its ledger", async () => {
    stage.cloud.faults.add({ method: "PATCH", path: `${LEDGER}$`, skip: 1, answer: { status: 400 } });
    await stage.run({
      catalog,
      input: { ...old, ALPHA_KEY: "alpha-older" },
      environment: { GITHUB_RUN_ID: "43" },
    });
    equal((await late({ GITHUB_RUN_ID: "60" })).code, 0);
    deepEqual(await stands(), old);
  });

  it("is kept beside what comes while the run is at work", async () => {
    await inConsole("alpha_key", "alpha-console");
    const through = (http: Http) =>
      queuedAt(queued)(ahead("PATCH", API_KEYS, () => inConsole("beta_key", "beta-console"))(http));
    await stage.run({ catalog, input: old, environment: GITHUB, through });
    deepEqual(await stands(), { ALPHA_KEY: "alpha-console", BETA_KEY: "beta-console" });
  });

  it("asks nobody where a sync left what stands, or where nothing would be replaced", async () => {
    const asked: string[] = [];
    const through = queuedAt(queued, asked);
    await stage.run({ catalog, input: old, environment: GITHUB, through });
    await inConsole("alpha_key", old.ALPHA_KEY);
    await stage.run({ catalog, input: old, environment: GITHUB, through });
    deepEqual(asked, []);
  });

  it("goes by what stands at the first look where GitHub does not tell", async () => {
    await inConsole("alpha_key", "alpha-console");
    equal(
      (await stage.run({ catalog, input: old, environment: GITHUB, through: queuedAt(undefined) })).code,
      0,
    );
    deepEqual(await stands(), old);
  });
});

describe("when a run was queued", () => {
  const env = { ...GITHUB, GITHUB_RUN_ID: "7" };
  const answered = (status: number, text: string) =>
    queueTime(env, async () => ({ status, headers: {}, text }));

  it("is asked of GitHub by the run's own id, with the job's token", async () => {
    const asked: string[] = [];
    const http = queuedAt(
      "2026-01-02T03:04:05Z",
      asked,
    )(async () => ({ status: 500, headers: {}, text: "" }));
    equal(await queueTime(env, http), "2026-01-02T03:04:05Z");
    deepEqual(asked, [
      "GET https://api.github.test/repos/ai-cherry/carrier/actions/runs/7 Bearer canary-token",
    ]);
  });

  it("is not known from any other answer, nor outside of a run", async () => {
    const answers = await Promise.all([
      answered(404, '{"created_at":"2026-01-02T03:04:05Z"}'),
      answered(200, "no JSON"),
      answered(200, "{}"),
      answered(200, '{"created_at":"soon"}'),
      answered(200, '{"created_at":5}'),
      queueTime(env, async () => Promise.reject(new Error("no answer"))),
      queueTime({ ...env, GITHUB_RUN_ID: undefined }, async () => Promise.reject(new Error("is not asked"))),
    ]);
    deepEqual(new Set(answers), new Set([undefined]));
  });
});
