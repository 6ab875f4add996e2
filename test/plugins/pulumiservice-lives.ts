import type { Properties } from "../../toolchain/plugins/provider/wire";
import type { Life } from "./life-of-resource";
import type { Routes } from "./recorder";

const environment = "/api/esc/environments/acme/default/app";
const issuer = {
  id: "i1",
  name: "github",
  url: "https://token.actions.githubusercontent.com",
  issuer: "https://token.actions.githubusercontent.com",
  thumbprints: ["aa"],
  maxExpiration: 7200,
};
const policy = {
  decision: "allow",
  tokenType: "team",
  teamName: "ops",
  authorizedPermissions: [],
  rules: { aud: "urn:pulumi:org:acme", sub: "repo:acme/app:ref:refs/heads/main" },
};
const allow = (...permissions: string[]) => ({ __type: "PermissionDescriptorAllow", permissions });
const role = {
  id: "r1",
  name: "reader",
  description: "Reads trust",
  resourceType: "global",
  uxPurpose: "role",
  details: allow("oidc_issuers:read"),
  orgId: "o1",
  version: 1,
  isOrgDefault: false,
  created: "2026-01-01T00:00:00Z",
  modified: "2026-01-01T00:00:00Z",
};
const gate = {
  id: "g1",
  name: "two people",
  enabled: true,
  rule: {
    numApprovalsRequired: 1,
    allowSelfApproval: false,
    requireReapprovalOnChange: true,
    eligibleApprovers: [{ eligibilityType: "team_member", name: "ops" }],
  },
  target: { actionTypes: ["update"], entityType: "environment", qualifiedName: "default/app" },
};
const hook = {
  name: "h1",
  active: true,
  displayName: "audit",
  payloadUrl: "https://example.com",
  format: "raw",
  filters: [],
  groups: ["environments"],
};

const tag = {
  id: "t1",
  name: "owner",
  value: "DevOps",
  created: "2026-08-01T10:00:00Z",
  modified: "2026-08-01T10:00:00Z",
  editorLogin: "ann",
  editorName: "Ann",
};

