import { deepEqual, doesNotMatch, equal, match, rejects } from "node:assert/strict";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { renderComposite } from "../../src/catalog/esc-environments";
import { SCRIPT_PATH, SENTINEL, WORKFLOW_PATH } from "../../src/catalog/layout";
import { type Rotator, UNROTATED } from "../../src/catalog/rotators";
import type { Settings } from "../../src/catalog/settings";
import type { Step } from "../../src/catalog/step-size";
import type { Standing } from "../../src/clients/github-pull-requests";
import type { GitHubRunners } from "../../src/clients/github-runners";
import type { GitHubCarrier, WorkflowState } from "../../src/clients/github-workflows";
import { UnavailableError } from "../../src/clients/pulumi-call";
import type { PulumiCloud } from "../../src/clients/pulumi-cloud";
import { RemedyError, TokenError } from "../../src/errors";
import { fingerprint, newFingerprintKey } from "../../src/ledger/fingerprint";
import { type Ledger, renderLedger } from "../../src/ledger/ledger";
import type { Context } from "../../src/operations/context";
import { type Check, check as checkSubject } from "../../src/operations/verification/check";
import { checkApplication } from "../../src/operations/verification/check-applications";
import {
  checkComposites,
  checkEnvironments,
  checkLedger,
} from "../../src/operations/verification/check-environments";
import { checkCarrier } from "../../src/operations/verification/check-github";
import { Secret } from "../../src/secret";
import { renderScript, renderWorkflow } from "../../src/sync/carrier-files";
import { buildJobCatalog } from "../../src/sync/job-catalog";
import { namesIn } from "../../src/text";
import { type CloudFixture, env, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { commandContext } from "./command-context";
import { SETTINGS } from "./small-organization";

const CATALOG: Catalog = {
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "OPENAI_API_KEY", group: "keys" },
    { name: "NESTED", group: "keys", path: "a.b" },
    { name: "OPTIONAL", group: "keys", required: false },
    { name: "STAGING_ONLY", group: "keys", environments: ["staging"] },
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", bootstrap: true },
  ],
};
const ROTATORS: readonly Rotator[] = [
  {
    name: "orders",
    group: "keys",
    kind: "postgres",
    schedule: "0 3 1 * *",
    users: ["orders_a", "orders_b"],
    databases: { production: { host: "db.example.org", port: 5432, database: "orders" } },
    username: "ORDERS_USER",
    password: "ORDERS_PASSWORD",
  },
  { name: "sessions", group: "keys", kind: "password", schedule: "0 4 * * 0", value: "SESSION_KEY" },
];
const KEY = newFingerprintKey();

describe("a check", () => {
  it("is unknown, and hides no other, when a token may not see it", async () => {
    const refused = async () => {
      throw new RemedyError({
        code: "?",
        subject: "thing",
        cause: "the token may not do this",
        remedy: "another token",
      });
    };
    const found = await checkSubject("a subject", refused);
    deepEqual(found, {
      subject: "a subject",
      code: "?",
      state: "unknown",
      cause: "thing: the token may not do this",
      remedy: "another token",
    });
  });

  it("is unreachable when the service does not answer, which must not pass for ok", async () => {
    const silent = async () => {
      throw new UnavailableError({ code: "?", subject: "thing", cause: "503", remedy: "run again later" });
    };
    equal((await checkSubject("a subject", silent)).unreachable, true);
  });

  it("passes on what nobody foresaw", async () => {
    const broken = async () => {
      throw new TypeError("x");
    };
    await rejects(checkSubject("a subject", broken), TypeError);
  });

  it("names some and counts the rest", () => {
    equal(namesIn(["A", "B"]), "A, B");
    equal(namesIn([..."ABCDEFGH"]), "A, B, C, D, E, F and 2 more");
  });
});

