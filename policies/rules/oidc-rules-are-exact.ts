import { TYPES } from "../resource-types";
import { configOf, resourceRule, texts } from "../rule";
import { exact, hasDot, isGitHub, isId, type Rules } from "../trust-policy";

/** Claims of GitHub that say from which branch a job's code comes, or from which guarded environment. */
const DEFAULTS = { places: ["ref", "environment", "base_ref"] };

/** A name with a dot in it matches its neighbours; an id beside it does not. */
export const oidcRulesAreExact = resourceRule(
  {
    name: "oidc-rules-are-exact",
    description:
      "A trust policy names one audience, one repository and one branch or environment, without a wildcard.",
    remedy:
      "name the claims aud, repository and ref or environment exactly; beside a repository with a dot in its name, repository_id",
    enforcementLevel: "mandatory",
    config: { places: texts("Claims of which one must be there", DEFAULTS.places) },
  },
  (type) => type === TYPES.issuer,
  function* (args) {
    const { places } = configOf(args, DEFAULTS);
    const ofGitHub = isGitHub(args.props.url);
    for (const [index, policy] of (args.props.policies ?? []).entries()) {
      if (policy.decision === "deny") continue;
      const rules: Rules = policy.rules ?? {};
      const causes = ofGitHub ? githubCauses(rules, places) : otherCauses(rules);
      for (const cause of causes) yield `policies[${index}] ${cause}`;
    }
  },
);

function* githubCauses(rules: Rules, places: readonly string[]): Generator<string> {
  yield* exact(rules, "aud");
  yield* exact(rules, "repository");
  if (hasDot(rules.repository) && !isId(rules.repository_id))
    yield "also trusts repositories whose name has another character for its dot";
  const named = places.filter((place) => rules[place] !== undefined);
  if (named.length === 0) yield `pins no branch (none of ${places.join(", ")})`;
  for (const place of named) {
    yield* exact(rules, place);
    // One exact place narrows the others.
    if (hasDot(rules[place]) && named.every((each) => hasDot(rules[each])))
      yield `also trusts a ${place} that has another character for its dot`;
  }
}

/** Another issuer's claims are its own; these two it must have. */
function* otherCauses(rules: Rules): Generator<string> {
  yield* exact(rules, "aud");
  yield* exact(rules, "sub");
}
