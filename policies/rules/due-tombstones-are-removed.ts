import { catalogOf, isDue, labelOf } from "../catalog";
import { TYPES } from "../resource-types";
import { stackRule } from "../rule";

export const dueTombstonesAreRemoved = stackRule(
  {
    name: "due-tombstones-are-removed",
    description: "An entry leaves the catalog once its tombstone's day has come and the secret is gone.",
    remedy: "run pulumi up and a sync, then remove its line from the catalog",
    enforcementLevel: "advisory",
  },
  function* (args) {
    const urn = args.resources.find(({ type }) => type === TYPES.catalog)?.urn;
    const today = new Date();
    for (const [index, secret] of (catalogOf(args.resources) ?? []).entries()) {
      if (isDue(secret, today)) yield { cause: `${labelOf(secret, index)} is due`, ...(urn && { urn }) };
    }
  },
);