describe("what an application of an environment gets", () => {
  const leaf = (value: unknown) => ({ value, secret: true });
  function check(
    values: Record<string, string>,
    ledger: Record<string, string>,
    composite = "imports: [default/app-production-keys]\n",
  ): Promise<Check> {
    const { NESTED, ...flat } = values;
    const app = {
      ...Object.fromEntries(Object.entries(flat).map(([name, value]) => [name.toLowerCase(), leaf(value)])),
      ...(NESTED === undefined ? {} : { a: leaf({ b: leaf(NESTED) }) }),
    };
    const common = { source: "s", changed: "c", synced: "t", run: "1", commit: "c" };
    const secrets = Object.fromEntries(
      Object.entries(ledger).map(([name, value]) => [
        name,
        { ...common, fingerprint: fingerprint(KEY, name, new Secret(value)) },
      ]),
    );
    const cloud = {
      read: async () => ({ text: composite }),
      open: async () => ({ properties: { app: leaf(app) } }),
      decrypt: async () => ({ text: renderLedger({ key: KEY, revisions: {}, secrets, refused: {} }) }),
    } as unknown as PulumiCloud;
    return checkApplication(resolveCatalog(CATALOG), SETTINGS, "production", cloud);
  }

  it("is right when every value is the one that was synced", async () => {
    const values = { OPENAI_API_KEY: "canary-1", NESTED: "canary-2" };
    const found = await check(values, values);
    deepEqual([found.state, found.cause], ["ok", "2 of 3 load as they were synced"]);
  });

  it("is wrong when a required one is missing, empty or a placeholder, and says which", async () => {
    const ledger = { OPENAI_API_KEY: "canary-1", NESTED: "canary-2" };
    for (const value of [undefined, "", SENTINEL]) {
      const { OPENAI_API_KEY, ...rest } = ledger;
      const values = value === undefined ? rest : { ...rest, OPENAI_API_KEY: value };
      const found = await check(values, ledger);
      equal(found.state, "wrong");
      match(found.cause, /without a value: OPENAI_API_KEY$/);
    }
  });

  it("is wrong when an optional one was synced and is gone", async () => {
    const values = { OPENAI_API_KEY: "canary-1", NESTED: "canary-2" };
    const found = await check(values, { ...values, OPTIONAL: "canary-3" });
    match(found.cause, /without a value: OPTIONAL$/);
  });

  it("is right where the composite is pinned, and tells what was synced since", async () => {
    const values = { OPENAI_API_KEY: "canary-1", NESTED: "canary-2" };
    const pinned = "imports: [default/app-production-keys@run-7]\n";
    const found = await check(values, { ...values, NESTED: "canary-newer" }, pinned);
    equal(found.state, "ok");
    match(found.cause, /synced after run-7, to which it is pinned: NESTED$/);
    equal((await check({ NESTED: "canary-2" }, values, pinned)).state, "wrong");
  });

  it("is wrong when a value is not the one that was synced, and tells no byte of either", async () => {
    const values = { OPENAI_API_KEY: "canary-1", NESTED: "canary-2" };
    const found = await check(values, { ...values, NESTED: "canary-other" });
    equal(found.state, "wrong");
    match(found.cause, /not as the sync left them: NESTED$/);
    doesNotMatch(JSON.stringify(found), /canary/);
  });
});

describe("what ESC rotates, for an application", () => {
  const rotator = {
    ...{ name: "session", group: "keys", kind: "password", schedule: "0 3 * * *", value: "SESSION_KEY" },
  };
  const check = (value: string) => {
    const catalog = { ...CATALOG, secrets: [], rotators: [rotator] } as unknown as typeof CATALOG;
    const leaf = (each: unknown) => ({ value: each, secret: true });
    const cloud = {
      read: async () => ({ text: "imports: []\n" }),
      open: async () => ({ properties: { app: leaf({ session_key: leaf(value) }) } }),
      decrypt: async () => ({ text: renderLedger({ key: KEY, revisions: {}, secrets: {}, refused: {} }) }),
    } as unknown as PulumiCloud;
    return checkApplication(resolveCatalog(catalog), SETTINGS, "production", cloud);
  };

  it("is wrong before its first rotation: what has no loader takes the placeholder for a key", async () => {
    const { state, cause, remedy } = await check(UNROTATED);
    deepEqual([state, /placeholder.*never rotated SESSION_KEY$/.test(cause)], ["wrong", true]);
    match(remedy ?? "", /pulumi env rotate cloud\/default\/app-production-rotated-session$/);
    equal((await check("canary-made")).state, "ok");
  });
});

