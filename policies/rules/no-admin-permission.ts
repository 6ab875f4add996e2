import { TYPES } from "../resource-types";
import { resourceRule } from "../rule";

const GIVERS: readonly string[] = [TYPES.environmentPermission, TYPES.issuer];

export const noAdminPermission = resourceRule(
  {
    name: "no-admin-permission",
    description: "No team and no identity is given admin, which includes the right to delete.",
    remedy:
      "give the least that does: read, open or write; who must administer does it as an organization's admin",
    enforcementLevel: "mandatory",
  },
  (type) => GIVERS.includes(type),
  function* ({ type, props }) {
    if (type === TYPES.environmentPermission) {
      if (props.permission === "admin") yield "it gives a team admin on an ESC environment";
      else if (props.permission === undefined) yield "its permission is not declared";
      return;
    }
    for (const [index, policy] of (props.policies ?? []).entries()) {
      if (policy.decision === "deny") continue;
      if ((policy.authorizedPermissions ?? []).includes("admin"))
        yield `policies[${index}] gives the identity admin on the organization`;
    }
  },
);