/** A Pulumi Cloud that answers the same whatever was written. */
export function pulumiserviceRoutes(): Routes {
  const team = {
    kind: "pulumi",
    name: "ops",
    displayName: "ops",
    description: "d",
    members: [{ githubLogin: "ann" }],
    environments: [{ envName: "app", projectName: "default", permission: "open", maxOpenDuration: "1h0m0s" }],
    stacks: [{ projectName: "program", stackName: "production", permission: 101 }],
  };
  const revision = { "pulumi-esc-revision": "3" };
  let isTagged = false;
  let exported: object | undefined;
  const auditExport = "/api/orgs/acme/auditlogs/export/config";
  return {
    "POST /api/esc/environments/acme/yaml/check": { body: {} },
    "POST /api/esc/environments/acme": { body: {} },
    [`PATCH ${environment}`]: { body: {}, headers: revision },
    [`GET ${environment}`]: {
      body: "values: {}\n",
      headers: { ...revision, etag: '"e"', "content-type": "application/x-yaml" },
    },
    [`GET ${environment}/metadata`]: { body: { id: "uuid-1" } },
    [`DELETE ${environment}`]: { body: {} },
    [`GET ${environment}/settings`]: { body: { deletionProtected: false } },
    [`PATCH ${environment}/settings`]: { body: {} },
    [`POST ${environment}/tags`]: () => {
      isTagged = true;
      return { body: tag };
    },
    [`GET ${environment}/tags/owner`]: () =>
      isTagged ? { body: tag } : { status: 404, body: { code: 404, message: "not found" } },
    [`PATCH ${environment}/tags/owner`]: { body: tag },
    [`DELETE ${environment}/tags/owner`]: { status: 204 },
    "POST /api/orgs/acme/teams/pulumi": { body: team },
    "GET /api/orgs/acme/teams/ops": { body: team },
    "PATCH /api/orgs/acme/teams/ops": { status: 204 },
    "DELETE /api/orgs/acme/teams/ops": { status: 204 },
    "POST /api/orgs/acme/roles": { body: role },
    "GET /api/orgs/acme/roles/r1": { body: role },
    "PATCH /api/orgs/acme/roles/r1": { body: { ...role, version: 2 } },
    "DELETE /api/orgs/acme/roles/r1": { status: 204 },
    "POST /api/orgs/acme/teams/ops/roles/r1": { status: 204 },
    "GET /api/orgs/acme/teams/ops/roles": { body: { roles: [{ id: "r1", name: "reader" }] } },
    "DELETE /api/orgs/acme/teams/ops/roles/r1": { status: 204 },
    "POST /api/orgs/acme/oidc/issuers": { body: issuer },
    "GET /api/orgs/acme/oidc/issuers/i1": { body: issuer },
    "PATCH /api/orgs/acme/oidc/issuers/i1": { body: issuer },
    "DELETE /api/orgs/acme/oidc/issuers/i1": { status: 204 },
    "GET /api/orgs/acme/auth/policies/oidcissuers/i1": { body: { id: "p1", version: 1, policies: [policy] } },
    "PATCH /api/orgs/acme/auth/policies/p1": { body: { id: "p1", version: 2, policies: [policy] } },
    [`POST ${environment}/hooks`]: { status: 201, body: hook },
    [`GET ${environment}/hooks/h1`]: { body: hook },
    [`PATCH ${environment}/hooks/h1`]: { body: hook },
    [`DELETE ${environment}/hooks/h1`]: { status: 204 },
    [`POST ${environment}/schedules`]: { body: { id: "s1" } },
    [`GET ${environment}/schedules/s1`]: { body: { id: "s1", scheduleCron: "0 0 * * 0" } },
    [`POST ${environment}/schedules/s1`]: { body: { id: "s1" } },
    [`DELETE ${environment}/schedules/s1`]: { status: 204 },
    [`POST ${environment}/versions/tags`]: { status: 204 },
    [`GET ${environment}/versions/tags/stable`]: { body: { name: "stable", revision: 3 } },
    [`PATCH ${environment}/versions/tags/stable`]: { status: 204 },
    [`DELETE ${environment}/versions/tags/stable`]: { status: 204 },
    "POST /api/change-gates/acme": { body: gate },
    "GET /api/change-gates/acme/g1": { body: gate },
    "PUT /api/change-gates/acme/g1": { body: gate },
    "DELETE /api/change-gates/acme/g1": { status: 204 },
    [`POST ${auditExport}`]: () => {
      exported = {
        enabled: true,
        s3Config: { s3BucketName: "audit" },
        lastResult: { timestamp: 0, message: "" },
      };
      return { status: 204 };
    },
    [`GET ${auditExport}`]: () =>
      exported === undefined
        ? { status: 404, body: { code: 404, message: "not found" } }
        : { body: exported },
    [`DELETE ${auditExport}`]: { status: 204 },
    "POST /api/orgs/acme/tokens": { body: { id: "t1", tokenValue: "pul-1" } },
    "GET /api/orgs/acme/tokens": {
      body: { tokens: [{ id: "t1", name: "ci", description: "", admin: false }] },
    },
    "DELETE /api/orgs/acme/tokens/t1": { status: 204 },
  };
}

const diagnosed = { status: 400, body: { code: 400, message: "bad", diagnostics: [{ summary: "no" }] } };
const forbidden = { status: 403, body: { code: 403, message: "Forbidden" } };

/** What goes wrong in Pulumi Cloud, and with it in the provider. */
export const pulumiserviceFaults: Record<string, () => Routes> = {
  "a PATCH that is refused": () => ({ [`PATCH ${environment}`]: forbidden }),
  "a PATCH that is refused after the create": () => {
    let created = false;
    return {
      [`PATCH ${environment}`]: () => {
        if (created) return forbidden;
        created = true;
        return { body: {}, headers: { "pulumi-esc-revision": "3" } };
      },
    };
  },
  "a PATCH that names problems": () => ({ [`PATCH ${environment}`]: diagnosed }),
  "a PATCH that succeeds with an empty list of problems": () => ({
    [`PATCH ${environment}`]: { body: { diagnostics: [] }, headers: { "pulumi-esc-revision": "3" } },
  }),
  "a PATCH that tells no revision": () => ({ [`PATCH ${environment}`]: { body: {} } }),
  "a check that names problems": () => ({ "POST /api/esc/environments/acme/yaml/check": diagnosed }),
  "a check that fails": () => ({ "POST /api/esc/environments/acme/yaml/check": forbidden }),
  "an environment that exists": () => ({
    "POST /api/esc/environments/acme": { status: 409, body: { code: 409, message: "Conflict: exists" } },
  }),
  "an environment that may not be read": () => ({ [`GET ${environment}`]: forbidden }),
  "an environment that may not be deleted": () => ({
    [`DELETE ${environment}`]: { status: 409, body: { code: 409, message: "protected" } },
  }),
  "no metadata": () => ({ [`GET ${environment}/metadata`]: { status: 404, body: { message: "Not Found" } } }),
};