describe("the values of an environment", () => {
  const at = "2026-08-01T05:17:00Z";
  const entry = { fingerprint: "f", changed: at, synced: at, run: "1", commit: "c" };
  const LEFT = "values:\n  app:\n    openai_api_key: { fn::secret: { ciphertext: canary-1 } }\n";

  /** @param text what stands at revision 3; the sync left LEFT there, or at 2. */
  async function check(text: string, left = 3, more: Partial<Ledger> = {}): Promise<Check> {
    const names = ["OPENAI_API_KEY", "NESTED"];
    const secrets = Object.fromEntries(names.map((name) => [name, { ...entry, source: name }]));
    const ledger = renderLedger({
      ...{ key: undefined, revisions: { keys: left }, secrets, refused: {} },
      ...more,
    });
    const cloud = {
      read: async (path: string) => ({
        text: path.endsWith("ledger") ? ledger : text,
        etag: "e",
        revision: 3,
      }),
      revisions: { text: async () => LEFT },
    } as unknown as PulumiCloud;
    const context = {
      catalog: resolveCatalog(CATALOG),
      project: { settings: SETTINGS },
      now: () => new Date(at),
    } as unknown as Context;
    const updated = new Map(names.map((name) => [name, at]));
    const found = await checkLedger(context, "production", cloud, async () => ({
      updated,
      settled: at,
      newestRun: 100,
      unstarted: [],
    }));
    doesNotMatch(JSON.stringify(found), /canary/);
    return found;
  }

  it("are right when they are what the sync left, whoever saved them since", async () => {
    for (const found of [await check(LEFT), await check(`# looked at\n${LEFT}`, 2)])
      deepEqual([found.state, found.cause], ["ok", "3 in sync, or left unset on purpose"]);
  });

  it("are wrong when a person changed one, and name that one", async () => {
    const found = await check(LEFT.replace("canary-1", "canary-2"), 2);
    deepEqual([found.state, found.cause], ["wrong", "1 of 3 need attention: OPENAI_API_KEY"]);
  });

  it("are right while a change waits for approval, of which it tells", async () => {
    const proposed = { NESTED: { run: "60", at, request: "cr-1", revision: 1 } };
    const found = await check(LEFT, 3, { proposed });
    const cause =
      "3 in sync, or left unset on purpose; 1 proposed, to be approved and applied in Pulumi Cloud";
    deepEqual([found.state, found.cause], ["ok", cause]);
  });

  it("are wrong with something that nobody declared: an application gets it", async () => {
    const found = await check(`${LEFT}  environmentVariables: { THEIRS: canary }\n`);
    deepEqual([found.state, found.cause], ["wrong", "1 of 4 need attention: THEIRS"]);
    match(found.remedy ?? "", /sophia-secrets status --environment production/);
  });
});

