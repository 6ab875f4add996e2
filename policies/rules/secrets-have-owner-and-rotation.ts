import { byName, type CatalogSecret, catalogOf, labelOf } from "../catalog";
import { TYPES } from "../resource-types";
import { configOf, each, stackRule } from "../rule";

const DEFAULTS = { longestRotationDays: 365 };

export const secretsHaveOwnerAndRotation = stackRule(
  {
    name: "secrets-have-owner-and-rotation",
    description:
      "Every secret is in a group and has an owner and a number of days after which it is rotated.",
    remedy: "give its entry in the catalog, or the entry's group, what is missing",
    enforcementLevel: "mandatory",
    config: {
      longestRotationDays: {
        type: "integer",
        minimum: 1,
        description: "Most days between two rotations",
        default: DEFAULTS.longestRotationDays,
      },
    },
  },
  function* (args) {
    const { longestRotationDays } = configOf(args, DEFAULTS);
    const slots = args.resources.filter(
      ({ type }) => type === TYPES.organizationSecret || type === TYPES.environmentSecret,
    );
    const secrets = catalogOf(args.resources);
    if (secrets === undefined) {
      if (slots.length > 0) yield { cause: "the stack declares secrets and no catalog of them" };
      return;
    }
    const urn = args.resources.find(({ type }) => type === TYPES.catalog)?.urn;
    for (const [index, secret] of secrets.entries()) {
      for (const cause of causesIn(secret, longestRotationDays))
        yield { cause: `${labelOf(secret, index)} ${cause}`, ...(urn && { urn }) };
    }
    const known = byName(secrets);
    yield* each(slots, function* ({ urn, props }) {
      if (!known.has(String(props.secretName).toUpperCase()))
        yield { cause: "it is declared without an entry in the catalog", urn };
    });
  },
);

function* causesIn(
  { group, owner, rotationDays }: Partial<CatalogSecret>,
  longest: number,
): Generator<string> {
  if (!isName(group)) yield "is in no group";
  if (!isName(owner)) yield "has no owner";
  if (typeof rotationDays !== "number" || !(rotationDays > 0)) yield "has no rotation";
  else if (rotationDays > longest) yield `is rotated less often than every ${longest} days`;
}

function isName(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "";
}
