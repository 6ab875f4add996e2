import { longestTokenSeconds } from "../../access/token-lifetimes";
import {
  declaredTrust,
  issuerAt,
  issuerOf,
  type Repository,
  type TrustRule,
  trustedRepositories,
} from "../../access/trust";
import { describeRule, digestOf, isUnaccepted, mergeRules, tokensOf } from "../../access/trust-of-others";
import type { Settings } from "../../catalog/settings";
import { createPulumiTrust, type StandingRule, type TrustedIssuer } from "../../clients/pulumi-trust";
import { COMMAND, counted, namesIn } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { readStacks } from "../project";
import { type Check, type CheckResult, check, firstOf, ok, wrong } from "./check";

/**
 * Whether Pulumi Cloud trusts GitHub's jobs as the organization's stack declares. Others may have rules at that issuer:
 * those that may reach this program's values are wrong unless the config accepts them, and the rest is named, as are
 * other issuers.
 */
export function checkTrust(context: Context): Promise<Check> {
  return check("trust in GitHub's identities", async () => {
    const { settings, stacks } = organizationStack(context);
    const repositories = trustedRepositories(settings, context.catalog);
    if (repositories.length === 0) return withoutTrust(settings);
    const trust = createPulumiTrust(context.cloudCall());
    const url = issuerOf(settings);
    const issuers = await trust.issuers();
    const issuer = issuerAt(issuers, url);
    const others = issuers.filter((each) => each !== issuer).map((each) => each.url);
    const told =
      others.length === 0
        ? ""
        : `; ${counted(others.length, "other issuer")} not of this program: ${namesIn(others)}`;
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
    const { strange, known, missing } = compareTrust(declared, actual, settings);
    const differences = [
      ...strange,
      ...missing,
      ...longLived(settings, issuer, strange.length + known.length),
    ];
    const beside =
      known.length === 0 ? "" : `; ${counted(known.length, "rule")} of others: ${firstOf(known)}`;
    if (differences.length === 0)
      return ok("trust-matches", `${url}, ${declared.length} rules as declared${beside}${told}`);
    return wrong(
      "trust-differs",
      `${url}: ${firstOf(differences)}${beside}${told}`,
      [
        `pulumi up --refresh -s ${settings.organizationStack} restores the declared rules`,
        ...forStrange(strange.length),
      ].join("; "),
    );
  });
}

function forStrange(count: number): string[] {
  if (count === 0) return ["Pulumi Cloud's audit log says who changed them"];
  return [
    "it keeps rules that it never declared: delete those in Pulumi Cloud (Settings, OIDC issuers), whose audit log says who added them, or accept one: pulumi config set --path 'acceptedTrust[0]' DIGEST",
  ];
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

/** How an issuer's rules differ from the declaration, a sentence each. */
export interface TrustComparison {
  /** Undeclared rules that may reach this program's values, and that the config does not accept. */
  strange: string[];
  /** Other undeclared rules: others have them, and `up` keeps them. */
  known: string[];
  missing: string[];
}

/** A pure function. Rules are compared to the letter, because the program writes them so. */
export function compareTrust(
  declared: readonly TrustRule[],
  actual: readonly StandingRule[],
  settings: Pick<Settings, "application" | "acceptedTrust">,
): TrustComparison {
  const { kept, missing } = mergeRules(declared, [], actual);
  const isStrange = (rule: StandingRule) => isUnaccepted(rule, settings);
  return {
    strange: kept
      .filter(isStrange)
      .map((rule) => `a rule that nothing declares (${digestOf(rule)}) ${describeRule(rule)}`),
    known: kept.filter((rule) => !isStrange(rule)).map((rule) => `${digestOf(rule)} ${describeRule(rule)}`),
    missing: missing.map(
      (rule) => `no rule allows ${tokensOf(rule)} to jobs of ${rule.rules.repository} as declared`,
    ),
  };
}