describe("the composites of an environment", () => {
  const declared = renderComposite(SETTINGS, "production", Object.keys(CATALOG.groups));
  const check = async (text: string) => {
    const cloud = { read: async () => ({ text, etag: "e", revision: 1 }) } as unknown as PulumiCloud;
    const found = await checkComposites(
      resolveCatalog({ ...CATALOG, accessPolicies: [] }),
      SETTINGS,
      "production",
      cloud,
    );
    doesNotMatch(JSON.stringify(found), /canary/);
    return found;
  };

  it("are right when they import what is declared, and hold nothing", async () => {
    deepEqual((await check(declared)).state, "ok");
  });

  it("are wrong with a value of their own, which applications get in place of the synced one", async () => {
    const values = "values:\n  environmentVariables:\n    OPENAI_API_KEY: canary\n";
    const { state, cause, remedy } = await check(`${declared}${values}`);
    equal(state, "wrong");
    match(
      cause,
      /override what the sync wrote: default\/app-production has values at environmentVariables.OPENAI_API_KEY$/,
    );
    const peoples = `# theirs\n${declared}  - default/shared\nvalues:\n  aws:\n    fn::open::aws-login: {}\n`;
    match(
      (await check(peoples)).cause,
      /default\/app-production has imports default\/shared; fn::open::aws-login; values at aws; 1 comment$/,
    );
    match(remedy ?? "", /pulumi up --refresh/);
  });

  it("are wrong without an import, and with someone else's", async () => {
    for (const text of ["imports: []\n", declared.replace("keys", "keys@run-1")])
      equal((await check(text)).state, "wrong");
  });
});

