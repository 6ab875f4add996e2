import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parseLedger } from "../../src/ledger/ledger";
import { env, ORG, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { GROUP, LEDGER, SETTINGS, VersionsStage } from "./versions-stage";

const one = { ALPHA_KEY: "canary-a1", BETA_KEY: "canary-b1", DB_PASSWORD: "canary-d1" };
const two = { ...one, ALPHA_KEY: "canary-a2", GAMMA_KEY: "canary-g" };
const DAY_1 = "2026-06-01T00:00:00.000Z";
const DAY_9 = "2026-06-09T00:00:00.000Z";
const settings = { ...SETTINGS, approvers: ["security"] };
const REQUESTS = `/api/change-requests/${ORG}`;
const BACK = "rollback production --to run-1";

describe("where somebody must approve changes of values", () => {
  let stage: VersionsStage;
  beforeEach(async () => {
    stage = await VersionsStage.start();
    await stage.sync(one, { now: DAY_1 });
    await stage.sync(two, { now: DAY_9 });
    await team(stage.cloud, "security", ["dev"], { [GROUP.keys]: "write", [GROUP.databases]: "write" });
    for (const path of Object.values(GROUP)) await gate(path);
  });
  afterEach(() => stage.close());

  async function gate(qualifiedName: string): Promise<void> {
    const eligibleApprovers = [{ eligibilityType: "team_member", teamName: "security" }];
    const rule = {
      ...{ ruleType: "approval_required", numApprovalsRequired: 1, eligibleApprovers },
      ...{ allowSelfApproval: false, requireReapprovalOnChange: true },
    };
    const target = { actionTypes: ["update"], entityType: "environment", qualifiedName };
    const body = { name: "sophia-secrets", enabled: true, rule, target };
    equal((await stage.cloud.call("POST", `/api/change-gates/${ORG}`, { body })).status, 201);
  }

  interface Request {
    id: string;
    status: string;
    description: string;
    latestRevisionNumber: number;
    entity: { name: string };
  }
  const requests = async (): Promise<Request[]> =>
    (await stage.cloud.call("GET", REQUESTS)).json.changeRequests;
  const act = (id: string, what: string, body: object = {}) =>
    stage.cloud.call("POST", `${REQUESTS}/${id}/${what}`, { token: TOKENS.dev, body });
  const apply = async (id = "") => {
    equal((await act(id, "approve", { revisionNumber: 1 })).status, 204);
    equal((await act(id, "apply")).status, 200);
  };
  const ledger = async () => parseLedger(await stage.text(LEDGER));
  const agesOf = async () =>
    Object.entries((await ledger()).secrets).map(([name, { changed }]) => [name, changed]);
  const UNTOUCHED = [
    ["ALPHA_KEY", DAY_9],
    ["BETA_KEY", DAY_1],
    ["DB_PASSWORD", DAY_1],
    ["GAMMA_KEY", DAY_9],
  ];
  const back = (more = "", world: object = {}) => stage.run(`${BACK}${more}`, { settings, ...world });
  /** What a rollback leaves that was approved, however it came there. */
  const isBack = async () => {
    deepEqual(await stage.variables(), one);
    equal((await ledger()).paused?.reason, "rolled back to run-1");
    deepEqual(await agesOf(), [
      ["ALPHA_KEY", DAY_1],
      ["BETA_KEY", DAY_1],
      ["DB_PASSWORD", DAY_1],
    ]);
  };
  const isAsBefore = async () => {
    deepEqual(await stage.variables(), two);
    deepEqual(await agesOf(), UNTOUCHED);
  };

  describe("rollback", () => {
    it("proposes, says what happens next, and changes nothing but the pause", async () => {
      const { stdout, stderr, code } = await back();
      const [request, ...others] = await requests();
      deepEqual(
        [request?.status, request?.description, request?.entity.name, others],
        ["submitted", "rollback to run-1", "app-production-keys", []],
      );
      equal(
        stdout,
        `production: 2 unchanged, 2 waiting for approval\n${GROUP.keys}\n  pending   ALPHA_KEY (update)\n  pending   GAMMA_KEY (delete: it had no value at revision 3)\n`,
      );
      equal(
        stderr,
        [
          "warning: older values come back: ALPHA_KEY. One that was replaced because it leaked leaks again, unless its vendor has revoked it",
          `${GROUP.keys}: the change was proposed and waits for approval (change request ${request?.id}). Remedy: somebody else approves and applies it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request approve ${request?.id} && pulumi env change-request apply ${request?.id}); the next run finds it done`,
          "Nothing has changed yet: it is for security to approve. Once it is applied, run this again: that brings the ledger in line.",
          "The sync of production is paused until somebody resumes it, or its next run would bring GitHub's values back.",
          "To give this up: close the change request, then ./sophia-secrets resume production",
          "",
        ].join("\n"),
      );
      equal(code, 1, "something must be looked after");
      await isAsBefore();
      equal((await ledger()).paused?.reason, "rolled back to run-1");
      equal((await stage.sync(two, { settings })).printed[0], "production: paused, nothing written");
    });

    it("is done once that is applied and it is run again: values, and their ages in the ledger", async () => {
      await back();
      await apply((await requests())[0]?.id);
      deepEqual(await stage.variables(), one);
      deepEqual(await agesOf(), UNTOUCHED, "the ledger waits for the next run");
      const { stdout, stderr, code } = await back();
      deepEqual([stdout, code], ["production: 4 unchanged\n", 0]);
      match(stderr, /^The sync of production is paused.*Set the right ones in GitHub, then: /);
      await isBack();
    });

    it("adds nothing to what is being reviewed, and leaves its pause as it is", async () => {
      await back("", { now: "2026-06-10T00:00:00Z" });
      const { stderr, code } = await back("", { now: "2026-06-11T00:00:00Z" });
      equal(code, 1);
      match(stderr, /has waited for approval since an earlier run \(change request /);
      deepEqual(
        (await requests()).map(({ latestRevisionNumber }) => latestRevisionNumber),
        [1],
      );
      equal((await ledger()).paused?.since, "2026-06-10T00:00:00.000Z");
    });

    it("brings the ledger in line only when all groups are applied", async () => {
      const token = (await stage.cloud.call("GET", `/api/change-gates/${ORG}`)).json.gates as {
        id: string;
      }[];
      for (const { id } of token) await stage.cloud.call("DELETE", `/api/change-gates/${ORG}/${id}`);
      await stage.sync({ ...two, DB_PASSWORD: "canary-d2" }, { now: DAY_9 });
      for (const path of Object.values(GROUP)) await gate(path);
      equal((await back()).code, 1);
      const [first, second] = await requests();
      await apply(first?.id);
      const half = await back();
      equal(half.code, 1);
      match(half.stdout, /[12] waiting for approval/);
      equal((await agesOf()).filter(([, changed]) => changed === DAY_9).length, 3);
      await apply(second?.id);
      equal((await back()).code, 0);
      await isBack();
    });

    it("refuses while another change waits there, for whoever approves that would bring it in", async () => {
      await stage.sync({ ...two, ALPHA_KEY: "canary-a3" }, { settings });
      const [theirs] = await requests();
      for (const more of ["", " --dry-run"]) {
        const { stdout, stderr, code } = await back(more);
        deepEqual([stdout, code], ["", 2]);
        equal(
          stderr,
          `error: ${GROUP.keys}: another change of it waits for approval (change request ${theirs?.id}), and one at a time can\nRemedy: look at it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request diff ${theirs?.id}); apply or close it, then run this again\n`,
        );
      }
      equal((await ledger()).paused, undefined);
      await act(theirs?.id ?? "", "close");
      equal((await back()).code, 1);
      equal((await requests()).filter(({ status }) => status === "submitted").length, 1);
    });

    it("takes another person's proposal of the same for its own, and none that only says so", async () => {
      await team(stage.cloud, "more", ["dev"], { [LEDGER]: "write" });
      await back("", { token: TOKENS.dev });
      match((await back()).stderr, /has waited for approval since an earlier run/);
      const [request] = await requests();
      const body = `# theirs\n${await stage.text(GROUP.keys)}`;
      await stage.cloud.call("PATCH", env(GROUP.keys, `/drafts/${request?.id}`), { body });
      for (const token of [TOKENS.dev, TOKENS.admin]) {
        const { code, stderr } = await back("", { token });
        deepEqual([code, /change-request approve/.test(stderr)], [2, false]);
        match(stderr, /another change of it waits for approval/);
      }
    });

    it("leaves a draft alone that somebody is at work on, and lifts its pause again", async () => {
      const text = await stage.text(GROUP.keys);
      const body = `# mine\n${text}`;
      const draft = await stage.cloud.call("POST", env(GROUP.keys, "/drafts"), { body });
      const { stderr, code } = await back();
      equal(code, 2);
      ok(
        stderr.includes(
          `somebody has a draft of it that is not submitted (change request ${draft.json.changeRequestId})`,
        ),
        stderr,
      );
      equal((await ledger()).paused, undefined);
      equal((await stage.text(GROUP.keys, `/drafts/${draft.json.changeRequestId}`)).slice(0, 6), "# mine");
    });

    it("says in a dry run that it would be proposed, and proposes nothing", async () => {
      const { stdout, stderr, code } = await back(" --dry-run");
      match(stdout, /^production: dry run, nothing written: 1 updated, 2 unchanged, 1 deleted\n/);
      equal(
        stderr,
        "warning: changes of production need an approval: this would be proposed, and would change nothing by itself\nwarning: older values come back: ALPHA_KEY. One that was replaced because it leaked leaks again, unless its vendor has revoked it\n",
      );
      deepEqual([code, await requests()], [0, []]);
    });

    it("can be given up: closed and resumed, the next sync goes on with GitHub's values", async () => {
      await back();
      await act((await requests())[0]?.id ?? "", "close");
      await stage.run("resume production", { settings });
      match((await stage.sync(two, { settings })).printed[0] ?? "", /^production: 4 unchanged/);
      await isAsBefore();
    });

    it("says that its pause still stands where a second run may not propose any more", async () => {
      await back();
      await act((await requests())[0]?.id ?? "", "close");
      const path = env(GROUP.keys, "/drafts");
      stage.cloud.faults.add({ method: "POST", path, times: 0, answer: { status: 403 } });
      const { code, stderr } = await back();
      equal(code, 2);
      match(stderr, /\nThe sync of production is paused, .*then: \.\/sophia-secrets resume production\n$/);
    });

    it("lifts its pause again where it may not propose", async () => {
      stage.cloud.faults.add({
        method: "POST",
        path: env(GROUP.keys, "/drafts"),
        times: 0,
        answer: { status: 403 },
      });
      const { code, stderr } = await back();
      deepEqual([code, /is paused/.test(stderr)], [2, false]);
      match(stderr, /^error: default\/app-production-keys: the token may not do this/);
      equal((await ledger()).paused, undefined);
      deepEqual(await requests(), []);
    });

    /** Every call of a proposal, in order. */
    const CALLS = [
      ["looking for what waits", "GET", `${REQUESTS}\\?`, 0],
      ["looking again before it proposes", "GET", `${REQUESTS}\\?`, 1],
      ["proposing", "POST", `${env(GROUP.keys, "/drafts")}$`, 0],
      ["submitting", "POST", `${REQUESTS}/[^/]+/submit$`, 0],
    ] as const;
    const RETRY = { status: 503, headers: { "retry-after": "0" } };
    for (const [call, method, path, skip] of CALLS) {
      for (const [what, fault] of [
        ["fails before it is carried out", { reset: "before" }],
        ["fails after it was carried out", { reset: "after" }],
        ["is answered with 503", { answer: RETRY }],
        ["is answered with 429", { answer: { ...RETRY, status: 429 } }],
        ["is answered with 500", { answer: { status: 500 } }],
      ] as const) {
        it(`is proposed once all the same when ${call} ${what}, once`, async () => {
          stage.cloud.faults.add({ method, path, skip, ...fault });
          const { code, stderr } = await back();
          equal(code, 1, stderr);
          deepEqual(
            (await requests()).map(({ status, description }) => [status, description]),
            [["submitted", "rollback to run-1"]],
          );
          await isAsBefore();
        });
      }

      for (const status of [401, 403, 404, 409, 500]) {
        it(`says so when ${call} is always answered with ${status}, shows no value, and can be run again`, async () => {
          const answer = { status, body: { message: "canary" } };
          stage.cloud.faults.add({ method, path, skip, times: 0, answer });
          const { code, stderr } = await back();
          equal(code, 2);
          match(stderr, /^error: .*Remedy: /s);
          await isAsBefore();
          stage.cloud.faults.clear();
          equal((await back()).code, 1);
          const [request] = await requests();
          await apply(request?.id);
          equal((await back()).code, 0);
          await isBack();
        });
      }
    }
  });

  describe("a sync by hand", () => {
    const hand = (value: string) =>
      stage.run("sync-to-pulumi ALPHA_KEY --environment production", { settings, env: { ALPHA_KEY: value } });

    it("proposes, and the run of the workflow after its approval writes it down", async () => {
      const { stdout, stderr, code } = await hand("canary-a3");
      equal(code, 1);
      equal(
        stdout,
        `production: 1 waiting for approval, 2 not asked for\n${GROUP.keys}\n  pending   ALPHA_KEY (update)\n`,
      );
      match(stderr, /^default\/app-production-keys: the change was proposed and waits for approval/);
      await isAsBefore();
      const [request] = await requests();
      equal(request?.description, "sync, by hand");
      await apply(request?.id);
      const { code: after } = await stage.sync({ ...two, ALPHA_KEY: "canary-a3" }, { settings });
      equal(after, 0);
      equal((await stage.variables()).ALPHA_KEY, "canary-a3");
    });

    it("leaves what waits for approval as it is", async () => {
      await hand("canary-a3");
      const { code, stderr } = await hand("canary-a4");
      equal(code, 1);
      match(stderr, /has waited for approval since an earlier run/);
      equal((await requests()).length, 1);
    });
  });
});
