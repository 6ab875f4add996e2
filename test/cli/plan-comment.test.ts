import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { markerOf, renderPlan } from "../../src/cli/plan-markdown";
import { diagnosticLine } from "../../src/errors";
import { readPlan } from "../../src/operations/plan-comment/read-plan";
import { commandContext, runCommand } from "./command-context";

const CANARY = "canary-value";
const SLOT = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
const FILE = "github:index/repositoryFile:RepositoryFile";
const urnOf = (type: string, name: string) => `urn:pulumi:production::sophia::my:Component$${type}::${name}`;

/** A step as the engine streams it, with values in both states. */
const step = (op: string, type: string, name: string, change: object = {}) => ({
  resourcePreEvent: {
    metadata: {
      op,
      urn: urnOf(type, name),
      type,
      old: op === "create" ? null : { custom: true, inputs: { value: CANARY } },
      new: op === "delete" ? null : { custom: true, inputs: { value: CANARY } },
      diffs: ["visibility", "secretName"],
      detailedDiff: { [`labels["${CANARY}"]`]: { diffKind: "update" } },
      ...change,
    },
    planning: true,
  },
});
const diagnostic = (severity: string, message: string) => ({ diagnosticEvent: { severity, message } });
const END = { summaryEvent: { resourceChanges: { same: 40, create: 1 } } };

const textOf = (...events: object[]) =>
  events.map((event, sequence) => JSON.stringify({ sequence, timestamp: 1, ...event })).join("\n");

const WHOLE = textOf(
  { preludeEvent: { config: { "sophia:values": CANARY } } },
  step("create", "pulumi:pulumi:Stack", "sophia-production", { new: { custom: false } }),
  step("create", SLOT, "NEW_KEY"),
  step("update", FILE, "ai-cherry/sophia-main/.github/workflows/sync_secrets.yml", { diffs: ["content"] }),
  step("create-replacement", SLOT, "RENAMED"),
  step("replace", SLOT, "RENAMED"),
  step("delete-replaced", SLOT, "RENAMED"),
  step("delete", SLOT, "GONE"),
  step("delete", SLOT, "KEPT", { old: { custom: true, retainOnDelete: true } }),
  step("same", SLOT, "AS_BEFORE"),
  step("import", SLOT, "TAKEN"),
  diagnostic("debug", `debug: ${CANARY}`),
  diagnostic(
    "warning",
    `warning: ${[
      { code: "tombstone-announced", subject: "OLD_KEY", cause: "expires on 2027-03-31", remedy: "keep it" },
      { code: "tombstone-due", subject: "DUE_KEY", cause: "expired on 2026-01-01; up deletes it" },
      { code: "composites-pinned", subject: "tombstone", cause: "another warning" },
    ]
      .map(diagnosticLine)
      .join("\n")}`,
  ),
  END,
);

