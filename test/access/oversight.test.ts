import assert from "node:assert/strict";
import { oversightOf, unapproved } from "../../src/access/oversight";
import { EDITIONS, parseSettings } from "../../src/catalog/settings";

const CONFIG = {
  githubOrganization: "ai-cherry",
  pulumiOrganization: "cloud",
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
};
const ALL = {
  webhookUrl: "https://example.com",
  approvers: '["security"]',
  auditBucket: "audit-logs",
  auditRole: "arn:aws:iam::123456789012:role/audit",
};

function settingsOf(edition: string, asked: Record<string, string> = ALL) {
  const { settings } = parseSettings({ ...CONFIG, ...asked, edition });
  if (settings === undefined) throw new Error("the config does not fit");
  return settings;
}
const of = (edition: string, asked?: Record<string, string>) => oversightOf(settingsOf(edition, asked));

describe("oversight by edition", () => {
  it("declares what the edition has, and names the rest with what is then not done", () => {
    const declared = EDITIONS.map((edition) => {
      const { webhooks, approvals, auditExport, lacking } = of(edition);
      return [
        edition,
        webhooks,
        approvals,
        auditExport,
        lacking.map(({ subject }) => subject.replace("config ", "")),
      ];
    });
    assert.deepEqual(declared, [
      ["individual", false, false, false, ["webhookUrl", "approvers", "auditBucket"]],
      ["team", true, false, false, ["approvers", "auditBucket"]],
      ["enterprise", true, true, false, ["auditBucket"]],
      ["business-critical", true, true, true, []],
    ]);
    const [lack] = of("enterprise").lacking;
    assert.deepEqual(
      [lack?.code, lack?.remedy],
      ["edition-too-small", "use the edition business-critical or larger, or remove auditBucket"],
    );
  });

  it("says nothing of what nobody asked for", () => {
    const nothing = { webhooks: false, approvals: false, auditExport: false, lacking: [] };
    assert.deepEqual(of("individual", {}), nothing);
  });
});

describe("approvals beside rotators", () => {
  const rotator = { group: "keys", kind: "password", schedule: "0 3 1 * *", value: "KEY" } as const;
  const rotators = [
    { ...rotator, name: "sessions" },
    { ...rotator, name: "elsewhere", environments: ["staging"] },
  ];

  it("say which rotations of the stack's environments nobody is asked before", () => {
    const said = "nobody is asked before ESC rotates sessions; only administrators may write there";
    assert.equal(unapproved(settingsOf("enterprise"), rotators), said);
  });

  it("say nothing without approvals, or without rotators", () => {
    assert.equal(unapproved(settingsOf("enterprise", {}), rotators), undefined);
    assert.equal(unapproved(settingsOf("team"), rotators), undefined);
    assert.equal(unapproved(settingsOf("enterprise"), []), undefined);
  });
});
