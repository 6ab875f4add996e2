import { TYPES } from "../../../policies/resource-types";
import type { Told } from "../run-pack";
import { allow, role, roleOfTeam } from "../told-settings";
import {
  ADMIN_CLAIMS,
  CLAIMS,
  catalog,
  ENTRY,
  environment,
  issuer,
  organizationSecret,
  POLICY,
  permission,
  settings,
  stack,
  stage,
  withoutUndefined,
} from "../told-stack";
import type { Kind } from "./kind";

const of = (type: string, inputs: Record<string, unknown>): Told => ({ type, name: "thing", inputs });
const trust = (rules: Record<string, unknown>, more: Record<string, unknown> = {}): Told =>
  issuer(rules, more);
const byApi = (rules: Record<string, unknown>, more: Record<string, unknown> = {}): Told =>
  of(TYPES.trustPolicy, {
    policyId: "p",
    policies: [
      { decision: "allow", tokenType: "team", teamName: "t", rules: withoutUndefined(rules), ...more },
    ],
  });
const { aud, repository, repository_id, environment: job } = CLAIMS;
const facts = (entry: object, policy: object): Told => ({
  ...catalog(),
  outputs: { secrets: [entry], policies: [{ ...POLICY, ...policy }] },
});
const BASE = { aud, repository, repository_id };
const text = (yaml: string, more = {}) =>
  environment({ protect: false, ignoreChanges: [], inputs: { yaml }, ...more });
const when = (condition: unknown, subNode: unknown) => ({
  __type: "PermissionDescriptorCondition",
  condition,
  subNode,
});
const ONE = {
  __type: "PermissionExpressionEqual",
  left: { __type: "PermissionExpressionEnvironment" },
  right: { __type: "PermissionLiteralExpressionEnvironment", identity: "e-1" },
};

