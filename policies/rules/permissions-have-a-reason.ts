import { reasonsIn } from "../catalog";
import { TYPES } from "../resource-types";
import { grantsIn, touchesValues } from "../role-scopes";
import { configOf, each, stackRule, texts } from "../rule";

/** Levels that show or change values; `read` shows definitions alone. */
const DEFAULTS = { permissions: ["open", "write", "admin"], shortestReason: 10 };

/**
 * A team or a role of the stack's own says its reason in its description. One that people made in Pulumi Cloud is not a resource
 * here: the access policy that names it says why.
 */
export const permissionsHaveAReason = stackRule(
  {
    name: "permissions-have-a-reason",
    description:
      "Every team and role that may open or write an ESC environment has a reason: its description, or an access policy's.",
    remedy:
      "declare the team beside its permission with a description that says why, or name it in an access policy of the catalog; describe the role",
    enforcementLevel: "mandatory",
    config: {
      permissions: texts("Permissions that need a reason", DEFAULTS.permissions),
      shortestReason: {
        type: "integer",
        description: "Fewest characters of a reason",
        default: DEFAULTS.shortestReason,
      },
    },
  },
  function* (args) {
    const { permissions, shortestReason } = configOf(args, DEFAULTS);
    const reasons: Map<unknown, string[]> = reasonsIn(args.resources);
    for (const { type, props } of args.resources) {
      if (type === TYPES.team || type === TYPES.teamByApi)
        reasons.set(props.name, [reasonIn(props.description)]);
    }
    const given = args.resources.filter(({ type }) => type === TYPES.environmentPermission);
    yield* each(given, function* ({ urn, props }) {
      if (!permissions.includes(props.permission)) return;
      const found = reasons.get(props.team);
      if (found === undefined)
        yield { cause: "its team is neither declared in this stack nor named by an access policy", urn };
      else if (!found.some((reason) => reason.length >= shortestReason))
        yield { cause: "neither its team's description nor an access policy gives a reason", urn };
    });
    const roles = args.resources.filter(({ type }) => type === TYPES.role || type === TYPES.roleByApi);
    yield* each(roles, function* ({ urn, props }) {
      const { scopes } = grantsIn(props.permissions ?? props.details);
      if (scopes.some(touchesValues) && reasonIn(props.description).length < shortestReason)
        yield { cause: "its description gives no reason", urn };
    });
  },
);

/** A description without its closing remark in brackets: what a program adds there says which right it is, not why. */
function reasonIn(description: unknown): string {
  return String(description ?? "")
    .replace(/\([^()]*\)\s*$/, "")
    .trim();
}