const target = { organization: "acme", project: "default", environment: "app" };

export const pulumiserviceLives: Record<string, Life> = {
  "an environment": {
    type: "pulumiservice:index:Environment",
    inputs: { organization: "acme", project: "default", name: "app", yaml: "  values: {}\n" },
    changes: [{ yaml: "values: {a: 1}" }, { name: "other" }],
  },
  "an environment with a slash in its name": {
    type: "pulumiservice:index:Environment",
    inputs: { organization: "acme", name: "a/b", yaml: "values: {}" },
    changes: [],
  },
  "a team": {
    type: "pulumiservice:index:Team",
    inputs: { organizationName: "acme", teamType: "pulumi", name: "ops", description: "d", members: ["ann"] },
    changes: [{ members: ["bob", "ann"] }, { name: "other" }],
  },
  "a team of no type": {
    type: "pulumiservice:index:Team",
    inputs: { organizationName: "acme", teamType: "slack", name: "ops" },
    changes: [],
  },
  "a team's permission": {
    type: "pulumiservice:index:TeamEnvironmentPermission",
    inputs: { ...target, team: "ops", permission: "open", maxOpenDuration: "60m" },
    changes: [{ permission: "write" }],
  },
  "a team's permission for no time": {
    type: "pulumiservice:index:TeamEnvironmentPermission",
    inputs: { ...target, team: "ops", permission: "open", maxOpenDuration: "an hour" },
    changes: [],
  },
  "a role": {
    type: "pulumiservice:index:OrganizationRole",
    inputs: {
      organizationName: "acme",
      name: "reader",
      description: "Reads trust",
      permissions: allow("oidc_issuers:read"),
    },
    changes: [
      { permissions: allow("auth_policies:read") },
      { name: "renamed" },
      { organizationName: "other" },
    ],
  },
  "a team's role": {
    type: "pulumiservice:index:TeamRoleAssignment",
    inputs: { organizationName: "acme", teamName: "ops", roleId: "r1" },
    changes: [{ roleId: "r2" }],
  },
  "an issuer": {
    type: "pulumiservice:index:OidcIssuer",
    inputs: {
      organization: "acme",
      name: "github",
      url: issuer.url,
      maxExpirationSeconds: 7200,
      thumbprints: ["aa"],
      policies: [{ decision: "allow", tokenType: "team", teamName: "ops", rules: policy.rules }],
    },
    changes: [{ maxExpirationSeconds: 3600 }, { url: "https://example.com" }],
  },
  "an issuer without thumbprints": {
    type: "pulumiservice:index:OidcIssuer",
    inputs: { organization: "acme", name: "github", url: issuer.url },
    changes: [{ name: "renamed" }],
  },
  "an issuer of an administrator's tokens": {
    type: "pulumiservice:index:OidcIssuer",
    inputs: {
      organization: "acme",
      name: "github",
      url: issuer.url,
      policies: [
        {
          decision: "allow",
          tokenType: "organization",
          authorizedPermissions: ["admin"],
          rules: policy.rules,
        },
      ],
    },
    changes: [{ maxExpirationSeconds: 3600 }],
  },
  "a team's permission on a stack": {
    type: "pulumiservice:index:TeamStackPermission",
    inputs: { organization: "acme", project: "program", stack: "production", team: "ops", permission: 101 },
    changes: [{ permission: 102 }, { stack: "staging" }],
  },
  "an environment's webhook": {
    type: "pulumiservice:index:Webhook",
    inputs: {
      organizationName: "acme",
      projectName: "default",
      environmentName: "app",
      active: true,
      displayName: "audit",
      payloadUrl: "https://example.com",
      secret: "hmac",
    },
    changes: [{ active: false }, { environmentName: "other" }],
  },
  "a webhook of no place": {
    type: "pulumiservice:index:Webhook",
    inputs: {
      organizationName: "acme",
      projectName: "default",
      active: true,
      displayName: "a",
      payloadUrl: "u",
    },
    changes: [],
  },
  "a rotation schedule": {
    type: "pulumiservice:index:EnvironmentRotationSchedule",
    inputs: { ...target, scheduleCron: "0 0 * * 0" },
    changes: [{ scheduleCron: "0 0 * * 1" }],
  },
  "a rotation schedule without a time": {
    type: "pulumiservice:index:EnvironmentRotationSchedule",
    inputs: target,
    changes: [],
  },
  "a revision's tag": {
    type: "pulumiservice:index:EnvironmentVersionTag",
    inputs: { ...target, tagName: "stable", revision: 3 },
    changes: [{ revision: 4 }, { tagName: "other" }],
  },
  "an approval rule": {
    type: "pulumiservice:index:ApprovalRule",
    inputs: {
      name: "two people",
      enabled: true,
      targetActionTypes: ["update"],
      environmentIdentifier: { organization: "acme", project: "default", name: "app" },
      approvalRuleConfig: {
        numApprovalsRequired: 1,
        allowSelfApproval: false,
        requireReapprovalOnChange: true,
        eligibleApprovers: [{ teamName: "ops" }],
      },
    },
    changes: [{ enabled: false }, { name: "three people" }],
  },
  "an organization's token": {
    type: "pulumiservice:index:OrgAccessToken",
    inputs: { organizationName: "acme", name: "ci" },
    changes: [{ admin: true }],
    secretInSdk: ["value"],
  },
  "an environment's tag": {
    type: "pulumiservice:api/esc:EnvironmentTag",
    inputs: { orgName: "acme", projectName: "default", envName: "app", name: "owner", value: "DevOps" },
    changes: [{ value: "Security" }, { name: "team" }],
  },
  "the audit log's export": {
    type: "pulumiservice:api:AuditLogExportConfiguration",
    inputs: {
      orgName: "acme",
      newEnabled: true,
      newS3Configuration: { s3BucketName: "audit", iamRoleArn: "arn:aws:iam::123456789012:role/audit" },
    },
    changes: [{ newEnabled: false }, { orgName: "other" }],
  },
  "an environment's settings": {
    type: "pulumiservice:api/esc:EnvironmentSettings",
    inputs: { orgName: "acme", projectName: "default", envName: "app", deletionProtected: true },
    changes: [],
  },
};