export const RIGHTS: readonly Kind[] = [
  {
    name: "a member of an organization as admin",
    rule: "no-admin-permission",
    examples: [
      of(TYPES.member, { username: "ann", role: "admin" }),
      of(TYPES.memberByApi, { userLogin: "ann", role: "Admin" }),
      of(TYPES.githubMember, { username: "ann", role: "admin" }),
    ],
    cause: /makes a person an administrator/,
  },
  {
    name: "admin for a team on an ESC environment, a stack or a repository",
    rule: "no-admin-permission",
    examples: [
      permission({ inputs: { permission: "admin" } }),
      of(TYPES.stackPermission, { permission: 103 }),
      of(TYPES.teamRepository, { permission: "admin" }),
      of(TYPES.collaborator, { permission: "admin" }),
      of(TYPES.collaborators, { users: [{ username: "ann", permission: "admin" }] }),
      of(TYPES.githubSettings, { defaultRepositoryPermission: "write" }),
    ],
    cause: /gives (?:a team|a person|every member|admin)/,
  },
  {
    name: "a role that administers the organization",
    rule: "no-admin-permission",
    examples: [
      role(allow("auth_policies:update")),
      role(allow("org_member:set_admin")),
      role(allow("*")),
      role(when(ONE, allow("role:create"))),
      of(TYPES.roleByApi, { details: allow("team:create_token") }),
      of(TYPES.githubRole, { permissions: ["write_organization_actions_secrets"] }),
      of(TYPES.githubRole, { baseRole: "admin", permissions: [] }),
    ],
    cause: /administers the organization|admin of every repository/,
  },
  {
    name: "a role that opens or writes every ESC environment",
    rule: "no-admin-permission",
    examples: [
      role(allow("environment:open")),
      role(allow("environment:read", "environment:write")),
      role({ __type: "PermissionDescriptorGroup", entries: [allow("environment:read_decrypt")] }),
      role(when({ __type: "PermissionLiteralExpressionBool", value: true }, allow("environment:open"))),
      role(when({ __type: "PermissionExpressionNot", node: ONE }, allow("environment:open"))),
      role(allow("stack:decrypt")),
      of(TYPES.roleByApi, { details: allow("environment_version:open") }),
    ],
    cause: /reaches the values of every environment/,
  },
  {
    name: "a role that deletes ESC environments or changes who has access",
    rule: "no-admin-permission",
    examples: [
      role(allow("environment:delete")),
      role(allow("environment_access:update")),
      role(allow("environment_settings:update")),
      role(allow("environment:*")),
      role(when(ONE, allow("environment:delete"))),
    ],
    cause: /can delete or change who has access/,
  },
  {
    name: "a role that includes other roles by id",
    rule: "no-admin-permission",
    examples: [role({ __type: "PermissionDescriptorCompose", permissionDescriptors: ["r-1"] })],
    cause: /includes other roles/,
  },
  {
    name: "a role of another stack for a team, a person or a token",
    rule: "roles-are-declared-here",
    examples: [
      roleOfTeam({ dependsOn: {} }),
      of(TYPES.roleOfTeamByApi, { teamName: "ops", roleID: "r-1" }),
      of(TYPES.member, { username: "ann", roleId: "r-1" }),
      of(TYPES.organizationTokenByApi, { roleID: "r-1" }),
      of(TYPES.githubRoleOfTeam, { teamSlug: "ops", roleId: 8136 }),
      of(TYPES.githubRoleOfUser, { login: "ann", roleId: 8136 }),
    ],
    cause: /assigns a role that this stack does not declare/,
  },
  {
    name: "a role that opens an ESC environment without a reason",
    rule: "permissions-have-a-reason",
    examples: [
      role(when(ONE, allow("environment:open")), {
        inputs: { permissions: when(ONE, allow("environment:open")) },
      }),
    ],
    cause: /its description gives no reason/,
  },
  {
    name: "an access policy that opens one value for several environments, without a reason",
    rule: "shared-values-are-acknowledged",
    examples: [
      facts(ENTRY, { environments: ["staging"] }),
      facts(ENTRY, { environments: ["staging"], groups: ["keys"], level: "write" }),
      facts({ ...ENTRY, sharedBecause: " " }, { environments: ["production"] }),
      facts({ ...ENTRY, credential: undefined }, { environments: ["production"] }),
    ],
    cause: /A_KEY has one value in environments that different people may open: policies\[0\]/,
  },
  {
    name: "an access token of an organization, a team or a person",
    rule: "no-standing-tokens",
    examples: [
      of(TYPES.organizationToken, { name: "ci", admin: false }),
      of(TYPES.organizationTokenByApi, { name: "ci", expires: 0 }),
      of(TYPES.teamToken, { name: "ci", teamName: "ops" }),
      of(TYPES.teamTokenByApi, { name: "ci", teamName: "ops", expires: 0 }),
      of(TYPES.personalToken, { description: "ci" }),
      of(TYPES.personalTokenByApi, { description: "ci", expires: 0 }),
    ],
    cause: /it is an? \w+'s token/,
  },
  {
    name: "a deploy key that pushes",
    rule: "no-standing-tokens",
    examples: [of(TYPES.deployKey, { title: "ci", key: "ssh-ed25519 AAAA", readOnly: false })],
    cause: /can push/,
  },
  {
    name: "a person's token, or an administrator's, for an identity",
    rule: "no-admin-permission",
    examples: [
      trust(CLAIMS, { tokenType: "personal", userLogin: "ann" }),
      trust(CLAIMS, { tokenType: "organization", authorizedPermissions: ["admin"] }),
      byApi(CLAIMS, { tokenType: "personal", userLogin: "ann" }),
      byApi(ADMIN_CLAIMS, { tokenType: "organization", authorizedPermissions: ["admin"] }),
    ],
    cause: /gives the identity/,
  },
  {
    name: "trust on a GitHub environment alone",
    rule: "oidc-rules-are-exact",
    examples: [
      trust({ ...BASE, environment: job }),
      byApi({ ...BASE, environment: job }),
      trust({ aud, environment: job }),
      trust({ ...BASE, sub: "repo:acme/infrastructure:environment:production" }),
    ],
    cause: /pins no branch|does not pin the claim repository/,
  },
  {
    name: "trust on other claims that pin no code",
    rule: "oidc-rules-are-exact",
    examples: [
      trust({ ...BASE, base_ref: "main" }),
      trust({ ...BASE, event_name: "pull_request", base_ref: "main" }),
      trust({ ...BASE, actor: "ann" }),
      trust({ ...BASE, ref_protected: "true", ref_type: "branch" }),
      trust({ ...BASE, ref: "refs/pull/12/merge" }),
      trust(
        { ...BASE, event_name: "pull_request", base_ref: "main", environment: "preview" },
        { tokenType: "organization" },
      ),
    ],
    cause: /pins no branch|the code of a pull request/,
  },
  {
    name: "trust on a name with a wildcard, or without a repository or an audience",
    rule: "oidc-rules-are-exact",
    examples: [
      trust({ ...CLAIMS, repository: "acme/*" }),
      trust({ ...CLAIMS, ref: "refs/heads/*" }),
      trust({ ...CLAIMS, environment: "prod?" }),
      trust({ ...CLAIMS, aud: undefined }),
      trust({ ...CLAIMS, repository: undefined, repository_owner: "acme" }),
      { ...trust({ aud, sub: "repo:acme/infrastructure:environment:production" }) },
      {
        ...issuer(),
        inputs: {
          ...trust({ aud, sub: "repo:acme/infrastructure:environment:production" }).inputs,
          url: "https://token.actions.githubusercontent.com/acme",
        },
      },
    ],
    cause: /wildcard|does not pin the claim/,
  },
  {
    name: "an ESC environment of production that anyone deletes, whatever its text says",
    rule: "production-environments-protected",
    beside: [stack(), stage()],
    examples: [
      text("imports: []\nvalues: {}"),
      text("imports: [shop/base]\nvalues: {}"),
      text("imports: [shop/base]\nvalues: {a: b}"),
      text("imports: [shop/base]\nvalues: {a: {fn::secret: {ciphertext: ZXNjeAAAAAEA}}}"),
      text("description: |\n  of\nimports:\n"),
      text("imports: [shop/base]", { ignoreChanges: ["yaml"] }),
      text("values: {}", { parent: "", inputs: { name: "shop_prod_keys" } }),
      text("values: {}", { parent: "", inputs: { project: "production", name: "shop-keys" } }),
      environment({
        type: TYPES.environmentByApi,
        protect: false,
        inputs: { organization: undefined, orgName: "acme" },
      }),
    ],
    cause: /is not protected in the stack|lets anyone/,
  },
  {
    name: "deletion protection that is turned off",
    rule: "production-environments-protected",
    beside: [stack(), stage(), settings({ inputs: { deletionProtected: false } })],
    examples: [environment()],
    cause: /lets anyone/,
  },
  {
    name: "an organization secret for every repository",
    rule: "organization-secrets-not-for-all",
    examples: [
      organizationSecret({ inputs: { visibility: "all" } }),
      of("github:index/dependabotOrganizationSecret:DependabotOrganizationSecret", { visibility: "all" }),
      of("github:index/codespacesOrganizationSecret:CodespacesOrganizationSecret", { visibility: "all" }),
    ],
    cause: /every repository/,
  },
];
