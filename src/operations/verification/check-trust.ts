import { longestTokenSeconds } from "../../access/token-lifetimes";
import {
  type AnyRule,
  declaredTrust,
  issuerOf,
  type Repository,
  ruleKey,
  subjectsOf,
  type TrustRule,
  trustedRepositories,
  undeclaredRules,
} from "../../access/trust";
import type { Settings } from "../../catalog/settings";
import { createPulumiTrust, type StandingRule, type TrustedIssuer } from "../../clients/pulumi-trust";
import { COMMAND, counted, namesIn } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { readStacks } from "../project";
import { type Check, type CheckResult, check, firstOf, ok, wrong } from "./check";

/**
 * Whether Pulumi Cloud trusts GitHub's jobs as the organization's stack declares, and nobody else by that issuer. Other
 * issuers may be there on purpose: the check names them.
 */
export function checkTrust(context: Context): Promise<Check> {
  return check("trust in GitHub's identities", async () => {
    const { settings, stacks } = organizationStack(context);
    const repositories = trustedRepositories(settings);
    if (repositories.length === 0) return withoutTrust(settings);
    const trust = createPulumiTrust(context.cloudCall());
    const url = issuerOf(settings.githubApiUrl);
    const issuers = await trust.issuers();
    const others = issuers.filter((issuer) => issuer.url !== url).map((issuer) => issuer.url);
    const told =
      others.length === 0
        ? ""
        : `; ${counted(others.length, "other issuer")} not of this program: ${namesIn(others)}`;
    const issuer = issuers.find((each) => each.url === url);
    if (issuer === undefined)
      return wrong(
        "trust-issuer-missing",
        `${url} is not registered${told}`,
        `pulumi up -s ${settings.organizationStack}; if that says that it exists: ${COMMAND} recover`,
      );
    const actual = await trust.rulesOf(issuer);
    const declared = declaredTrust(
      context.catalog,
      settings,
      stacks,
      await repositoriesOf(context, repositories),
    );
    const differences = [
      ...findTrustDifferences(declared, actual),
      ...longLived(settings, issuer, undeclaredRules(declared, actual).length),
    ];
    if (differences.length === 0)
      return ok("trust-matches", `${url}, ${declared.length} rules as declared${told}`);
    return wrong(
      "trust-differs",
      `${url}: ${firstOf(differences)}${told}`,
      `pulumi up --refresh -s ${settings.organizationStack} restores the declared rules; Pulumi Cloud's audit log says who changed them`,
    );
  });
}

/** A limit that is longer than the jobs need, which nobody else's rules explain. */
function longLived(settings: Settings, { maxExpiration }: TrustedIssuer, othersRules: number): string[] {
  const needed = longestTokenSeconds(settings);
  if (othersRules > 0 || (maxExpiration !== undefined && maxExpiration <= needed)) return [];
  const longest = maxExpiration === undefined ? "as long as the service allows" : `${maxExpiration} s`;
  return [`its tokens may live ${longest}, and the declared jobs need ${needed} s at most`];
}

/** The stack that declares the trust, of all of the project's. */
export function organizationStack({ project }: Pick<Context, "project">): {
  settings: Settings;
  stacks: string[];
} {
  const stacks = readStacks(project);
  const settings = stacks.get(project.settings.organizationStack) ?? project.settings;
  return { settings, stacks: [...stacks.keys()].sort() };
}

function withoutTrust({ edition, syncAuthentication }: Settings): CheckResult {
  if (syncAuthentication === "token")
    return ok("trust-not-needed", "none is needed: the sync uses a stored token");
  return wrong(
    "trust-unavailable",
    `edition ${edition} has no team tokens, so no job gets one`,
    "set syncAuthentication to token, or edition if the organization has a larger one",
  );
}

/** With the ids that the rules hold. @throws RemedyError when GitHub does not show one of them. */
function repositoriesOf({ github }: Context, names: readonly string[]): Promise<Repository[]> {
  const client = github();
  return inParallel(names, async (name) => ({ name, id: await client.repositoryId(name) }));
}

/**
 * How an issuer's trust policy differs from the declaration, a sentence each: a pure function. Undeclared rules come
 * first, because they may give a token to anybody. Rules are compared to the letter, because the program writes them so;
 * claims are given by their names.
 */
export function findTrustDifferences(
  declared: readonly TrustRule[],
  actual: readonly StandingRule[],
): string[] {
  const there = new Set(actual.map(ruleKey));
  const foreign = undeclaredRules(declared, actual);
  const missing = declared.filter((rule) => !there.has(ruleKey(rule)));
  return [
    ...foreign.map((rule) => {
      const does = rule.decision === "allow" ? "allows" : "denies";
      return `a rule that nothing declares ${does} ${tokensOf(rule)} by ${claimsOf(rule)}`;
    }),
    ...missing.map(
      (rule) => `no rule allows ${tokensOf(rule)} to jobs of ${rule.rules.repository} as declared`,
    ),
  ];
}

/** `team tokens of shop-live-sync`, `organization tokens (admin)`. */
function tokensOf(rule: AnyRule): string {
  const { tokenType, authorizedPermissions = [] } = rule;
  const [subject] = subjectsOf(rule).filter((each) => each !== undefined);
  const of = subject === undefined ? "" : ` of ${subject}`;
  const permissions = authorizedPermissions.length === 0 ? "" : ` (${authorizedPermissions.join(", ")})`;
  return `${tokenType} tokens${of}${permissions}`;
}

function claimsOf({ rules }: StandingRule): string {
  const claims = Object.keys(rules).sort();
  const open = Object.values(rules).some((value) => /[*?]/.test(value));
  return `${claims.join(", ") || "no claim"}${open ? " (with wildcards)" : ""}`;
}
