import { TYPES } from "../resource-types";
import { configOf, each, stackRule, texts } from "../rule";

/** Levels that show or change values; `read` shows definitions alone. */
const DEFAULTS = { permissions: ["open", "write", "admin"], shortestReason: 10 };

export const permissionsHaveAReason = stackRule(
  {
    name: "permissions-have-a-reason",
    description:
      "Every team that may open or write an ESC environment is declared with a description that says why.",
    remedy:
      "declare the team beside its permission, with a description that gives the reason of its access policy",
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
    const reasons = new Map<unknown, string>();
    for (const { type, props } of args.resources) {
      if (type === TYPES.team) reasons.set(props.name, String(props.description ?? "").trim());
    }
    const given = args.resources.filter(({ type }) => type === TYPES.environmentPermission);
    yield* each(given, function* ({ urn, props }) {
      if (!permissions.includes(props.permission)) return;
      const reason = reasons.get(props.team);
      if (reason === undefined) yield { cause: "its team is not declared in this stack", urn };
      else if (reason.length < shortestReason) yield { cause: "its team's description gives no reason", urn };
    });
  },
);
