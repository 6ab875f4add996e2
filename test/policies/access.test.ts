import { TYPES } from "../../policies/resource-types";
import { accessOf } from "../../src/access/team-access";
import { checksOf } from "./check-rule";
import { UNKNOWN } from "./run-pack";
import {
  ADMIN_CLAIMS,
  CLAIMS,
  catalog,
  ENTRY,
  environment,
  issuer,
  POLICY,
  permission,
  settings,
  stack,
  stage,
  team,
  withoutUndefined,
} from "./told-stack";

describe("no-admin-permission", () => {
  const { passes, refuses, cannotKnow } = checksOf("no-admin-permission");
  const level = (value: unknown) => permission({ inputs: { permission: value } });

  it("lets pass read, open and write, and identities of a team", async () => {
    await passes([level("read"), level("open"), level("write"), issuer()]);
  });

  it("refuses admin for a team and for an identity, and a missing level", async () => {
    await refuses(
      [level("admin"), issuer(CLAIMS, { authorizedPermissions: ["admin"] }), level(undefined)],
      [/gives a team admin/, /policies\[0\] gives the identity admin/, /is not declared/],
    );
  });

  const role = (permissions: unknown) => ({
    ...permission(),
    type: "pulumiservice:index:OrganizationRole",
    inputs: { name: "r", permissions },
  });

  it("lets pass a role that reads, and refuses one that changes the organization, however deep that stands", async () => {
    const allow = (...permissions: string[]) => ({ __type: "PermissionDescriptorAllow", permissions });
    await passes([role(allow("oidc_issuers:read", "auth_policies:read", "stack:write")), role({})]);
    const group = {
      __type: "PermissionDescriptorGroup",
      entries: [allow("team:read"), allow("auth_policies:update")],
    };
    await refuses([role(group)], [/its role administers the organization: auth_policies:update/]);
  });

  it("lets pass an issuer without policies and a policy that denies", async () => {
    const deny = { decision: "deny", authorizedPermissions: ["admin"] };
    await passes([{ ...issuer(), inputs: {} }, issuer(CLAIMS, deny)]);
  });

  const config = { administrators: ["program-production"] };
  const admin = (rules: Record<string, unknown> = ADMIN_CLAIMS, more = {}) =>
    issuer(rules, { tokenType: "organization", authorizedPermissions: ["admin"], ...more });

  it("lets pass the job that the config names, pinned to its workflow file, and nobody without a config", async () => {
    await passes([admin()], config);
    await refuses([admin()], [/policies\[0\] gives the identity admin on the organization/]);
    await refuses([admin()], [/gives the identity admin/], { administrators: ["program-*"] });
    await refuses([admin({ ...ADMIN_CLAIMS, environment: "production" })], [/identity admin/], config);
    await refuses([admin({ ...ADMIN_CLAIMS, environment: undefined })], [/identity admin/], config);
  });

  it("refuses an administrator of the config who could be another job", async () => {
    for (const claim of ["aud", "repository", "repository_id"])
      await refuses(
        [admin({ ...ADMIN_CLAIMS, [claim]: undefined })],
        [new RegExp(`pin the claim ${claim}`)],
        config,
      );
    for (const claim of ["ref", "workflow_ref"])
      await refuses(
        [admin({ ...ADMIN_CLAIMS, [claim]: undefined })],
        [new RegExp(`more than one job: it does not pin the claim ${claim}`), /workflow from another ref/],
        config,
      );
    const file = ADMIN_CLAIMS.workflow_ref;
    const loose: [object, RegExp][] = [
      [{ repository_id: "47*" }, /does not pin the claim repository_id/],
      [{ workflow_ref: file.replace("deploy", "*") }, /wildcard in the claim workflow_ref/],
      [{ workflow_ref: file.replace("main", "other") }, /takes the workflow from another ref/],
      [{ ref: "refs/tags/v1", workflow_ref: file.replace("heads/main", "tags/v1") }, /not one branch/],
      [{ ref: "refs/heads/v1.0", workflow_ref: file.replace("main", "v1.0") }, /not one branch/],
    ];
    for (const [change, words] of loose)
      await refuses([admin({ ...ADMIN_CLAIMS, ...change })], [words], config);
    await refuses([admin({ ...ADMIN_CLAIMS, environment: "*" })], [/wildcard in the claim environment/], {
      administrators: ["*"],
    });
  });

  it("refuses admin of an issuer that is not GitHub's, whatever the config names", async () => {
    const elsewhere = { ...admin(), inputs: { ...admin().inputs, url: "https://gitlab.com" } };
    await refuses([elsewhere], [/gives the identity admin/], config);
  });

  it("refuses a person's token for an identity, admin on a stack, and an organization's admin token", async () => {
    const stackPermission = (permission: unknown) => ({
      type: TYPES.stackPermission,
      name: "stack",
      inputs: withoutUndefined({ team: "deployers", permission }),
    });
    const token = (inputs: object) => ({
      type: TYPES.organizationToken,
      name: "token",
      inputs: { ...inputs },
    });
    await passes([stackPermission(101), stackPermission(102), token({ admin: false }), token({})]);
    await refuses(
      [issuer(CLAIMS, { tokenType: "personal" }), stackPermission(103), stackPermission(undefined)],
      [/a person's token/, /gives a team admin on a stack/, /permission is not declared/],
    );
    await refuses([token({ admin: true })], [/token that administers the organization/]);
    await cannotKnow([stackPermission(UNKNOWN)], "permission");
    await cannotKnow([token({ admin: UNKNOWN })], "admin");
    await cannotKnow([role(UNKNOWN)], "permissions");
  });

  it("says when a preview does not know the level, or a claim of an administrator", async () => {
    await cannotKnow([level(UNKNOWN)], "permission");
    await cannotKnow(
      [admin({ ...ADMIN_CLAIMS, environment: UNKNOWN })],
      "policies.0.rules.environment",
      config,
    );
  });
});

describe("permissions-have-a-reason", () => {
  const { passes, refuses, cannotKnow } = checksOf("permissions-have-a-reason");
  const reason = (description: unknown) => team({ inputs: { description } });

  it("lets pass a team with a reason, and reading without one", async () => {
    await passes([team(), permission()]);
    await passes([permission({ inputs: { permission: "read" } })]);
  });

  it("refuses a team whose description is missing, blank or too short, and one that nobody names", async () => {
    for (const description of [undefined, "          ", "why not"])
      await refuses([reason(description), permission()], [/nor an access policy gives a reason/]);
    await refuses([permission()], [/neither declared in this stack nor named by an access policy/]);
  });

  it("takes what the program itself adds to a policy's words for no reason", async () => {
    const described = (why: string) => {
      const policy = { name: "on-call", why, groups: "all" as const, environments: ["production"] };
      const identities = [{ type: "user" as const, name: "developer" }];
      const naming = { escProject: "default", application: "shop" };
      const { teams } = accessOf(naming, "production", ["keys"], [{ ...policy, identities, level: "open" }]);
      return teams.at(-1)?.own?.description;
    };
    for (const why of ["why not", ""])
      await refuses([reason(described(why)), permission()], [/gives a reason/]);
    await passes([reason(described("On-call restarts the shop")), permission()]);
  });

  const policies = (...given: unknown[]) => ({
    ...catalog(),
    outputs: { secrets: [ENTRY], policies: given },
  });
  const WHY = "On-call restarts the shop with production's values";
  const onCall = { name: "on-call", why: WHY, teams: ["shop-production-sync"] };

  it("lets pass a team made elsewhere that an access policy of the catalog names with its reason", async () => {
    await passes([policies({ ...onCall, why: "why not" }, onCall), permission()]);
  });

  it("refuses one that no policy names, or none with a reason, and takes no malformed policy for one", async () => {
    await refuses(
      [policies({ ...onCall, teams: ["others"] }), permission()],
      [/nor named by an access policy/],
    );
    await refuses([policies({ ...onCall, why: "  why not    " }), permission()], [/gives a reason/]);
    const malformed = [{ why: WHY }, { teams: onCall.teams }, { ...onCall, teams: "shop-production-sync" }];
    await refuses([policies(...malformed), permission()], [/nor named/]);
    await refuses([{ ...catalog(), outputs: { policies: "none" } }, permission()], [/nor named/]);
  });

  it("lets no policy speak for a team that is declared without a reason", async () => {
    await refuses([policies(onCall), reason("why not"), permission()], [/gives a reason/]);
  });

  it("takes levels and length from the config", async () => {
    await refuses([reason("short"), permission({ inputs: { permission: "read" } })], [/gives a reason/], {
      permissions: ["read"],
    });
    await passes([reason("short"), permission()], { shortestReason: 3 });
  });

  it("says when a preview does not know the team, and checks the others", async () => {
    await cannotKnow([team(), permission({ inputs: { team: UNKNOWN } })], "team");
    await cannotKnow([{ ...catalog(), outputs: { policies: UNKNOWN } }, permission()], "policies");
  });
});

describe("shared-values-are-acknowledged", () => {
  const { passes, refuses, cannotKnow } = checksOf("shared-values-are-acknowledged");
  const facts = (entry: object, ...policies: object[]) => ({
    ...catalog(),
    outputs: { secrets: [entry], policies: policies.map((policy) => ({ ...POLICY, ...policy })) },
  });
  const staging = { environments: ["staging"] };

  it("lets pass a value that the same people open everywhere, or that says why it is shared", async () => {
    await passes([catalog()]);
    await passes([facts({ ...ENTRY, sharedBecause: "The vendor gives one key an account" }, staging)]);
    await passes([facts(ENTRY, staging, { name: "second", environments: ["production"] })]);
  });

  it("lets pass what is not a credential, has a value per environment, or is read by names alone", async () => {
    await passes([facts({ ...ENTRY, credential: false }, staging)]);
    await passes([facts({ ...ENTRY, scope: "environment" }, staging)]);
    await passes([facts({ ...ENTRY, environments: ["staging"] }, staging)]);
    await passes([
      facts(ENTRY, { ...staging, level: "read" }),
      facts(ENTRY, { ...staging, groups: ["other"] }),
    ]);
  });

  it("refuses a policy that opens some of its environments, naming both", async () => {
    await refuses(
      [facts(ENTRY, {}, { name: "developers", identities: ["user dev"], ...staging })],
      [/A_KEY has one value .* policies\[1\] opens some of them/],
    );
  });

  it("takes no malformed policy for one, and says when a preview does not know them", async () => {
    await passes([facts(ENTRY, { identities: "user ann", ...staging }, { environments: 7 })]);
    await cannotKnow([{ ...catalog(), outputs: { secrets: [ENTRY], policies: UNKNOWN } }], "policies");
  });
});

describe("production-environments-protected", () => {
  const { passes, refuses, cannotKnow } = checksOf("production-environments-protected");
  const composite = (yaml: string) => environment({ protect: false, ignoreChanges: [], inputs: { yaml } });
  const around = (...resources: Parameters<typeof passes>[0]) => [
    stack(),
    stage(),
    stage("staging"),
    ...resources,
  ];

  it("lets pass an environment with both protections", async () => passes(around(settings(), environment())));

  it("refuses one without either", async () => {
    await refuses(around(environment({ protect: false })), [/is not protected/, /lets anyone/]);
    const off = settings({ inputs: { deletionProtected: false } });
    await refuses(around(off, environment()), [/lets anyone/]);
    await refuses(around(settings({ inputs: { deletionProtected: undefined } }), environment()), [
      /lets anyone/,
    ]);
  });

  it("forgets what an earlier run declared", async () => {
    await passes(around(settings(), environment()));
    await refuses(around(environment()), [/lets anyone/]);
  });

  it("lets pass what is not there yet, what imports, and other environments", async () => {
    const coming = environment();
    await passes(around({ ...coming, outputs: { ...coming.inputs, environmentId: UNKNOWN } }));
    await passes(around(composite("imports:\n  - a\n")));
    await passes(around(environment({ protect: false, parent: "sophia-secrets:esc:Stage::staging" })));
  });

  it("knows production by its name where no component says it, and by the config", async () => {
    const alone = environment({ protect: false, parent: "" });
    await refuses(around(settings(), alone), [/is not protected/]);
    await passes(around(alone), { environments: ["live"] });
  });

  it("says when a preview does not know an environment's text", async () => {
    await cannotKnow(around(settings(), environment({ outputs: { name: "a", yaml: UNKNOWN } })), "yaml");
  });
});
