import { deepEqual, ok } from "node:assert/strict";
import { ownTeams } from "../../../src/catalog/checks/check-access";
import { checkOversight } from "../../../src/catalog/checks/check-stacks";
import { resolveCatalog } from "../../../src/catalog/entry";
import { parseSettings, type Settings } from "../../../src/catalog/settings";

const SETTINGS = parseSettings({
  githubOrganization: "acme",
  pulumiOrganization: "acme",
  application: "app",
  appRoot: "app",
  environments: '["live"]',
  organizationStack: "production",
  carriers: '["carrier"]',
}).settings as Settings;
const EXPORT = { auditBucket: "payready-audit", auditRole: "arn:aws:iam::123456789012:role/audit" };
const OWN = ownTeams(
  resolveCatalog({
    environments: ["test", "live"],
    groups: { keys: { description: "", rotationDays: 90, owner: "" } },
    secrets: [],
    accessPolicies: [
      {
        name: "people",
        why: "They work on it",
        groups: "all",
        environments: ["live"],
        identities: [
          { type: "user", name: "ann" },
          { type: "team", name: "elsewhere" },
        ],
        level: "open",
      },
    ],
  }),
  SETTINGS,
);

function problems(change: Partial<Settings>, ownsOrganization = true): string[] {
  const found = checkOversight({ ...SETTINGS, ...change }, { ownsOrganization, ownTeams: OWN });
  for (const { remedy } of found) ok(remedy !== "");
  return found.map(({ subject: thing, cause }) => `${thing}: ${cause}`);
}

describe("a stack's oversight", () => {
  it("is right as it is meant", () => {
    deepEqual(problems({}), []);
    deepEqual(problems({ ...EXPORT, approvers: ["security", "elsewhere"] }), []);
    deepEqual(problems({ webhookUrl: true, webhookFormat: "raw" }), []);
  });

  it("is not approved by teams that this program makes, of whatever environment", () => {
    for (const team of [
      "app-live-sync",
      "app-test-application",
      "app-live-people-open",
      "app-program-preview",
    ])
      deepEqual(problems({ approvers: [team] }), [
        `config approvers: names ${team}, a team of this program's own`,
      ]);
  });

  it("has a receiver where a format says what it understands", () => {
    deepEqual(problems({ webhookFormat: "raw" }), [
      "config webhookFormat: is set without webhookUrl, so nobody is notified",
    ]);
  });

  it("exports to a bucket by its name, as a role by its ARN, and with both", () => {
    for (const auditBucket of [
      "s3://logs",
      "logs/2026",
      "arn:aws:s3:::logs",
      "Logs",
      "a..b",
      "192.168.1.1",
      "ab",
    ])
      deepEqual(problems({ ...EXPORT, auditBucket }), ["config auditBucket: is not a name of an S3 bucket"]);
    for (const auditRole of ["audit", "arn:aws:iam::123456789012:user/ann", "arn:aws:iam::1234:role/audit"])
      deepEqual(problems({ ...EXPORT, auditRole }), ["config auditRole: is not an ARN of a role"]);
    deepEqual(problems({ ...EXPORT, auditRole: undefined }), [
      "config auditBucket and auditRole: only one of them is set",
    ]);
  });

  it("is the organization's stack's, but for webhooks", () => {
    deepEqual(problems({ ...EXPORT, approvers: ["security"] }, false), [
      "config auditBucket: the audit log is the organization's, and this stack does not own its objects",
      "config approvers: only production tells the sync what it may only propose, so the sync would fail here",
    ]);
    deepEqual(problems({ webhookUrl: true }, false), []);
  });
});
