import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { parseLedger } from "../../src/ledger/ledger";
import { env, ORG, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { ahead, SyncStage } from "./sync-stage";

const KEY = jobSecret("OPENAI_API_KEY");
const DIRECT = jobCatalog([KEY]);
const CATALOG = {
  ...DIRECT,
  targets: DIRECT.targets.map((target) => ({ ...target, approvals: true as const })),
};

describe("a sync whose changes somebody must approve", () => {
  let stage: SyncStage;
  let token: string;
  beforeEach(async () => {
    stage = await SyncStage.start();
    const { cloud } = stage;
    await team(cloud, "sync", [], { [API_KEYS]: "write", [DATABASES]: "write", [LEDGER]: "write" });
    await team(cloud, "security", ["dev"], { [API_KEYS]: "write" });
    const body = { name: "job" };
    token = (await cloud.call("POST", `/api/orgs/${ORG}/teams/sync/tokens`, { body })).json.tokenValue;
    const rule = {
      ...{ ruleType: "approval_required", numApprovalsRequired: 1, allowSelfApproval: false },
      requireReapprovalOnChange: true,
      eligibleApprovers: [{ eligibilityType: "team_member", teamName: "security" }],
    };
    const target = { actionTypes: ["update"], entityType: "environment", qualifiedName: API_KEYS };
    const gate = { name: "sophia-secrets", enabled: true, rule, target };
    equal((await cloud.call("POST", `/api/change-gates/${ORG}`, { body: gate })).status, 201);
  });
  afterEach(() => stage.close());

  const requests = async () =>
    (await stage.cloud.call("GET", `/api/change-requests/${ORG}`)).json.changeRequests as {
      id: string;
      status: string;
      description: string;
    }[];
  const run = (value: string, environment: Record<string, string> = {}) =>
    stage.run({ catalog: CATALOG, token, input: { OPENAI_API_KEY: value }, environment });
  const approve = async (id: string) => {
    const act = (what: string, body: object) =>
      stage.cloud.call("POST", `/api/change-requests/${ORG}/${id}/${what}`, { token: TOKENS.dev, body });
    equal((await act("approve", { revisionNumber: 1 })).status, 204);
    equal((await act("apply", {})).status, 200);
  };

  it("proposes, fails until somebody has approved, and then finds it done and writes the ledger", async () => {
    const first = await run("canary-one");
    equal(first.code, 1);
    match(first.printed.join("\n"), /the change was proposed and waits for approval \(change request /);
    const [request] = await requests();
    deepEqual([request?.status, request?.description], ["submitted", "sync, run 42"]);
    const second = await run("canary-one");
    match(second.printed.join("\n"), /has waited for approval since an earlier run/);
    equal((await requests()).length, 1);
    await approve(request?.id ?? "");
    const third = await run("canary-one");
    equal(third.code, 0, third.printed.join("\n"));
    match((await stage.cloud.call("GET", `/api/esc/environments/${ORG}/${LEDGER}`)).text, /OPENAI_API_KEY/);
    const calm = await run("canary-one");
    equal(calm.code, 0);
    ok(
      calm.requests.every((line) => line.startsWith("GET ")),
      calm.requests.join("\n"),
    );
    for (const each of [first, second, third])
      ok(!`${each.printed}${each.summary}`.replaceAll("::add-mask::canary-one", "").includes("canary-one"));
  });

  it("proposes what was rotated while the first proposal stood in a second one", async () => {
    await run("canary-one");
    await run("canary-two");
    await approve((await requests())[0]?.id ?? "");
    const after = await run("canary-two");
    match(after.printed.join("\n"), /was proposed/);
    deepEqual((await requests()).map(({ status }) => status).sort(), ["applied", "submitted"]);
  });

  describe("and that waited itself", () => {
    const queued = (id: string, value: string) => run(value, { GITHUB_RUN_ID: id });
    const proposed = async () => parseLedger(await stage.text(LEDGER)).proposed;
    const LATER =
      /refused +OPENAI_API_KEY \(run 200, which was queued after this one, proposed another value: /;
    beforeEach(async () => {
      await queued("50", "canary-old");
      await approve((await requests())[0]?.id ?? "");
      await queued("51", "canary-old");
      equal(await proposed(), undefined, "it was found done");
      await queued("200", "canary-new");
    });

    it("proposes nothing in the place of what a later run had proposed, and which was applied", async () => {
      const open = (await requests()).find(({ status }) => status === "submitted");
      const { OPENAI_API_KEY: note } = (await proposed()) ?? {};
      deepEqual([note?.run, note?.request, note?.revision], ["200", open?.id, 1]);
      await approve(open?.id ?? "");
      for (const id of ["100", "101"]) {
        const late = await queued(id, "canary-old");
        equal(late.code, 1);
        match(late.printed.join("\n"), LATER);
      }
      equal((await requests()).filter(({ status }) => status === "submitted").length, 0);
      equal((await queued("201", "canary-new")).code, 0);
      equal(await proposed(), undefined);
      match((await queued("100", "canary-old")).printed.join("\n"), /run 201, .* wrote another value/);
    });

    it("leaves the note alone while that one waits, whatever it brings itself", async () => {
      const before = await proposed();
      equal((await queued("100", "canary-old")).code, 0, "as it stands");
      match((await queued("101", "canary-other")).printed.join("\n"), LATER);
      deepEqual(await proposed(), before);
      const again = await queued("201", "canary-new");
      match(again.printed.join("\n"), /has waited for approval since an earlier run/);
      deepEqual(await proposed(), before, "the later one made none");
    });

    it("may, when somebody starts it again, and when the later one was given up and GitHub set back", async () => {
      const { id = "" } = (await requests()).find(({ status }) => status === "submitted") ?? {};
      equal((await stage.cloud.call("POST", `/api/change-requests/${ORG}/${id}/close`)).status, 204);
      equal((await queued("201", "canary-old")).code, 0);
      equal(await proposed(), undefined);
      const second = await run("canary-other", { GITHUB_RUN_ID: "100", GITHUB_RUN_ATTEMPT: "2" });
      match(second.printed.join("\n"), /was proposed/);
    });

    it("keeps the note over a second round of its own, as when somebody wrote the ledger meanwhile", async () => {
      await approve((await requests()).find(({ status }) => status === "submitted")?.id ?? "");
      await queued("201", "canary-new");
      const through = ahead("PATCH", LEDGER, async () =>
        stage.edit(LEDGER, (await stage.clear(LEDGER)).replace("values:", "# theirs\nvalues:")),
      );
      const input = { OPENAI_API_KEY: "canary-third" };
      await stage.run({ catalog: CATALOG, token, input, environment: { GITHUB_RUN_ID: "202" }, through });
      equal((await proposed())?.OPENAI_API_KEY?.run, "202");
    });
  });

  it("shows what waits", async () => {
    const { printed, summary } = await run("canary-one");
    equal(
      printed.find((line) => line.startsWith("production:")),
      "production: 1 waiting for approval",
    );
    match(printed.join("\n"), /\n {2}pending {3}OPENAI_API_KEY \(create\)\n/);
    match(summary, /\*\*To fix\*\*\n\n- .*waits for approval[\s\S]*\| OPENAI_API_KEY \| pending \|/);
  });

  const foreign = async () => {
    const { code, printed } = await run("canary-two");
    equal(code, 1);
    match(
      printed.join("\n"),
      /another change of it waits for approval \(change request \S+\), .*apply or close it/,
    );
    doesNotMatch(printed.join("\n"), /change-request approve/);
  };

  it("fails for somebody else's change that waits before it, and asks nobody to approve that, whatever it says", async () => {
    const body = "values: {sophia: {openai_api_key: {fn::secret: theirs}}}\n" as unknown as object;
    const asDev = { token: TOKENS.dev };
    const draft = await stage.cloud.call("POST", env(API_KEYS, "/drafts"), { ...asDev, body });
    const path = `/api/change-requests/${ORG}/${draft.json.changeRequestId}/submit`;
    for (const description of ["rollback to run-1", "sync, run 43", "sync, by hand"]) {
      await stage.cloud.call("POST", path, { ...asDev, body: { description } });
      await foreign();
    }
  });

  it("fails for its own too, once somebody has added a text of their own", async () => {
    await run("canary-one");
    const [request] = await requests();
    const body = "values: {sophia: {openai_api_key: {fn::secret: theirs}}}\n" as unknown as object;
    const path = env(API_KEYS, `/drafts/${request?.id}`);
    equal((await stage.cloud.call("PATCH", path, { token: TOKENS.dev, body })).status, 200);
    await foreign();
  });

  for (const [what, fault] of [
    ["fails before it is carried out", { reset: "before" }],
    ["fails after it was carried out", { reset: "after" }],
    ["is answered with 502", { answer: { status: 502 } }],
  ] as const) {
    it(`proposes all the same when submitting ${what}, once`, async () => {
      stage.cloud.faults.add({ method: "POST", path: "/submit$", ...fault });
      match((await run("canary-one")).printed.join("\n"), /the change was proposed and waits for approval/);
      deepEqual(
        (await requests()).map(({ status }) => status),
        ["submitted"],
      );
    });
  }

  it("says how a draft is got rid of that it could not submit", async () => {
    stage.cloud.faults.add({ method: "POST", path: "/submit$", times: 0, answer: { status: 403 } });
    equal((await run("canary-one")).code, 1);
    stage.cloud.faults.clear();
    const [draft] = await requests();
    const words = `that is not submitted (change request ${draft?.id}), and one at a time can`;
    ok((await run("canary-one")).printed.join("\n").includes(words));
    equal((await stage.cloud.call("POST", `/api/change-requests/${ORG}/${draft?.id}/close`)).status, 204);
    match((await run("canary-one")).printed.join("\n"), /the change was proposed/);
  });

  it("without being told of the rule fails, and changes nothing", async () => {
    const result = await stage.run({ catalog: DIRECT, token, input: { OPENAI_API_KEY: "canary" } });
    equal(result.code, 1);
    match(result.printed.join("\n"), /the token may not do this/);
    deepEqual(await requests(), []);
  });
});
