import { catalogOf, isDue, labelOf } from "../catalog";
import { TYPES } from "../resource-types";
import { stackRule } from "../rule";

/**
 * A deletion shows a pack nothing: what goes is not among the resources. What it can see is an entry that lives and
 * has no slot beside the others. That a slot leaves together with its entry, the guards refuse.
 */
export const slotsOutliveTheirTombstone = stackRule(
  {
    name: "slots-outlive-their-tombstone",
    description: "A secret of the catalog stays declared until its tombstone expires.",
    remedy: "declare the secret again; to remove it, give its entry a tombstone and wait for that day",
    enforcementLevel: "mandatory",
  },
  function* (args) {
    const names = args.resources.flatMap(({ type, props }) =>
      type === TYPES.organizationSecret ? [String(props.secretName).toUpperCase()] : [],
    );
    // Of two stacks one declares the organization's secrets.
    if (names.length === 0) return;
    const urn = args.resources.find(({ type }) => type === TYPES.catalog)?.urn;
    const today = new Date();
    for (const [index, secret] of (catalogOf(args.resources) ?? []).entries()) {
      if (secret.scope !== "organization" || isDue(secret, today)) continue;
      if (!names.includes(String(secret.name).toUpperCase()))
        yield {
          cause: `${labelOf(secret, index)} is in the catalog, and this stack does not declare it`,
          ...(urn && { urn }),
        };
    }
  },
);
