import { configOf, resourceRule, texts } from "../rule";
import { ownersOf } from "../standing-trust";
import { exact, hasDot, isAllowed, isId, policiesOf, type Rules, type TrustPolicy } from "../trust-policy";

/** Claims of GitHub that say from which branch a job's code comes. */
const DEFAULTS = { places: ["ref", "workflow_ref", "job_workflow_ref"] };

/**
 * A name with a dot in it matches its neighbours; an id beside it does not. A GitHub environment alone pins nothing: a
 * workflow on any branch that names one makes it, without reviewers and without a branch rule (GitHub's docs,
 * "Managing environments"). Nor does the branch that a pull request wants to go to.
 */
export const oidcRulesAreExact = resourceRule(
  {
    name: "oidc-rules-are-exact",
    description: "A trust policy names one audience, one repository and one branch, without a wildcard.",
    remedy:
      "name the claims aud, repository and ref (or workflow_ref) exactly; beside a repository with a dot in its name, repository_id; a pull request's job pins event_name, base_ref and environment, and gets a team's token",
    enforcementLevel: "mandatory",
    config: { places: texts("Claims of which one must be there", DEFAULTS.places) },
  },
  (type) => policiesOf(type, {}) !== undefined,
  async function* (args) {
    const { places } = configOf(args, DEFAULTS);
    const ownerOf = await ownersOf(args);
    for (const policy of policiesOf(args.type, args.props) ?? []) {
      if (ownerOf(policy) !== "program") continue;
      for (const cause of looseCauses(policy, places)) yield `${policy.path} ${cause}`;
    }
  },
);

/** Why a trust policy fits more than it names. */
export function* looseCauses(policy: TrustPolicy, places: readonly string[] = DEFAULTS.places) {
  if (!isAllowed(policy)) return;
  const { rules, ofGitHub, fields } = policy;
  yield* ofGitHub ? githubCauses(rules, places, fields.tokenType) : otherCauses(rules);
}

function* githubCauses(rules: Rules, places: readonly string[], tokenType: unknown): Generator<string> {
  yield* exact(rules, "aud");
  yield* exact(rules, "repository");
  if (hasDot(rules.repository) && !isId(rules.repository_id))
    yield "also trusts repositories whose name has another character for its dot";
  const named = places.filter((place) => rules[place] !== undefined);
  if (named.length === 0 && !isPullRequest(rules, tokenType)) yield whyWeak(rules, places);
  for (const place of named) {
    yield* exact(rules, place);
    if (isOfPullRequest(rules[place])) yield `names in the claim ${place} the code of a pull request`;
    // One exact claim narrows the others; a workflow's file has dots of its own.
    const isLoose = (each: string) => hasDot(String(rules[each]).replace(/^.*\.ya?ml@/, ""));
    if (isLoose(place) && named.every(isLoose) && (rules.environment === undefined || isLoose("environment")))
      yield `also trusts a ${place} that has another character for its dot`;
  }
  if (rules.environment !== undefined) yield* exact(rules, "environment");
}

function whyWeak(rules: Rules, places: readonly string[]): string {
  const weak = [
    "environment",
    "base_ref",
    "sub",
    "event_name",
    "ref_type",
    "ref_protected",
    "actor",
    "head_ref",
  ];
  const given = weak.filter((each) => rules[each] !== undefined);
  const because =
    given.length === 0 ? "" : `: ${given.join(" and ")} ${given.length === 1 ? "is" : "are"} not enough`;
  return `pins no branch (none of ${places.join(", ")})${because}`;
}

/**
 * A pull request's code is not merged yet, so no branch can be pinned. Its job is one of the repository itself (a fork's
 * gets no identity), into one branch, in a GitHub environment whose reviewers look at it; a team says what it may.
 */
function isPullRequest(rules: Rules, tokenType: unknown): boolean {
  const isExact = (claim: string) => [...exact(rules, claim)].length === 0;
  return (
    tokenType === "team" &&
    rules.event_name === "pull_request" &&
    isExact("base_ref") &&
    isExact("environment") &&
    isId(rules.repository_id)
  );
}

function isOfPullRequest(ref: unknown): boolean {
  return /(?:^|@)refs\/pull\//.test(String(ref));
}

/**
 * Another issuer's claims are its own; these two it must have. A service account of Kubernetes is named by `sub` alone, so
 * a dot in it lets a neighbour in, and `default` is what every pod of the namespace has.
 */
function* otherCauses(rules: Rules): Generator<string> {
  yield* exact(rules, "aud");
  yield* exact(rules, "sub");
  const [, account] = /^system:serviceaccount:(.*)$/s.exec(String(rules.sub)) ?? [];
  if (account === undefined) return;
  if (hasDot(account)) yield "also trusts a service account that has another character for its dot";
  if (/:default$/.test(account)) yield "trusts every pod of a namespace: its service account is default";
}
