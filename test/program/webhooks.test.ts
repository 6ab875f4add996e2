import assert from "node:assert/strict";
import { ofType, TYPES } from "./declared";
import { committedConfig, type ProgramRun, runProgram, type StackConfig } from "./run-program";

const WEBHOOK = "pulumiservice:index:Webhook";
const RULE = "pulumiservice:index:ApprovalRule";
const EXPORT = "pulumiservice:api:AuditLogExportConfiguration";
const SECRET_MARK = '{"4dabf18193072939515e22adb298388d":';
const SLACK = "https://hooks.slack.com/services/T0/B0/canary";
const ROLE = "arn:aws:iam::123456789012:role/pulumi-audit";

/** One run of a stack with some more config. */
function run(
  config: StackConfig,
  secretConfig: Record<string, string> = {},
  stack = "production",
): Promise<ProgramRun> {
  const stacks = { production: committedConfig("production"), staging: committedConfig("staging") };
  return runProgram({
    stack,
    stacks: { ...stacks, [stack]: { ...stacks[stack as keyof typeof stacks], ...config } },
    secretConfig,
  });
}

describe("webhooks, approvals and the audit's export", function () {
  this.timeout(60_000);

  it("are not declared unless the config asks for them", async () => {
    const { resources } = await run({});
    for (const type of [WEBHOOK, RULE, EXPORT]) assert.deepEqual(ofType(resources, type), [], type);
  });

  describe("a webhook's address in config", () => {
    let told: ProgramRun;
    before(async () => {
      told = await run({}, { webhookUrl: SLACK });
    });

    it("is told of every change of the values and of what applications open, not of the ledger", () => {
      assert.equal(told.error, undefined);
      const environments = ofType(told.resources, TYPES.environment).map(({ inputs }) => String(inputs.name));
      const watched = ofType(told.resources, WEBHOOK).map(({ inputs }) => String(inputs.environmentName));
      const expected = environments.filter((name) => !name.endsWith("-ledger"));
      assert.deepEqual(watched.sort(), expected.sort());
      assert.ok(
        watched.includes("sophia-ai-production") && watched.includes("sophia-ai-production-api-keys"),
      );
    });

    it("comes once for a change: not again from those that import, nor with the sync's tag", () => {
      for (const { inputs, name } of ofType(told.resources, WEBHOOK)) {
        const filters = inputs.filters as string[];
        assert.ok(filters.includes("environment_revision_created"), name);
        assert.ok(!filters.includes("imported_environment_changed"), name);
        assert.ok(!filters.includes("environment_revision_tag_created"), name);
        assert.equal(inputs.groups, undefined, `${name}: a group would bring all of them back`);
      }
    });

    it("is a secret wherever it goes", () => {
      for (const { wire, name } of told.resources.filter((each) => each.wire.includes("canary"))) {
        assert.match(wire, new RegExp(`"payloadUrl":${SECRET_MARK.replaceAll(/[{}]/g, "\\$&")}`), name);
        assert.equal(wire.split("canary").length, 2, name);
      }
    });

    it("is refused, and not quoted, when it is none that the format's service has", async () => {
      const refused: [StackConfig, string, RegExp][] = [
        [{}, "https://canary.example.com/hook", /is not an address of Slack/],
        [{ webhookFormat: "raw" }, "canary", /is not an http\(s\) address/],
        [{ webhookFormat: "raw" }, "javascript:canary", /is not an http\(s\) address/],
      ];
      for (const [config, webhookUrl, words] of refused) {
        const { error } = await run(config, { webhookUrl });
        assert.match(error?.message ?? "", words);
        assert.doesNotMatch(error?.message ?? "", /canary/);
      }
      const open = await run({ webhookFormat: "raw" }, { webhookUrl: "http://canary.example.com/hook" });
      assert.match(open.error?.message ?? "", /config webhookUrl: is an address by http/);
      assert.doesNotMatch(open.error?.message ?? "", /canary/);
      assert.deepEqual(ofType(open.resources, WEBHOOK), []);
      const local = await run({ webhookFormat: "raw" }, { webhookUrl: "http://127.0.0.1:8080/hook" });
      assert.equal(local.error, undefined);
      const raw = await run({ webhookFormat: "raw" }, { webhookUrl: "https://canary.example.com/hook" });
      assert.equal(ofType(raw.resources, WEBHOOK)[0]?.inputs.format, "raw");
    });

    it("is refused in plain text in the stack's file", async () => {
      const { error } = await run({ webhookUrl: SLACK });
      assert.match(error?.message ?? "", /config webhookUrl: is in plain text in the stack's file/);
      assert.doesNotMatch(error?.message ?? "", /canary/);
    });
  });

  describe("approvers in config", () => {
    it("guard each values environment of the stack, and nothing that the stack itself writes", async () => {
      const { resources, error } = await run({ approvers: ["security", "platform"] });
      assert.equal(error, undefined);
      const rules = ofType(resources, RULE);
      const guarded = rules.map(({ inputs }) => (inputs.environmentIdentifier as { name: string }).name);
      assert.equal(guarded.length, 5);
      for (const name of guarded) assert.match(name, /^sophia-ai-production-.+/);
      assert.ok(!guarded.includes("sophia-ai-production-ledger"));
      for (const { inputs } of rules) {
        assert.deepEqual(inputs.targetActionTypes, ["update"]);
        assert.deepEqual(inputs.approvalRuleConfig, {
          numApprovalsRequired: 1,
          allowSelfApproval: false,
          requireReapprovalOnChange: true,
          eligibleApprovers: [{ teamName: "security" }, { teamName: "platform" }],
        });
      }
    });

    it("are told to the sync's script, which then only proposes there", async () => {
      const scriptOf = async (config: StackConfig) => {
        const { resources } = await run(config);
        const script = ofType(resources, TYPES.file).find(({ name }) => name.endsWith(".cjs"));
        return String(script?.inputs.content);
      };
      assert.match(await scriptOf({ approvers: ["security"] }), /"approvals":\s*true/);
      assert.doesNotMatch(await scriptOf({}), /"approvals"/);
    });

    it("are refused for a stack that does not own the sync's script", async () => {
      const { error } = await run({ approvers: ["security"] }, {}, "staging");
      assert.match(error?.message ?? "", /config approvers: only production tells the sync/);
    });
  });

  describe("a bucket for the audit log", () => {
    const config = { edition: "business-critical", auditBucket: "payready-audit", auditRole: ROLE };

    it("is declared once for the organization, under the service's own names", async () => {
      const { resources, error } = await run(config);
      assert.equal(error, undefined);
      const [declared, ...more] = ofType(resources, EXPORT);
      assert.deepEqual(more, []);
      assert.deepEqual(declared?.inputs, {
        orgName: "scoobyjava-org",
        newEnabled: true,
        newS3Configuration: { s3BucketName: "payready-audit", iamRoleArn: ROLE },
      });
    });

    it("is refused with half of it, with what is none, and for a stack that does not own the organization", async () => {
      const refused: [StackConfig, string, RegExp][] = [
        [
          { auditBucket: "payready-audit" },
          "production",
          /auditBucket and auditRole: only one of them is set/,
        ],
        [
          { ...config, auditBucket: "s3://bucket/logs" },
          "production",
          /auditBucket: is not a name of an S3 bucket/,
        ],
        [{ ...config, auditRole: "pulumi-audit" }, "production", /auditRole: is not an ARN of a role/],
        [config, "staging", /config auditBucket: the audit log is the organization's/],
      ];
      for (const [more, stack, words] of refused)
        assert.match((await run(more, {}, stack)).error?.message ?? "", words);
    });
  });
});
