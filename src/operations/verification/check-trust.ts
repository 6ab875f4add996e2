import { type DeclaredIssuer, declaredIssuers, issuerAt } from "../../access/issuers";
import { type Repository, type TrustRule, trustedRepositories } from "../../access/trust";
import { describeRule, digestOf, isUnaccepted, mergeRules, tokensOf } from "../../access/trust-of-others";
import type { Settings } from "../../catalog/settings";
import {
  createPulumiTrust,
  type PulumiTrust,
  type StandingRule,
  type TrustedIssuer,
} from "../../clients/pulumi-trust";
import { COMMAND, counted, namesIn } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { readStacks } from "../project";
import { type Check, type CheckResult, check, firstOf, ok, wrong } from "./check";

/**
 * Whether Pulumi Cloud trusts GitHub's jobs and the clusters' service accounts as the organization's stack declares. Others
 * may have rules at these issuers: those that may reach this program's values are wrong unless the config accepts them, and
 * the rest is named, as are other issuers.
 */
export function checkTrust(context: Context): Promise<Check> {
  return check("trust in GitHub's identities", async () => {
    const { settings, stacks } = organizationStack(context);
    const { organizationStack: stack } = settings;
    const repositories = await repositoriesOf(context, trustedRepositories(settings, context.catalog));
    const declared = declaredIssuers(context.catalog, settings, stacks, repositories);
    if (declared.length === 0) return withoutTrust(settings);
    const trust = createPulumiTrust(context.cloudCall());
    const registered = await trust.issuers();
    const found = declared.map((wanted) => ({ wanted, issuer: issuerAt(registered, wanted.url) }));
    const told = tellOthers(registered.filter((each) => !found.some(({ issuer }) => issuer === each)));
    const absent = found.filter(({ issuer }) => issuer === undefined).map(({ wanted }) => wanted.url);
    if (absent.length > 0)
      return wrong(
        "trust-issuer-missing",
        `${absent.join(", ")} ${absent.length === 1 ? "is" : "are"} not registered${told}`,
        `pulumi up -s ${stack}; if that says that it exists: ${COMMAND} recover`,
      );
    const compared = await inParallel(found, async ({ wanted, issuer }) =>
      compareIssuer(wanted, issuer as TrustedIssuer, trust, settings),
    );
    const differing = compared.filter(({ differences }) => differences.length > 0);
    if (differing.length === 0)
      return ok("trust-matches", `${compared.map(({ asDeclared }) => asDeclared).join("; ")}${told}`);
    const strange = differing.reduce((sum, each) => sum + each.strange, 0);
    return wrong(
      "trust-differs",
      `${differing.map(({ url, differences, beside }) => `${url}: ${firstOf(differences)}${beside}`).join("; ")}${told}`,
      [`pulumi up --refresh -s ${stack} restores the declared rules`, ...forStrange(strange)].join("; "),
    );
  });
}

function tellOthers(others: readonly TrustedIssuer[]): string {
  if (others.length === 0) return "";
  return `; ${counted(others.length, "other issuer")} not of this program: ${namesIn(others.map(({ url }) => url))}`;
}

async function compareIssuer(
  { url, rules, seconds }: DeclaredIssuer,
  issuer: TrustedIssuer,
  trust: Pick<PulumiTrust, "rulesOf">,
  settings: Settings,
) {
  const { strange, known, missing } = compareTrust(rules, await trust.rulesOf(issuer), settings);
  const beside = known.length === 0 ? "" : `; ${counted(known.length, "rule")} of others: ${firstOf(known)}`;
  return {
    url,
    strange: strange.length,
    differences: [...strange, ...missing, ...longLived(seconds, issuer, strange.length + known.length)],
    beside,
    asDeclared: `${url}, ${counted(rules.length, "rule")} as declared${beside}`,
  };
}

function forStrange(count: number): string[] {
  if (count === 0) return ["Pulumi Cloud's audit log says who changed them"];
  return [
    "it keeps rules that it never declared: delete those in Pulumi Cloud (Settings, OIDC issuers), whose audit log says who added them, or accept one: pulumi config set --path 'acceptedTrust[0]' DIGEST",
  ];
}

/** A limit that is longer than the jobs need, which nobody else's rules explain. */
function longLived(needed: number, { maxExpiration }: TrustedIssuer, othersRules: number): string[] {
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
/** Asks for no token of GitHub where no repository is trusted. */
async function repositoriesOf({ github }: Context, names: readonly string[]): Promise<Repository[]> {
  if (names.length === 0) return [];
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
      ({ rules: { repository, sub }, ...rule }) =>
        `no rule allows ${tokensOf({ ...rule, rules: {} })} to ${repository === undefined ? sub : `jobs of ${repository}`} as declared`,
    ),
  };
}
