import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import { learnClaims } from "../standing-trust";

/** Paths of the inputs that the program marked secret, by URN. */
const marks = new Map<string, ReadonlySet<string>>();

/**
 * No rule of its own: it learns which inputs are secret, for those that ask. The engine tells a pack so, but the SDK
 * shows it to remediations alone and gives validations every input in plain text. So this is a remediation, which runs
 * before them and changes nothing. It must keep its level. It also learns which trust policies are the program's own.
 */
export const secretMarks: ResourceValidationPolicy = {
  name: "secret-marks",
  description: "Learns which inputs are secret, for the rules that ask; changes nothing and reports nothing.",
  enforcementLevel: "remediate",
  remediateResource: (args) => {
    marks.set(args.urn, new Set(secretPaths(args.props, [])));
    learnClaims(args);
  },
};

/**
 * Tells of each input of a resource whether it, or what it is part of, is secret.
 *
 * @returns undefined when that is not known, because the pack's config changed the level of `secret-marks`.
 */
export function isSecretIn(urn: string): ((path: readonly string[]) => boolean) | undefined {
  const secret = marks.get(urn);
  if (secret === undefined) return undefined;
  return (path) => path.some((_, index) => secret.has(keyOf(path.slice(0, index + 1))));
}

/** What the rules say that cannot work without it. */
export const WITHOUT_MARKS =
  "which inputs are secret is not known here, for the policy secret-marks did not run; give it the enforcementLevel remediate";

function secretPaths(value: unknown, path: readonly string[]): string[] {
  if (value instanceof Secret) return [keyOf(path)];
  if (typeof value !== "object" || value === null) return [];
  // By descriptor: reading would go through the SDK's proxies, which take the mark off.
  return Object.keys(value).flatMap((key) =>
    secretPaths(Object.getOwnPropertyDescriptor(value, key)?.value, [...path, key]),
  );
}

function keyOf(path: readonly string[]): string {
  return path.join("\0");
}
