import { TYPES } from "../../policies/resource-types";
import { checksOf } from "./check-rule";
import { type Told, UNKNOWN } from "./run-pack";
import { allow, role, roleOfTeam } from "./told-settings";

const of = (type: string, inputs: Record<string, unknown>): Told => ({ type, name: "thing", inputs });
const ONE = {
  __type: "PermissionExpressionEqual",
  left: { __type: "PermissionExpressionEnvironment" },
  right: { __type: "PermissionLiteralExpressionEnvironment", identity: "e-1" },
};
const when = (condition: unknown, ...scopes: string[]) => ({
  __type: "PermissionDescriptorCondition",
  condition,
  subNode: allow(...scopes),
});

describe("no-standing-tokens", () => {
  const { passes, refuses, cannotKnow } = checksOf("no-standing-tokens");
  const key = (readOnly?: unknown) => of(TYPES.deployKey, readOnly === undefined ? {} : { readOnly });

  it("lets pass a deploy key that reads, said or not, and what the config names", async () => {
    await passes([key(true), key()]);
    await passes([of(TYPES.teamToken, {})], { allowed: ["thing"] });
  });

  it("refuses every kind of token, and a key that pushes", async () => {
    await refuses(
      [
        of(TYPES.organizationToken, { admin: false }),
        of(TYPES.teamToken, {}),
        of(TYPES.personalToken, {}),
        key(false),
      ],
      [/an organization's token/, /a team's token/, /a person's token/, /can push/],
    );
  });

  it("refuses a token without any input, and says when a preview does not know whether a key pushes", async () => {
    await refuses([of(TYPES.personalTokenByApi, {})], [/a person's token/]);
    await cannotKnow([key(UNKNOWN)], "readOnly");
  });
});

describe("roles-are-declared-here", () => {
  const { passes, refuses, cannotKnow } = checksOf("roles-are-declared-here");
  const other = (roleId?: unknown) =>
    roleOfTeam({ dependsOn: {}, inputs: roleId === undefined ? {} : { roleId } });

  it("lets pass a role of this stack, by its resource before its id is known, and by its id after", async () => {
    await passes([role(allow("team:read")), roleOfTeam({ inputs: { roleId: UNKNOWN } })]);
    await passes([role(allow("team:read"), { outputs: { roleId: "r-1" } }), other("r-1")]);
  });

  it("refuses one of another stack, unless the config names it", async () => {
    await refuses(
      [role(allow("team:read")), other("r-1")],
      [/assigns a role that this stack does not declare/],
    );
    await passes([other("r-1")], { roles: ["r-1"] });
    const member = of(TYPES.member, { username: "ann", roleId: "r-1" });
    await refuses(
      [member, of(TYPES.githubRoleOfUser, { roleId: 8136 })],
      [/assigns a role/, /assigns a role/],
    );
  });

  it("lets pass a member without a role, and says when a preview does not know which it is", async () => {
    await passes([of(TYPES.member, { username: "ann", role: "member" }), other()]);
    await cannotKnow([other(UNKNOWN)], "roleId");
  });
});

describe("no-admin-permission, in roles and members", () => {
  const { passes, refuses, cannotKnow } = checksOf("no-admin-permission");

  it("lets pass a role that opens one environment, and reading everywhere", async () => {
    const both = {
      __type: "PermissionExpressionAnd",
      left: ONE,
      right: { __type: "PermissionExpressionHasTag" },
    };
    await passes([
      role(when(ONE, "environment:open", "environment:write")),
      role(when(both, "environment:open")),
    ]);
    await passes([
      role(allow("environment:read", "environment:list", "environment_version:read", "stack:write")),
    ]);
  });

  it("refuses one on every environment, however its condition is written", async () => {
    const or = (right: unknown) => ({ __type: "PermissionExpressionOr", left: ONE, right });
    await passes([role(when(or(ONE), "environment:open"))]);
    for (const condition of [undefined, or({}), { __type: "PermissionExpressionHasTag", key: "a" }])
      await refuses(
        [role(when(condition, "environment:open"))],
        [/reaches the values of every environment or stack: environment:open/],
      );
  });

  it("refuses deletion and granting access on one environment too, and shows no scope that is none", async () => {
    await refuses([role(when(ONE, "environment:delete"))], [/can delete or .*: environment:delete/]);
    await refuses([role(allow("environment: hunter2*"))], [/can delete or .*: one of its scopes/]);
  });

  it("lets pass people whom the config names for an emergency, and members and roles without admin", async () => {
    const admin = of(TYPES.member, { username: "ann", role: "admin" });
    await refuses([admin], [/makes a person an administrator/]);
    await passes([admin], { allowed: ["thing"] });
    await passes([of(TYPES.member, { username: "ann" }), of(TYPES.githubMember, {}), role(undefined)]);
  });

  it("says when a preview does not know a role's scopes or a member's role", async () => {
    await cannotKnow([of(TYPES.member, { role: UNKNOWN })], "role");
    await cannotKnow([of(TYPES.roleByApi, { details: UNKNOWN })], "details");
  });
});

describe("permissions-have-a-reason, of roles", () => {
  const { passes, refuses, cannotKnow } = checksOf("permissions-have-a-reason");
  const described = (description: unknown) =>
    role(undefined, {
      inputs: {
        permissions: when(ONE, "environment:open"),
        ...(description === undefined ? {} : { description }),
      },
    });

  it("lets pass a role that says why, and one that opens nothing", async () => {
    await passes([described("On-call restarts the shop"), role(allow("team:read"), { inputs: {} })]);
  });

  it("refuses one whose description is missing or too short", async () => {
    await refuses([described(undefined), described("why")], [/gives no reason/, /gives no reason/]);
  });

  it("says when a preview does not know its scopes", async () => {
    await cannotKnow([role(UNKNOWN)], "permissions");
  });
});
