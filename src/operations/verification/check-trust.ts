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
import { COMMAND, namesIn } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { readStacks } from "../project";
import { type Check, checkLink } from "./check";

/**
 * Whether Pulumi Cloud trusts GitHub's jobs as the organization's stack declares, and nobody else of that issuer. Other
 * issuers may be somebody's on purpose: they are told.
 */
export function checkTrust(context: Context): Promise<Check> {
  return checkLink("trust in GitHub's identities", async () => {
    const { settings, stacks } = organizationStack(context);
    const repositories = trustedRepositories(settings);
    if (repositories.length === 0) return withoutTrust(settings);
    const trust = createPulumiTrust(context.cloudCall());
    const url = issuerOf(settings.githubApiUrl);
    const issuers = await trust.issuers();
    const others = issuers.filter((issuer) => issuer.url !== url).map((issuer) => issuer.url);
    const told =
      others.length === 0 ? "" : `; besides it ${others.length} not of this program: ${namesIn(others)}`;
    const issuer = issuers.find((each) => each.url === url);
    if (issuer === undefined) {
      const remedy = `pulumi up -s ${settings.organizationStack}; ${COMMAND} recover if it says that it exists`;
      return { standing: "wrong", what: `${url} is not registered${told}`, remedy };
    }
    const standing = await trust.rulesOf(issuer);
    const declared = declaredTrust(
      context.catalog,
      settings,
      stacks,
      await repositoriesOf(context, repositories),
    );
    const differences = [
      ...findTrustDifferences(declared, standing),
      ...longLived(settings, issuer, undeclaredRules(declared, standing).length),
    ];
    if (differences.length === 0)
      return { standing: "ok", what: `${url}, ${declared.length} rules as declared${told}` };
    const remedy = `pulumi up --refresh -s ${settings.organizationStack} puts the declared rules in their place; Pulumi Cloud's audit log says who changed them`;
    return { standing: "wrong", what: `${url}: ${shortly(differences)}${told}`, remedy };
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
function organizationStack({ project }: Context): { settings: Settings; stacks: string[] } {
  const stacks = readStacks(project);
  const settings = stacks.get(project.settings.organizationStack) ?? project.settings;
  return { settings, stacks: [...stacks.keys()].sort() };
}

function withoutTrust({ edition, syncAuthentication }: Settings): Omit<Check, "link"> {
  if (syncAuthentication === "token")
    return { standing: "ok", what: "none is needed: the sync uses a stored token" };
  const remedy = "set syncAuthentication to token, or edition when the organization has a larger one";
  return { standing: "wrong", what: `edition ${edition} has no team tokens, so no job gets one`, remedy };
}

/** With the ids that the rules hold. @throws RemedyError when GitHub does not show one of them. */
function repositoriesOf({ github }: Context, names: readonly string[]): Promise<Repository[]> {
  const client = github();
  return inParallel(names, async (name) => ({ name, id: await client.repositoryId(name) }));
}

/** At most so many differences in the line; the rest is counted. */
const TOLD = 3;

function shortly(differences: readonly string[]): string {
  const rest = differences.length > TOLD ? `; and ${differences.length - TOLD} more` : "";
  return `${differences.slice(0, TOLD).join("; ")}${rest}`;
}

/**
 * How an issuer's trust policy differs from the declaration, a sentence each: a pure function. What nobody declared
 * comes first, for it may give a token to anybody. Rules are compared to the letter, because the program writes them
 * so; claims are told by their names.
 */
export function findTrustDifferences(
  declared: readonly TrustRule[],
  standing: readonly StandingRule[],
): string[] {
  const there = new Set(standing.map(ruleKey));
  const foreign = undeclaredRules(declared, standing);
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
