import assert from "node:assert/strict";
import { createHttp } from "../../src/clients/http";
import { createPulumiCall } from "../../src/clients/pulumi-call";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import {
  AwaitingApprovalError,
  type ChangeRequestState,
  withProposals,
} from "../../src/clients/pulumi-proposals";
import { Secret } from "../../src/secret";
import { type CloudFixture, env, ORG, startCloud, TOKENS, team } from "./cloud-fixture";

const PATH = "default/app-production-keys";
const GATES = `/api/change-gates/${ORG}`;
const REQUESTS = `/api/change-requests/${ORG}`;
const CANARY = "canary-value";

describe("approval rules of the sandbox's Pulumi Cloud", () => {
  let cloud: CloudFixture;
  let token: string;
  beforeEach(async () => {
    cloud = await startCloud();
    await cloud.environment(PATH, "values: {}\n");
    await team(cloud, "approvers", ["dev"], { [PATH]: "write" });
    await team(cloud, "sync", [], { [PATH]: "write" });
    const body = { name: "job" };
    token = (await cloud.call("POST", `/api/orgs/${ORG}/teams/sync/tokens`, { body })).json.tokenValue;
  });
  afterEach(() => cloud.close());

  const rule = (more: object = {}, target: object = {}) =>
    cloud.call("POST", GATES, {
      body: {
        name: "two people",
        enabled: true,
        rule: {
          ruleType: "approval_required",
          numApprovalsRequired: 1,
          allowSelfApproval: false,
          requireReapprovalOnChange: true,
          eligibleApprovers: [{ eligibilityType: "team_member", teamName: "approvers" }],
          ...more,
        },
        target: { actionTypes: ["update"], entityType: "environment", qualifiedName: PATH, ...target },
      },
    });
  const write = (who?: string) =>
    cloud.call("PATCH", env(PATH), {
      body: "values: {a: 1}\n",
      ...(who === undefined ? {} : { token: who }),
    });
  const draft = async () =>
    (await cloud.call("POST", env(PATH, "/drafts"), { token, body: "values: {a: 2}\n" })).json
      .changeRequestId;
  const act = (id: string, what: string, who: string, body: object = {}) =>
    cloud.call("POST", `${REQUESTS}/${id}/${what}`, { token: who, body });
  const client = () => {
    const at = {
      url: cloud.url,
      organization: ORG,
      token: new Secret(token),
      http: createHttp({ tries: 1 }),
    };
    const direct = createPulumiCloud(at);
    const proposer = {
      origin: "sync run 42",
      isOwn: ({ description }: ChangeRequestState) => description.startsWith("sync run "),
    };
    return { direct, proposing: withProposals(direct, createPulumiCall(at), new Set([PATH]), proposer) };
  };

  it("refuse direct writes to everybody, machines and administrators too, and nowhere else", async () => {
    assert.equal((await rule()).status, 201);
    assert.deepEqual([(await write()).status, (await write(token)).status], [403, 403]);
    await cloud.environment("default/other", "values: {}\n");
    assert.equal((await cloud.call("PATCH", env("default/other"), { body: "values: {}\n" })).status, 200);
  });

  it("let writes pass when they are disabled, or about opening, or gone", async () => {
    const { id } = (await rule()).json;
    const { json: gate } = await cloud.call("GET", `${GATES}/${id}`);
    assert.equal(gate.rule.eligibleApprovers[0].name, "approvers");
    await cloud.call("DELETE", `${GATES}/${id}`);
    await rule({}, { actionTypes: ["open"] });
    assert.equal((await write()).status, 200);
  });

  it("let a proposal through when somebody else of the team approved what stands in it now", async () => {
    await rule();
    const id = await draft();
    assert.equal((await act(id, "apply", token)).status, 409, "a draft is not a proposal yet");
    await act(id, "submit", token, { description: "sync run 1" });
    assert.equal((await act(id, "approve", token, { revisionNumber: 1 })).status, 403, "its own author");
    assert.equal((await act(id, "approve", TOKENS.admin, { revisionNumber: 1 })).status, 403, "no approver");
    assert.equal((await act(id, "approve", TOKENS.dev, { revisionNumber: 1 })).status, 204);
    await cloud.call("PATCH", env(PATH, `/drafts/${id}`), { token, body: "values: {a: 3}\n" });
    assert.equal((await act(id, "apply", TOKENS.dev)).status, 409, "the approval was for another text");
    await act(id, "approve", TOKENS.dev, { revisionNumber: 2 });
    const shown = (await cloud.call("GET", `${REQUESTS}/${id}`)).json;
    assert.deepEqual([shown.gateEvaluation.satisfied, shown.description], [true, "sync run 1"]);
    assert.equal((await act(id, "apply", TOKENS.dev)).status, 200);
    assert.equal((await cloud.call("GET", env(PATH))).text, "values: {a: 3}\n");
    assert.equal((await act(id, "apply", TOKENS.dev)).status, 409, "once");
  });

  it("keep one draft at a time, and none made from an older revision", async () => {
    const first = await draft();
    assert.equal(
      (await cloud.call("POST", env(PATH, "/drafts"), { token, body: "values: {}\n" })).status,
      409,
    );
    await act(first, "close", token);
    const second = await draft();
    await act(second, "submit", token);
    await write();
    assert.equal((await act(second, "apply", token)).status, 409);
  });

  it("are for larger editions", async () => {
    await cloud.close();
    cloud = await startCloud({ edition: "team" });
    await cloud.environment(PATH, "values: {}\n");
    assert.equal((await rule()).status, 400);
  });

  describe("and a client that may only propose", () => {
    const text = `values: {a: {fn::secret: ${CANARY}}}\n`;
    const proposed = async () => {
      const { direct, proposing } = client();
      const { etag } = await direct.read(PATH);
      const error = await proposing.write(PATH, text, etag).then(
        () => assert.fail("it was written"),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof AwaitingApprovalError, String(error));
      return error;
    };

    it("leave its change to the approvers, in ciphertext and under its own name", async () => {
      await rule();
      const { message } = await proposed();
      assert.match(
        message,
        /^default\/app-production-keys: the change was proposed and waits for approval \(change request /,
      );
      const [request] = (await cloud.call("GET", REQUESTS)).json.changeRequests;
      assert.deepEqual([request.status, request.description], ["submitted", "sync run 42"]);
      const shown = await cloud.call("GET", env(PATH, `/drafts/${request.id}`));
      assert.match(shown.text, /ciphertext/);
      assert.ok(!shown.text.includes(CANARY));
      await act(request.id, "approve", TOKENS.dev, { revisionNumber: 1 });
      assert.equal((await act(request.id, "apply", TOKENS.dev)).status, 200);
      assert.match((await client().direct.decrypt(PATH)).text, new RegExp(CANARY));
    });

    it("change nothing of what is being reviewed", async () => {
      await rule();
      await proposed();
      assert.match((await proposed()).message, /has waited for approval since an earlier run/);
      const requests = (await cloud.call("GET", REQUESTS)).json.changeRequests;
      assert.deepEqual(
        requests.map((each: { latestRevisionNumber: number }) => each.latestRevisionNumber),
        [1],
      );
    });

    it("propose nothing beside somebody else's change, and submit no draft but their own", async () => {
      await rule();
      const { direct, proposing } = client();
      const { etag } = await direct.read(PATH);
      const mine = "values: {b: 2}\n";
      const id = await draft();
      const unsubmitted =
        /somebody has a draft of it that is not submitted \(change request \S+\), .*change-request close/;
      await assert.rejects(proposing.write(PATH, mine, etag), unsubmitted);
      await act(id, "submit", token, { description: "by hand" });
      await assert.rejects(
        proposing.write(PATH, mine, etag),
        (error) =>
          !(error instanceof AwaitingApprovalError) && /another change of it waits/.test(String(error)),
      );
      await act(id, "close", token);
      await cloud.call("POST", env(PATH, "/drafts"), { token, body: mine });
      await assert.rejects(proposing.write(PATH, mine, etag), AwaitingApprovalError);
      const requests = (await cloud.call("GET", REQUESTS)).json.changeRequests;
      assert.deepEqual(
        requests.map(({ status, description }: Record<string, string>) => [status, description]),
        [
          ["closed", "by hand"],
          ["submitted", "sync run 42"],
        ],
      );
    });

    it("take a change for theirs that somebody else made, where it is the very same, and no other", async () => {
      await rule();
      const { direct, proposing } = client();
      const { etag } = await direct.read(PATH);
      const id = await draft();
      await act(id, "submit", token, { description: "by hand" });
      await assert.rejects(proposing.write(PATH, "values: {a: 3}\n", etag), /another change of it waits/);
      await assert.rejects(proposing.write(PATH, "values: {a: 2}\n", etag), AwaitingApprovalError);
    });

    it("take a request to open the environment for no change of it", async () => {
      await rule();
      const { direct } = client();
      const { etag } = await direct.read(PATH);
      const asked = { id: "1", status: "submitted", action: "open", description: "incident" };
      const entity = { entityType: "environment", project: "default", name: "app-production-keys" };
      const sent: string[] = [];
      const call = async (_: string, path: string) => {
        sent.push(path.replace(/\?.*/, ""));
        const changeRequests = [{ ...asked, entity }];
        return { status: 200, headers: {}, text: JSON.stringify({ changeRequests, changeRequestId: "2" }) };
      };
      const of = Object.assign(call, { organization: ORG });
      const proposer = { origin: "sync run 42", isOwn: () => false };
      const proposing = withProposals(direct, of, new Set([PATH]), proposer);
      await assert.rejects(proposing.write(PATH, text, etag), AwaitingApprovalError);
      assert.deepEqual(sent, [REQUESTS, env(PATH, "/drafts"), `${REQUESTS}/2/submit`]);
    });

    it("write the rest as ever, and refuse what somebody wrote in between", async () => {
      await cloud.environment("default/ledger", "values: {}\n");
      await team(cloud, "more", []);
      await cloud.call("PATCH", `/api/orgs/${ORG}/teams/sync`, {
        body: {
          addEnvironmentPermission: { projectName: "default", envName: "ledger", permission: "write" },
        },
      });
      const { direct, proposing } = client();
      const { etag } = await direct.read("default/ledger");
      assert.equal(await proposing.write("default/ledger", "values: {b: 1}\n", etag), 3);
      await assert.rejects(proposing.write(PATH, text, "an-old-tag"), /somebody else wrote it in between/);
    });
  });
});
