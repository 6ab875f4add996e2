import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import {
  CARRIER,
  ORGANIZATION,
  otherOrganization,
  otherSeed,
  PULUMI_ORGANIZATION,
  STACK_FILES,
} from "../engine/other-organization";
import { receiveWebhooks, type WebhookReceiver } from "../engine/webhook-receiver";

const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");
const TASKS = readFileSync(join(__dirname, "..", "..", "docs", "tasks.md"), "utf8");
const PROGRAM = "another-reader";
const ESC = `/api/esc/environments/${PULUMI_ORGANIZATION}`;
const CLOUD = `/api/orgs/${PULUMI_ORGANIZATION}`;
/** A person's things where the program makes its own. */
const THEIRS = "secret-of-a-person-0123456789";

const CATALOG = `import { defineCatalog } from "../src/catalog/entry";
import { ENVIRONMENTS } from "./environments";
import { GROUPS } from "./groups";

export const catalog = defineCatalog({
  environments: ENVIRONMENTS,
  groups: GROUPS,
  secrets: [
    { name: "STRIPE_KEY", group: "payments", sharedBecause: "The vendor has one key" },
    { name: "SENTRY_DSN", group: "platform", sharedBecause: "One project", required: false },
    { name: "PAYPAL_PEM", group: "payments", perEnvironment: true },
    { name: "SMTP_PASSWORD", group: "platform", visibility: "all", sharedBecause: "One relay" },
  ],
  rotators: [
    { name: "sessions", group: "platform", kind: "password", schedule: "0 4 * * 0", value: "SESSION_KEY", previous: "SESSION_KEY_BEFORE" },
  ],
  accessPolicies: [
    { name: "operators", why: "They run it", level: "open", groups: "all", environments: ["live"], identities: [{ type: "user", name: "second-owner" }] },
  ],
  applications: [{ name: "web", repository: "${PROGRAM}", language: "typescript", path: "src/secrets.ts" }],
});
`;

/** A request that makes something, whose answer comes only after `up` is killed. */
interface Held {
  kind: string;
  service: "github" | "pulumi";
  request: RegExp;
  /** It is not carried out either. */
  undone?: true;
}

const inGitHub = (kind: string, request: RegExp): Held => ({ kind, service: "github", request });
const inCloud = (kind: string, request: RegExp): Held => ({ kind, service: "pulumi", request });

/** Longer than the tests take. */
const HELD_MS = 3_600_000;

/** What `up` makes, by the `up` that comes to it: each is killed when all of its requests are carried out and none is answered. */
const KILLS: readonly (readonly Held[])[] = [
  [
    inGitHub("organization secret", /^PUT .*\/actions\/secrets\/STRIPE_KEY$/),
    inGitHub("repositories with access", /^PUT .*\/actions\/secrets\/SENTRY_DSN\/repositories$/),
    inGitHub("GitHub environment of a deployment", /^PUT .*\/environments\/live$/),
    inGitHub("GitHub environment of the program", /^PUT .*\/environments\/program-live$/),
    inGitHub("loader of an application", /^PUT .*\/contents\/src\/secrets\.ts$/),
    {
      ...inCloud("ESC environment without its text", new RegExp(`^PATCH ${ESC}/vault/shop-live-ledger$`)),
      undone: true,
    },
    inCloud("ESC environment with its text", new RegExp(`^PATCH ${ESC}/vault/shop-live-platform$`)),
    inCloud("tag", new RegExp(`^POST ${ESC}/vault/shop-live-payments/tags$`)),
    inCloud("deletion protection", new RegExp(`^PATCH ${ESC}/vault/shop-live-payments/settings$`)),
    inCloud("webhook", new RegExp(`^POST ${ESC}/vault/shop-live-payments/hooks$`)),
    inCloud("approval rule", new RegExp(`^POST /api/change-gates/${PULUMI_ORGANIZATION}$`)),
    inCloud("rotation schedule", new RegExp(`^POST ${ESC}/vault/shop-live-rotated-sessions/schedules$`)),
    inCloud("team", new RegExp(`^POST ${CLOUD}/teams/pulumi$`)),
    inCloud("issuer", new RegExp(`^POST ${CLOUD}/oidc/issuers$`)),
    inCloud("audit export", new RegExp(`^POST ${CLOUD}/auditlogs/export/config$`)),
  ],
  [
    inGitHub("environment secret", /^PUT .*\/environments\/live\/secrets\/PAYPAL_PEM$/),
    inGitHub("branch rule", /^POST .*\/environments\/program-live\/deployment-branch-policies$/),
    inCloud("permission on an ESC environment", new RegExp(`^PATCH ${CLOUD}/teams/shop-live-sync$`)),
  ],
  [inCloud("composite environment", new RegExp(`^PATCH ${ESC}/vault/shop-live$`))],
  [
    inGitHub("script of the carrier", /^PUT .*\/contents\/scripts\/ci\/sync_secrets\.cjs$/),
    inCloud("role", new RegExp(`^POST ${CLOUD}/roles$`)),
    inCloud("permission on a stack", new RegExp(`^PATCH ${CLOUD}/teams/shop-program-preview$`)),
  ],
  [
    inGitHub("ruleset of the carrier", /^POST .*\/rulesets$/),
    inCloud("role of a team", new RegExp(`^POST ${CLOUD}/teams/shop-program-audit/roles/`)),
  ],
];