describe("a carrier", () => {
  const job = buildJobCatalog(resolveCatalog(CATALOG), SETTINGS);
  const declared = { repository: "carrier", job, settings: SETTINGS, bundle: "main();" };
  const files = {
    [WORKFLOW_PATH]: renderWorkflow(job, SETTINGS),
    [SCRIPT_PATH]: renderScript(job, "main();"),
  };
  const success = { id: 1, conclusion: "success", at: "2026-08-01T05:17:00Z", url: "https://run" };
  const NEXT_DAY = "2026-08-02T05:17:00Z";
  const absent: Standing = { state: "missing", pull: undefined, obstacle: undefined };
  const look = async (
    there: Record<string, string>,
    workflow?: WorkflowState,
    now = NEXT_DAY,
    {
      standing = absent,
      settings = SETTINGS,
      said = [],
      unstarted = [],
      runners = {},
    }: {
      runners?: Partial<GitHubRunners>;
      standing?: Standing;
      settings?: Settings;
      said?: string[];
      unstarted?: Step[];
    } = {},
  ) => {
    const github: GitHubCarrier = {
      file: async (_, path) => there[path],
      workflow: async () => workflow,
      lastWholeSync: async () => undefined,
    };
    const pulls = { look: async () => standing };
    const checks = await checkCarrier(
      { ...declared, settings },
      {
        github,
        pulls,
        errorsOf: async () => said.map((message) => ({ job: "Sync production", message })),
        unstarted: async () => unstarted,
        runners: { groups: async () => [], underWay: async () => [], untaken: async () => [], ...runners },
      },
      new Date(now),
    );
    return checks.map(({ state, cause }) => `${state}: ${cause}`);
  };

  it("is right with the files that the catalog gives and a run that succeeded", async () => {
    deepEqual(await look(files, { state: "active", lastRun: success }), [
      "ok: as the catalog gives, on main",
      "ok: success at 2026-08-01T05:17:00Z",
    ]);
  });

  it("waits, and is not wrong, where a pull request brings its files", async () => {
    const pull = { number: 7, url: "https://pull/7", head: "sophia-secrets/shop-main" };
    const settings = { ...SETTINGS, pullRequestCarriers: ["carrier"] };
    deepEqual(await look({}, undefined, NEXT_DAY, { standing: { state: "waiting", pull }, settings }), [
      `warning: pull request #7 of ${SETTINGS.githubOrganization}/carrier waits for people to review and merge it: https://pull/7`,
      "warning: GitHub has no such workflow until people merge the pull request",
    ]);
    const [first] = await look({}, undefined, NEXT_DAY, { standing: { state: "declined", pull }, settings });
    match(first ?? "", /^wrong: pull request #7 .* was closed without a merge/);
    // Without the config, nobody waits for anything.
    const [second] = await look({}, undefined, NEXT_DAY, {
      standing: { state: "waiting", pull },
      settings: SETTINGS,
    });
    match(second ?? "", /^wrong: .*is missing/);
  });

  it("says how issuer and claims of the last run differ, where its identity was refused", async () => {
    const failed = { state: "active", lastRun: { ...success, conclusion: "failure" } };
    const claims = (iss: string) =>
      `Pulumi Cloud's trust in this job (team x): it answered 400, invalid issuer; the job's claims: iss "${iss}", aud "urn:pulumi:org:${SETTINGS.pulumiOrganization}", sub "repo:a@1/b@2:environment:live", repository "${SETTINGS.githubOrganization}/carrier", ref "refs/heads/main", workflow_ref "${SETTINGS.githubOrganization}/carrier/${WORKFLOW_PATH}@refs/heads/main". Remedy: x`;
    const ISSUER = "https://token.actions.githubusercontent.com";
    const [, slug] = await look(files, failed, NEXT_DAY, { said: [claims(`${ISSUER}/acme`)] });
    equal(slug, `wrong: Pulumi Cloud refused the job's identity: iss is ${ISSUER}/acme instead of ${ISSUER}`);
    const [, same] = await look(files, failed, NEXT_DAY, { said: [claims(ISSUER)] });
    equal(same, "wrong: Pulumi Cloud refused the job's identity, whose claims are as declared");
    const [, other] = await look(files, failed, NEXT_DAY, { said: ["something else"] });
    match(other ?? "", /^wrong: failure at/);
  });

  it("quotes what the first step said, in its own sentences alone", async () => {
    const failed = { state: "active", lastRun: { ...success, conclusion: "failure" } };
    const told = async (...said: string[]) => (await look(files, failed, NEXT_DAY, { said }))[1];
    const missing =
      "[script-not-fetched] scripts/ci/sync_secrets.cjs of acme/carrier: neither git nor GitHub's REST API brought it; the log says why. Remedy: if the runner runner-7 (eu) does not reach https://github.com, set what docs/networks.md says; then run the job again";
    equal(
      await told("Process completed with exit code 1.", missing),
      "wrong: scripts/ci/sync_secrets.cjs of acme/carrier: neither git nor GitHub's REST API brought it; the log says why: https://run",
    );
    const node =
      "[node-missing] runner r1: has no Node.js 20 or newer, neither on PATH nor among the runner's own files. Remedy: install it there, then run the job again";
    match((await told(node)) ?? "", /^wrong: runner r1: has no Node.js 20/);
    for (const forged of [
      node.replace("install it there", "curl https://theirs | sh"),
      missing.replace("runner-7 (eu)", "x $(id)"),
      missing.replace("runner-7 (eu)", "x; id"),
      `${node}\nrm -rf ~`,
      "[other-code] runner r1: x. Remedy: y",
    ])
      match((await told(forged)) ?? "", /^wrong: failure at/, forged);
  });

  it("says which jobs GitHub's runner could not start, and the secrets that take most", async () => {
    const failed = { state: "active", lastRun: { ...success, conclusion: "failure" } };
    const steps = ["staging", "production"].map((environment) => ({
      ...{ carrier: "carrier", environment, unknown: [] },
      variables: Array.from({ length: 45 }, (_, index) => ({
        name: `KEY_${index}`,
        bytes: 1024 * (48 - (index % 2)),
      })),
    }));
    const [, told] = await look(files, failed, NEXT_DAY, { unstarted: steps });
    match(
      told ?? "",
      /^wrong: GitHub's runner could not start its jobs of staging, production, because its secrets are too large together \(a process can be given 1,984 KiB\): they have 2,1\d\d KiB together, most of it KEY_0 \(48 KiB\), KEY_10 \(48 KiB\)/,
    );
  });

  it("is wrong where the daily run has not come for two days, however well the last one went", async () => {
    const state = { state: "active", lastRun: success };
    const told = async (now: string) => (await look(files, state, now))[1];
    equal(await told("2026-08-03T05:17:00Z"), "ok: success at 2026-08-01T05:17:00Z");
    match(
      (await told("2026-08-03T05:17:01Z")) ?? "",
      /^wrong: success at .*, and no run since, although it is scheduled daily/,
    );
  });

  it("is wrong with a missing or another file", async () => {
    const [first] = await look({ [SCRIPT_PATH]: `${files[SCRIPT_PATH]} ` });
    equal(first, `wrong: ${WORKFLOW_PATH} is missing; ${SCRIPT_PATH} differs from what the catalog gives`);
  });

  for (const [state, told] of [
    [undefined, "wrong: GitHub has no such workflow"],
    [{ state: "disabled_inactivity", lastRun: success }, "wrong: disabled_inactivity"],
    [{ state: "active" }, "wrong: it never ran"],
    [
      { state: "active", lastRun: { ...success, conclusion: "failure" } },
      "wrong: failure at 2026-08-01T05:17:00Z: https://run",
    ],
    [
      { state: "active", lastRun: { ...success, conclusion: "cancelled" } },
      "wrong: cancelled at 2026-08-01T05:17:00Z",
    ],
  ] as const) {
    it(`is wrong with a workflow of which GitHub says: ${told}`, async () => {
      equal((await look(files, state))[1], told);
    });
  }
});

describe("the ESC environments of an environment", () => {
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.close());
  const protect = (path: string) =>
    cloud.call("PATCH", env(path, "/settings"), { body: { deletionProtected: true } });
  const look = (token = TOKENS.admin, catalog = CATALOG) => {
    const { cloudCall } = commandContext({ cloud: { url: cloud.url, token } });
    return checkEnvironments(resolveCatalog(catalog), SETTINGS, "production", cloudCall());
  };

  it("are right when they are there and protected, the composite needing none", async () => {
    for (const name of ["app-production", "app-production-keys", "app-production-ledger"])
      await cloud.environment(`default/${name}`, "values: {}\n");
    equal(
      (await look()).cause,
      "not protected from deletion: default/app-production-keys, default/app-production-ledger",
    );
    for (const name of ["app-production-keys", "app-production-ledger"]) await protect(`default/${name}`);
    deepEqual(await look(), {
      subject: "ESC of production",
      code: "esc-environments-protected",
      state: "ok",
      cause: "3 environments, values protected from deletion",
    });
  });

  it("are also those of a rotator and of its managing user, where there is one", async () => {
    const catalog: Catalog = { ...CATALOG, rotators: ROTATORS };
    const names = ["managing-orders", "rotated-orders", "rotated-sessions"];
    for (const name of ["app-production", "app-production-keys", "app-production-ledger"]) {
      await cloud.environment(`default/${name}`, "values: {}\n");
      if (name !== "app-production") await protect(`default/${name}`);
    }
    const found = await look(TOKENS.admin, catalog);
    equal(found.state, "wrong");
    for (const name of names) match(found.cause, new RegExp(`missing: .*default/app-production-${name}`));
    for (const name of names) await cloud.environment(`default/app-production-${name}`, "values: {}\n");
    match((await look(TOKENS.admin, catalog)).cause, /^not protected from deletion: .*managing-orders$/);
    for (const name of names) await protect(`default/app-production-${name}`);
    equal((await look(TOKENS.admin, catalog)).cause, "6 environments, values protected from deletion");
  });

  it("are wrong when one is missing, which to a token that may not see it is the same", async () => {
    await cloud.environment("default/app-production", "values: {}\n");
    equal((await look()).cause, "missing: default/app-production-keys, default/app-production-ledger");
    match((await look(TOKENS.dev)).cause, /missing: .*, default\/app-production$/);
  });

  it("are unknown when the service does not say, and an error when it knows no such token", async () => {
    await fetch(`${cloud.url}/_sandbox/faults`, {
      method: "POST",
      body: JSON.stringify({ path: "settings", answer: { status: 403 } }),
    });
    equal((await look()).state, "unknown");
    await fetch(`${cloud.url}/_sandbox/faults`, { method: "DELETE" });
    await rejects(look("pul-nobody"), TokenError);
  });
});
