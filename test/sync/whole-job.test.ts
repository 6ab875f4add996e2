import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ORG, team } from "../pulumi-cloud/cloud-fixture";
import { type IdentityEndpoint, ISSUER, openIdentityEndpoint } from "./identity-endpoint";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { type Run, SyncStage } from "./sync-stage";

const TEAM = "app-production-sync";
const CLAIMS = {
  sub: "repo:payready/sophia:environment:production",
  environment: "production",
  ref: "refs/heads/main",
};
const ACTIONS = { GITHUB_ACTIONS: "true" };
const MANY = { SYNC_ALLOW_MANY_CHANGES: "true" };

/** Values that must never show: texts, keys of several lines, JSON, and some that every reader trips over. */
const CANARIES = Array.from({ length: 40 }, (_, index) => {
  const word = `canary${index}x${randomBytes(12).toString("hex")}`;
  const forms = [word, `${word}\nsecond-${word}\n`, `{"key": "${word}"}`, `\${${word}}`, `ä${word}`];
  return forms[index % forms.length] ?? word;
});

/** Every form of a value that a log could show. */
function forms(value: string): string[] {
  const lines = value.split("\n").filter((line) => line.length > 8);
  const whole = [...lines, value].flatMap((text) => [
    text,
    Buffer.from(text).toString("base64").replace(/=+$/, ""),
    Buffer.from(text).toString("hex"),
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
  ]);
  const word = /canary\d+x\w{8}/.exec(value)?.[0];
  return word === undefined ? whole : [...whole, word];
}

const leaks = (text: string) => CANARIES.filter((value) => forms(value).some((form) => text.includes(form)));
const isMask = (line: string) => line.startsWith("::add-mask::");
/** What people can see: a runner takes masks out of the log. */
const everythingOf = (run: Run) =>
  [...run.printed.filter((line) => !isMask(line)), run.summary, run.outputs, ...run.requests].join("\n");