describe("a plan as a comment", () => {
  it("names what changes, by what happens to it, and no value", () => {
    const text = renderPlan("production", readPlan(WHOLE));
    assert.equal(
      text,
      [
        "<!-- sophia-secrets plan of production -->",
        "### Plan of `production`: 1 to create, 1 to import, 1 to update, 1 to replace, 1 to delete, 1 to let go, 40 as they are",
        "",
        "**Create: 1**",
        "",
        "- `ActionsOrganizationSecret` `NEW_KEY`",
        "",
        "**Take over: 1**",
        "",
        "- `ActionsOrganizationSecret` `TAKEN`",
        "",
        "**Update: 1**",
        "",
        "- `RepositoryFile` `ai-cherry/sophia-main/.github/workflows/sync_secrets.yml`: `content`",
        "",
        "**Replace: 1**",
        "",
        "- `ActionsOrganizationSecret` `RENAMED`: `secretName`, `visibility`",
        "",
        "**Delete: 1**",
        "",
        "- `ActionsOrganizationSecret` `GONE`",
        "",
        "**Let go (it stays where it is): 1**",
        "",
        "- `ActionsOrganizationSecret` `KEPT`",
        "",
        "**Tombstones: 2**",
        "",
        "- `OLD_KEY` expires on 2027-03-31",
        "- `DUE_KEY` expired on 2026-01-01; up deletes it",
        "",
        "Names only, without a value.",
        "",
      ].join("\n"),
    );
  });

  it("says that nothing changes", () => {
    assert.match(renderPlan("staging", readPlan(textOf(END))), /Plan of `staging`: nothing changes \(40 as/);
  });

  it("says that the preview failed, and keeps its words for the log", () => {
    const plan = readPlan(textOf(diagnostic("error", `error: it quotes ${CANARY}`)));
    const text = renderPlan("production", plan);
    assert.match(text, /The preview failed\. The log of this job says why\./);
    assert.ok(!text.includes(CANARY));
    assert.deepEqual(plan.messages, [`error: it quotes ${CANARY}`]);
  });

  it("names the rules that the policy pack sees broken, mandatory ones first", () => {
    const violation = (policyName: string, enforcementLevel: string, resourceUrn?: string) => ({
      policyEvent: { policyName, enforcementLevel, message: CANARY, ...(resourceUrn && { resourceUrn }) },
    });
    const advice = violation("tags-are-there", "warning");
    const refusal = violation("slots-are-guarded", "mandatory", urnOf(SLOT, "A"));
    const text = renderPlan("production", readPlan(textOf(advice, refusal, END)));
    assert.match(text, /\*\*Refused by the policies: 1\*\*\n\n- `slots-are-guarded`: `A`\n/);
    assert.match(text, /\*\*Advice of the policies: 1\*\*\n\n- `tags-are-there`: `the stack`\n/);
    assert.ok(!text.includes(CANARY));
  });

  it("folds long lists, and shortens them until GitHub takes the comment", () => {
    const steps = (count: number) =>
      Array.from({ length: count }, (_, index) => step("create", SLOT, `${"LONG_NAME_".repeat(8)}${index}`));
    assert.match(
      renderPlan("production", readPlan(textOf(...steps(16), END))),
      /<details><summary><b>Create: 16</,
    );
    const long = renderPlan("production", readPlan(textOf(...steps(2000), END)));
    assert.ok(long.length <= 65_536 && long.length > 20_000, String(long.length));
    assert.match(long, /<b>Create: 2000<\/b>/);
    assert.match(long, /\n- and \d+ more\n/);
    assert.match(long, /Names only, without a value\.\n$/);
  });

  it("lets no name out of its code span, or into the marker", () => {
    const name = "a`b<!-- sophia-secrets plan of staging -->\n# heading";
    const text = renderPlan("production", readPlan(textOf(step("create", SLOT, name), END)));
    assert.match(text, /`a\?b\?!-- sophia-secrets plan of staging --\?\?# heading`/);
    assert.ok(!text.includes(markerOf("staging")));
  });

  it("makes no link of a type, and lets no text turn the line round", () => {
    const type = "a:b/c:@everybody_https.//x";
    const name = "\u202etxet\u2028\u200b@ada https://x.example";
    const text = renderPlan("production", readPlan(textOf(step("create", type, name, { diffs: [] }), END)));
    const line = text.split("\n").find((each) => each.startsWith("- ")) ?? "";
    assert.equal(line, "- `@everybody_https.//x` `?txet?@ada https://x.example`");
    assert.doesNotMatch(text.replaceAll("\n", ""), /\p{C}/u);
  });

  it("takes names with :: in them whole", () => {
    const { changes } = readPlan(textOf(step("create", SLOT, "a::b"), END));
    assert.equal(changes[0]?.name, "a::b");
  });

  it("refuses what is not a stream of events, without quoting it", () => {
    const wrong = [`{"steps": "${CANARY}"}`, CANARY, "null", "[]"];
    for (const text of wrong)
      assert.throws(
        () => readPlan(text),
        (error: Error) => {
          assert.match(error.message, /PULUMI_ENABLE_STREAMING_JSON_PREVIEW/);
          return !error.message.includes(CANARY);
        },
      );
  });
});

describe("sophia-secrets plan-comment", () => {
  const JOB = "github-actions[bot]";
  const comments: { id: number; body: string; user: { login: string } }[] = [];
  const writes: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      if (request.headers.authorization !== "Bearer job-token") return response.writeHead(401).end("{}");
      if (request.method === "GET") {
        const page = Number(searchParams.get("page"));
        return response.end(JSON.stringify(comments.slice((page - 1) * 100, page * 100)));
      }
      if (pathname.endsWith("/graphql"))
        return response.end(JSON.stringify({ data: { viewer: { login: JOB } } }));
      writes.push(`${request.method} ${pathname}`);
      const { body } = JSON.parse(Buffer.concat(chunks).toString());
      const there = comments.find(({ id }) => pathname.endsWith(`/issues/comments/${id}`));
      if (there !== undefined) there.body = body;
      else comments.push({ id: comments.length + 1, body, user: { login: JOB } });
      return response.writeHead(there === undefined ? 201 : 200).end("{}");
    });
  });
  before(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
  after(() => server.close());
  beforeEach(() => {
    comments.length = 0;
    writes.length = 0;
  });

  const run = async (plan: string, options = ["--pull-request", "5"], token = "job-token") => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { GITHUB_REPOSITORY: "ai-cherry/infra" };
    const context = commandContext({ github: { url, token } }, { env, files: { "plan.jsonl": plan } });
    return runCommand(["plan-comment", "--plan", "plan.jsonl", ...options], context);
  };

  it("prints the plan, writes it once, and then over what it wrote", async () => {
    const first = await run(WHOLE);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /Plan of `production`/);
    await run(textOf(END));
    assert.deepEqual(writes, [
      "POST /api/v3/repos/ai-cherry/infra/issues/5/comments",
      "PATCH /api/v3/repos/ai-cherry/infra/issues/comments/1",
    ]);
    assert.match(comments[0]?.body ?? "", /nothing changes/);
  });

  it("finds its comment on a later page, and leaves those of people, other bots and other stacks alone", async () => {
    const fill = (id: number, body: string, login: string) => comments.push({ id, body, user: { login } });
    fill(1, `${markerOf("production")} said somebody`, "ada");
    fill(2, markerOf("staging"), JOB);
    fill(3, markerOf("production"), "helpful[bot]");
    for (let id = 4; id < 120; id += 1) fill(id, "something else", "ada");
    fill(120, markerOf("production"), JOB);
    await run(textOf(END));
    assert.deepEqual(writes, ["PATCH /api/v3/repos/ai-cherry/infra/issues/comments/120"]);
  });

  it("only prints where no pull request is named", async () => {
    assert.equal((await run(WHOLE, [])).code, 0);
    assert.deepEqual(writes, []);
  });

  it("ends with 1 when the preview failed or a policy refused it, and has commented on it before", async () => {
    const refusal = { policyEvent: { policyName: "p", enforcementLevel: "mandatory", message: "fix it" } };
    const refused = await run(textOf(refusal, END));
    assert.deepEqual([refused.code, /fix it/.test(refused.stderr)], [1, true]);
    assert.equal((await run("")).code, 1);
    assert.equal(writes.length, 2);
  });

  it("says which token GitHub does not know, and refuses a number that is none", async () => {
    const { code, stderr } = await run(WHOLE, ["--pull-request", "5"], "other");
    assert.equal(code, 2);
    assert.match(stderr, /GITHUB_TOKEN: GitHub does not know it/);
    assert.equal((await run(WHOLE, ["--pull-request", "5/../7"])).code, 2);
  });
});