const MEMBERS = "GET /api/orgs/acme/members";
const person = (login: string, more: object = {}) => ({
  role: "member",
  user: { name: login, githubLogin: login },
  knownToPulumi: true,
  virtualAdmin: false,
  ...more,
});

/** Functions of the provider, by what they answer. */
export const pulumiserviceFunctions: Record<string, { token: string; args: Properties; routes: Routes }> = {
  "the organization's members, of both lists and every page": {
    token: "pulumiservice:index:getOrganizationMembers",
    args: { organizationName: "acme" },
    routes: { [MEMBERS]: ({ path }) => ({ body: membersPage(new URL(path, "http://x").searchParams) }) },
  },
  "the members of an organization that does not list them": {
    token: "pulumiservice:index:getOrganizationMembers",
    args: { organizationName: "acme" },
    routes: { [MEMBERS]: { status: 403, body: { code: 403, message: "Forbidden" } } },
  },
};

function membersPage(query: URLSearchParams): object {
  const custom = { fgaRole: { id: "r1", name: "reviewer" } };
  const admin = { fgaRole: { id: "r2", name: "admin" }, virtualAdmin: true };
  if (query.get("type") === "frontend") return { members: [person("ann"), person("cat", custom)] };
  if (query.get("continuationToken") === "next") return { members: [person("bob", admin), person("acme")] };
  return { members: [person("ann")], continuationToken: "next" };
}