describe("the whole sync job", () => {
  let endpoint: IdentityEndpoint;
  let stage: SyncStage;
  let trust: (rules: Record<string, string>) => Promise<void>;

  beforeEach(async () => {
    endpoint = await openIdentityEndpoint(CLAIMS);
    stage = await SyncStage.start({ issuers: { [ISSUER]: endpoint.jwks } });
    await team(stage.cloud, TEAM, [], { [API_KEYS]: "write", [DATABASES]: "write", [LEDGER]: "write" });
    const body = { name: "github", url: ISSUER, maxExpiration: 3600 };
    const { id } = (await stage.cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body })).json;
    const policy = (await stage.cloud.call("GET", `/api/orgs/${ORG}/auth/policies/oidcissuers/${id}`)).json
      .id;
    trust = async (rules) => {
      const allow = { decision: "allow", tokenType: "team", teamName: TEAM, authorizedPermissions: [] };
      const policies = [{ ...allow, rules: { aud: `urn:pulumi:org:${ORG}`, ...rules } }];
      const answer = await stage.cloud.call("PATCH", `/api/orgs/${ORG}/auth/policies/${policy}`, {
        body: { policies },
      });
      equal(answer.status, 200);
    };
    await trust({ environment: "production", ref: "refs/heads/main" });
  });
  afterEach(async () => {
    await stage.close();
    await endpoint.close();
  });

  const oidc = { syncAuthentication: "oidc" } as const;
  const small = jobCatalog([jobSecret("API_KEY")], oidc);
  const input = { API_KEY: CANARIES[0] ?? "" };
  const go = (environment: Record<string, string> = {}) =>
    stage.run({ catalog: small, input, token: "", environment: { ...endpoint.environment, ...environment } });

  for (const [which, sub] of [
    ["with names", CLAIMS.sub],
    [
      "with names and ids, as repositories made after 2026-07-15 have it",
      "repo:payready@71/sophia@42:environment:production",
    ],
  ] as const) {
    it(`is trusted whatever the form of its subject: ${which}`, async () => {
      endpoint.claims.sub = sub;
      equal((await go()).code, 0);
    });
  }

  it("says which part of the trust does not fit, and what to change", async () => {
    const told = async () => (await go()).printed.at(-1) ?? "";
    await trust({ aud: "urn:pulumi:org:other" });
    match(await told(), /claim "aud".*aud "urn:pulumi:org:payready".*issuer's policies/);
    await trust({ repository: "payready/other" });
    endpoint.claims.repository = "payready/sophia";
    match(await told(), /claim "repository".*repository "payready\/sophia".*issuer's policies/);
    await trust({});
    await stage.cloud.call("DELETE", `/api/orgs/${ORG}/teams/${TEAM}`);
    match(await told(), /Remedy: make the team that writes this environment/);
    endpoint.claims.iss = "https://elsewhere.example";
    match(await told(), /Remedy: register GitHub's issuer/);
  });

  it("trades the job's identity for a token of its team, and syncs with it", async () => {
    const run = await go();
    deepEqual([run.code, run.printed[0]], [0, "production: 1 created"]);
    deepEqual(await stage.variables(API_KEYS), input);
    equal(run.requests[0], "POST /api/oauth/token");
  });

  it("hides both tokens from a runner's log, and shows neither to anything else", async () => {
    const onRunner = await go(ACTIONS);
    const masked = onRunner.printed.filter(isMask).slice(-2);
    equal(masked[0], `::add-mask::${endpoint.issued[0]}`);
    match(masked[1] ?? "", /^::add-mask::pul-/);
    const token = masked[1]?.slice("::add-mask::".length) ?? "";
    const rest = onRunner.printed.filter((line) => !isMask(line));
    for (const text of [...rest, onRunner.summary])
      equal(text.includes(token) || text.includes(endpoint.issued[0] ?? ""), false);

    const byHand = await go({ GITHUB_ACTIONS: "" });
    equal(byHand.code, 0);
    equal(
      byHand.printed.some(
        (line) =>
          line.includes("add-mask") || line.includes(endpoint.issued[1] ?? "") || line.includes("pul-"),
      ),
      false,
    );
  });

  it("says which trust is missing when Pulumi Cloud refuses the identity, and writes nothing", async () => {
    await trust({ environment: "staging" });
    const run = await go(ACTIONS);
    deepEqual([run.code, run.requests], [1, ["POST /api/oauth/token"]]);
    match(
      run.printed.at(-1) ?? "",
      /^::error title=sync_secrets::.*team app-production-sync of payready.*claim "environment".*claims: iss.*environment "production".*branch/,
    );
    deepEqual(leaks(everythingOf(run)), []);
  });

  for (const [what, fault] of [
    ["is interrupted before", { reset: "before" }],
    ["is interrupted after", { reset: "after" }],
    ["is answered with 503", { answer: { status: 503, headers: { "retry-after": "0" } } }],
    ["is answered with 429", { answer: { status: 429, headers: { "retry-after": "0" } } }],
  ] as const) {
    it(`trades its identity again when the trade ${what}`, async () => {
      stage.cloud.faults.add({ method: "POST", path: "/api/oauth/token", ...fault });
      equal((await go()).code, 0);
      deepEqual(await stage.variables(API_KEYS), input);
    });
  }

  it("gives up with a clear word, and writes nothing, when there is nobody to trade with", async () => {
    stage.cloud.faults.add({ method: "POST", path: "/api/oauth/token", times: 0, reset: "before" });
    const run = await go(ACTIONS);
    deepEqual([run.code, run.requests.filter((each) => each.includes("/esc/"))], [1, []]);
    match(
      run.printed.at(-1) ?? "",
      /^::error.*POST .*oauth\/token: no answer \(ECONNRESET\)\. Remedy: check the address/,
    );
    deepEqual(leaks(everythingOf(run)), []);
  });

  it("says what the job lacks when it may not ask for its identity", async () => {
    const without = await go({ ACTIONS_ID_TOKEN_REQUEST_URL: "" });
    deepEqual([without.code, without.requests], [1, []]);
    match(without.printed.join("\n"), /permissions: id-token: write/);
    const wrong = await go({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: "other" });
    match(wrong.printed.join("\n"), /GitHub answered 401 without one/);
    const stored = await stage.run({ catalog: jobCatalog([]), input: {}, token: "" });
    match(stored.printed.join("\n"), /PULUMI_ACCESS_TOKEN: is not set/);
  });

  it("names the environments there are when it is asked for another", async () => {
    const run = await go({ SYNC_ENVIRONMENT: "canary" });
    equal(run.code, 1);
    match(
      run.printed.join("\n"),
      /names no environment of the catalog: canary\. Remedy: set it to one of production/,
    );
  });

  it("shows no value in anything it prints, writes or asks, whatever goes wrong", async () => {
    const names = CANARIES.map((_, index) => `KEY_${String(index).padStart(2, "0")}`);
    const odd = (index: number) => (index % 2 === 0 ? "api-keys" : "databases");
    const secrets = names.map((name, index) =>
      jobSecret(name, { group: odd(index), aliases: [`${name}_OLD`] }),
    );
    const values = Object.fromEntries(names.map((name, index) => [name, CANARIES[index] ?? ""]));
    const aliases = Object.fromEntries(
      names.map((name, index) => [`${name}_OLD`, CANARIES[39 - index] ?? ""]),
    );
    const catalog = jobCatalog(secrets, oidc);
    const wrongFormat = jobCatalog(
      secrets.map((secret) => ({ ...secret, format: "slack-bot-token" as const })),
      oidc,
    );
    const environment = { ...endpoint.environment, ...ACTIONS };
    const job = { catalog, input: values, token: "", environment };
    const path = `/api/esc/environments/${ORG}/${API_KEYS}`;

    const runs: Run[] = [await stage.run(job), await stage.run(job)];
    deepEqual(
      await stage.variables(API_KEYS),
      Object.fromEntries(Object.entries(values).filter((_, index) => index % 2 === 0)),
    );
    runs.push(
      await stage.run({ ...job, dryRun: true, input: aliases, environment: { ...environment, ...MANY } }),
    );
    runs.push(await stage.run({ ...job, input: { ...values, ...aliases } }));
    runs.push(await stage.run({ ...job, catalog: wrongFormat }));
    runs.push(
      await stage.run({
        ...job,
        input: { ...values, KEY_00: `${CANARIES[0]}\0`, KEY_01: CANARIES.join("").repeat(40) },
      }),
    );
    await stage.edit(API_KEYS, await stage.clear(API_KEYS));
    stage.cloud.faults.add({
      method: "PATCH",
      path,
      answer: { status: 400, body: { message: CANARIES[2], diagnostics: [{ summary: CANARIES[4] }] } },
    });
    runs.push(await stage.run({ ...job, input: { ...values, KEY_00: "changed" } }));
    stage.cloud.faults.add({
      method: "GET",
      path: `${path}/decrypt`,
      answer: { status: 500, body: CANARIES },
      times: 9,
    });
    runs.push(await stage.run(job));
    stage.cloud.faults.clear();
    stage.cloud.faults.add({
      method: "GET",
      path: `${path}$`,
      answer: { status: 200, headers: { etag: "x", "pulumi-esc-revision": "9" }, body: CANARIES },
    });
    runs.push(await stage.run(job));
    stage.cloud.faults.add({ method: "PATCH", path, reset: "after" });
    runs.push(await stage.run({ ...job, input: { ...values, KEY_00: "changed again" } }));
    runs.push(
      await stage.run({ ...job, environment: { ...environment, GITHUB_STEP_SUMMARY: "/dev/null/nowhere" } }),
    );
    const broken = { ...job, through: () => () => Promise.reject(new Error(CANARIES.join(" "))) };
    runs.push(await stage.run(broken));

    deepEqual(
      runs.map((run) => leaks(everythingOf(run))),
      runs.map(() => []),
    );
    deepEqual(
      runs.map((run) => run.code),
      [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1],
    );
  });

  it("would notice a value that leaks, in any of its forms", () => {
    for (const [index, value] of CANARIES.entries())
      for (const form of forms(value)) ok(leaks(`before ${form} after`).includes(value), `canary ${index}`);
    deepEqual(leaks("nothing here"), []);
  });
});
