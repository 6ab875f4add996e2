import { type AccessFact, type CatalogSecret, catalogOf, isDue, labelOf, policiesIn } from "../catalog";
import { TYPES } from "../resource-types";
import { stackRule } from "../rule";

/**
 * Whoever opens one deployment environment has the value of each other one that shares it. The pack goes by what the
 * catalog says of all stacks: permissions that are declared beside it it sees only in the stack that declares them.
 */
export const sharedValuesAreAcknowledged = stackRule(
  {
    name: "shared-values-are-acknowledged",
    description:
      "A credential with one value in environments that different people may open has a reason for it in the catalog.",
    remedy:
      "give its entry a value per environment (perEnvironment: true), or say in the entry or its group why the value may be shared (sharedBecause)",
    enforcementLevel: "mandatory",
  },
  function* (args) {
    const urn = args.resources.find(({ type }) => type === TYPES.catalog)?.urn;
    const today = new Date();
    const policies = policiesIn(args.resources);
    const opening = policies.filter(({ level }) => level !== "read");
    for (const [index, secret] of (catalogOf(args.resources) ?? []).entries()) {
      if (!isShared(secret) || hasReason(secret) || isDue(secret, today)) continue;
      const policy = wideningPolicy(secret, opening);
      if (policy === undefined) continue;
      // By its place: what stands for its name may be anything.
      const place = `policies[${policies.indexOf(policy)}]`;
      const cause = `${labelOf(secret, index)} has one value in environments that different people may open: ${place} opens some of them`;
      yield { cause, ...(urn && { urn }) };
    }
  },
);

function isShared({ scope, credential }: Partial<CatalogSecret>): boolean {
  return scope === "organization" && credential !== false;
}

function hasReason({ sharedBecause }: Partial<CatalogSecret>): boolean {
  return typeof sharedBecause === "string" && sharedBecause.trim() !== "";
}

/** The first policy for somebody who may open a secret in some of its environments and not in the others. */
function wideningPolicy(
  { group, environments }: Partial<CatalogSecret>,
  policies: readonly Partial<AccessFact>[],
): Partial<AccessFact> | undefined {
  const here = policies.filter(({ groups }) => groups === "all" || listOf(groups).includes(group));
  return here.find((policy) =>
    listOf(policy.identities).some((identity) => {
      const theirs = here.filter(({ identities }) => listOf(identities).includes(identity));
      const open = new Set(theirs.flatMap((each) => listOf(each.environments)));
      const count = listOf(environments).filter((each) => open.has(each)).length;
      return count > 0 && count < listOf(environments).length;
    }),
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