describe("an up that is killed at each kind of resource, with the real engine", function () {
  this.timeout(600_000);
  // Each kill goes on from the last.
  this.bail(true);
  let project: EngineProject;
  let receiver: WebhookReceiver;
  let theirs: unknown;
  let already: Awaited<ReturnType<typeof counts>>;
  const seen: Record<Held["service"], string[]> = { github: [], pulumi: [] };

  before(async () => {
    receiver = await receiveWebhooks("canary");
    project = await startProject(options());
    await others();
    // The stack of the organization comes last: the audit may read the ESC environments of all.
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    theirs = await standing();
    already = await counts();
    await drain();
    for (const service of ["github", "pulumi"] as const) seen[service].splice(0);
  });
  after(async () => {
    await project?.close();
    receiver?.close();
  });

  const cloud = async (method: string, path: string, body?: object | string) => {
    const answer = await fetch(project.sandbox.pulumi.url + path, {
      method,
      headers: { authorization: `token ${project.sandbox.tokens.pulumi}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    const text = await answer.text();
    return text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text;
  };
  const command = (line: string) =>
    ending(
      spawn(process.execPath, [COMMAND, ...line.split(" "), "--stack", "live"], {
        cwd: project.folder,
        env: project.env,
      }),
      project.printed,
    );
  // The engine does four things at a time for each processor: held requests would keep the others away.
  const up = () => project.start("up", "-s", "live", "--yes", "--skip-preview", "--parallel", "64");

  /** Requests to both services since the last look, but those of the engine's own bookkeeping. */
  const drain = async () => {
    const taken = { github: await project.requests("github"), pulumi: await project.requests("pulumi") };
    for (const service of ["github", "pulumi"] as const)
      seen[service].push(...taken[service].filter((each) => !each.includes("/api/stacks/")));
    return taken.github.length + taken.pulumi.filter((each) => !each.includes("/api/stacks/")).length;
  };
  /** Waits until every request is carried out and nothing else is under way. */
  const untilHeld = async (held: readonly Held[], from: Record<Held["service"], number>) => {
    const deadline = Date.now() + 200_000;
    for (let quiet = 0; quiet < 4; await sleep(700)) {
      quiet = (await drain()) === 0 ? quiet + 1 : 0;
      const missing = held.filter(
        ({ service, request }) => !seen[service].slice(from[service]).some((each) => request.test(each)),
      );
      if (missing.length > 0) quiet = 0;
      assert.ok(Date.now() < deadline, `up did not come to: ${missing.map(({ kind }) => kind).join(", ")}`);
    }
  };
  const times = (service: Held["service"], request: RegExp) =>
    seen[service].filter((each) => request.test(each)).length;

  /** What other people have beside the program's own, and in what it takes over. */
  const others = async () => {
    const { repos, users } = project.people.octokit.rest;
    const { id } = (await users.getAuthenticated()).data;
    const place = { owner: ORGANIZATION, repo: CARRIER };
    await project.people.setSecret("TOKEN_OF_A_PERSON", THEIRS);
    for (const [repo, environment] of [
      [CARRIER, "live"],
      [PROGRAM, "program-live"],
    ] as const)
      await repos.createOrUpdateEnvironment({
        ...{ owner: ORGANIZATION, repo, environment_name: environment },
        ...{ reviewers: [{ type: "User", id }], wait_timer: 5 },
      });
    await project.people.setEnvironmentSecret("live", "KEY_OF_A_PERSON", THEIRS);
    const content = Buffer.from("theirs").toString("base64");
    await repos.createOrUpdateFileContents({ ...place, path: "docs/theirs.md", message: "Theirs", content });
    await repos.createRepoRuleset({
      ...{ ...place, name: "theirs", target: "branch", enforcement: "active", rules: [{ type: "deletion" }] },
      conditions: { ref_name: { include: ["refs/heads/theirs"], exclude: [] } },
    });
    for (const name of ["guardians", "ops"]) {
      const team = { name, displayName: name, description: "", teamType: "pulumi" };
      await cloud("POST", `${CLOUD}/teams/pulumi`, { ...team, organization: PULUMI_ORGANIZATION });
      await cloud("PATCH", `${CLOUD}/teams/${name}`, { memberAction: "add", member: "second-owner" });
    }
    await cloud("POST", ESC, { project: "vault", name: "theirs" });
    await cloud("PATCH", `${ESC}/vault/theirs`, "values:\n  theirs: 1\n");
    const set = (...args: string[]) => project.ok("config", "set", "-s", "live", ...args);
    await set("--secret", "webhookUrl", receiver.url);
  };
  const standing = async () => {
    const { actions, repos } = project.people.octokit.rest;
    const place = { owner: ORGANIZATION, repo: CARRIER };
    const environment = async (repo: string, environment_name: string) => {
      const { data } = await repos.getEnvironment({ owner: ORGANIZATION, repo, environment_name });
      const rules = (data.protection_rules ?? []).filter(({ type }) => type !== "branch_policy");
      return rules.map(({ id: _id, node_id: _node, ...rule }) => JSON.stringify(rule));
    };
    const rulesets = (await repos.getRepoRulesets(place)).data.filter(({ name }) => name === "theirs");
    return {
      secret: (await actions.getOrgSecret({ org: ORGANIZATION, secret_name: "TOKEN_OF_A_PERSON" })).data,
      environments: [await environment(CARRIER, "live"), await environment(PROGRAM, "program-live")],
      inEnvironment: (
        await actions.listEnvironmentSecrets({ ...place, environment_name: "live" })
      ).data.secrets.filter(({ name }) => name === "KEY_OF_A_PERSON"),
      file: JSON.stringify((await repos.getContent({ ...place, path: "docs/theirs.md" })).data),
      rulesets: rulesets.map(({ id, enforcement }) => ({ id, enforcement })),
      teams: [await cloud("GET", `${CLOUD}/teams/guardians`), await cloud("GET", `${CLOUD}/teams/ops`)],
      text: await cloud("GET", `${ESC}/vault/theirs`),
    };
  };

  const counts = async () => {
    const of = async (path: string, field: string) => {
      const answer = (await cloud("GET", path)) as Record<string, unknown[]>;
      return answer[field]?.length ?? 0;
    };
    return {
      environments: await of(`${ESC}?maxResults=100`, "environments"),
      teams: await of(`${CLOUD}/teams`, "teams"),
      gates: await of(`/api/change-gates/${PULUMI_ORGANIZATION}`, "gates"),
    };
  };

  /** The commands of the document for this case, for the stack of this test. */
  const documented = () => {
    const [, section = ""] = TASKS.split(
      '## `pulumi up` was interrupted and now fails with "already exists"\n',
    );
    const [steps = ""] = section.split("\n## ", 1);
    return [...steps.matchAll(/^\d\..*`((?:pulumi|\.\/sophia-secrets) [^`]+)`/gm)].map(
      ([, line = ""]) => line,
    );
  };
  const recoverAsDocumented = async () => {
    const [cancel = "", ...commands] = documented().slice(0, -1);
    await project.ok(...cancel.replace("production", "live").split(" ").slice(1), "--yes");
    for (const line of commands) {
      const { code, output } = await command(line.replace("./sophia-secrets ", ""));
      assert.equal(code, 0, `${line}\n${output}`);
      assert.doesNotMatch(output, /canary/);
    }
  };

  for (const held of KILLS)
    it(`recovers as documented when it is killed at: ${held.map(({ kind }) => kind).join(", ")}`, async () => {
      const from = { github: seen.github.length, pulumi: seen.pulumi.length };
      for (const { service, request, undone } of held) {
        const [, method = "", path = ""] = /^\^(\S+) (.*)$/.exec(request.source) ?? [];
        const waits = undone === true ? { delayMs: HELD_MS } : { holdMs: HELD_MS };
        project.sandbox[service].faults.add({ method, path: path.replace(/^(?!\.\*)/, "^"), ...waits });
      }
      const running = up();
      const ended = running.ended.then(({ output }) => assert.fail(`up ended\n${output}`));
      await Promise.race([untilHeld(held, from), ended]);
      ended.catch(() => undefined);
      await running.kill();
      project.sandbox.github.faults.clear();
      project.sandbox.pulumi.faults.clear();
      await recoverAsDocumented();
      await drain();
    });

  it("is whole again: up ends well, and nothing is left to change or to recover", async () => {
    const { code, output } = await up().ended;
    assert.equal(code, 0, output);
    await project.ok("up", "-s", "live", "--yes", "--skip-preview", "--refresh");
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
    const told = (await command("recover")).output;
    assert.match(told, /^Nothing to recover/m);
    const [, forget = ""] = told.match(/: pulumi (refresh -s live .*)$/m) ?? [];
    await project.ok(...forget.split(" "));
    assert.doesNotMatch((await command("recover")).output, /interrupted/);
    await drain();
  });

  it("wrote nothing twice", () => {
    const once = (service: Held["service"], pattern: RegExp) => {
      const twice = [...new Set(seen[service])].filter((each) => {
        return pattern.test(each) && seen[service].filter((other) => other === each).length > 1;
      });
      assert.deepEqual(twice, []);
    };
    once("github", /^PUT .*\/secrets\/[A-Z_]+$/);
    once("github", /^PUT .*\/contents\//);
    once("github", /^POST .*\/deployment-branch-policies$/);
    once("pulumi", new RegExp(`^PATCH ${ESC}/vault/[^/]+(?<!-ledger)$`));
    // A tag is made again after its import, which does not read its value.
    once("pulumi", new RegExp(`^POST ${ESC}/vault/.*/(hooks|schedules)$`));
    once("pulumi", new RegExp(`^POST ${CLOUD}/(roles|oidc/issuers)$`));
    assert.equal(times("github", /^POST .*\/rulesets$/), 2);
  });

  it("made each thing once: as many as there are more", async () => {
    const now = await counts();
    const made = (kind: keyof typeof now) => now[kind] - already[kind];
    assert.equal(times("pulumi", new RegExp(`^POST ${ESC}$`)), made("environments"));
    assert.equal(times("pulumi", new RegExp(`^POST ${CLOUD}/teams/pulumi$`)), made("teams"));
    assert.equal(
      times("pulumi", new RegExp(`^POST /api/change-gates/${PULUMI_ORGANIZATION}$`)),
      made("gates"),
    );
  });

  it("left what others have as it was", async () => {
    assert.deepEqual(await standing(), theirs);
  });
});

/** Its organizations on their largest plans, and a stack that declares every kind of resource. */
function options() {
  const seed = otherSeed();
  for (const each of seed.github.organizations) each.plan = "enterprise";
  for (const each of seed.pulumi.organizations) each.edition = "business-critical";
  const stackFiles = Object.entries(STACK_FILES).map(([file, text]) => {
    const { config } = JSON.parse(text) as { config: Record<string, unknown> };
    const both = {
      edition: "business-critical",
      programRepository: PROGRAM,
      protectCarriers: "branch-and-files",
      deployAppId: "4711",
    };
    const live = {
      webhookFormat: "raw",
      approvers: ["guardians"],
      auditBucket: "audit-of-the-shop",
      auditRole: "arn:aws:iam::123456789012:role/audit",
    };
    const all = file === "Pulumi.live.yaml" ? { ...both, ...live } : both;
    const added = Object.entries(all).map(([key, value]) => [`sophia-secrets:${key}`, value]);
    return [file, JSON.stringify({ config: { ...config, ...Object.fromEntries(added) } })];
  });
  return {
    ...otherOrganization({ "secrets/catalog.ts": CATALOG, ...Object.fromEntries(stackFiles) }),
    seed,
  };
}
