import {
  declaredTrust,
  issuerOf,
  type Repository,
  type TrustRule,
  trustedRepositories,
} from "../../access/trust";
import type { Settings } from "../../catalog/settings";
import { createPulumiTrust, type StandingRule } from "../../clients/pulumi-trust";
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
    const differences = findTrustDifferences(declared, standing);
    if (differences.length === 0)
      return { standing: "ok", what: `${url}, ${declared.length} rules as declared${told}` };
    const remedy = `pulumi up --refresh -s ${settings.organizationStack} puts the declared rules in their place; Pulumi Cloud's audit log says who changed them`;
    return { standing: "wrong", what: `${url}: ${shortly(differences)}${told}`, remedy };
  });
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
  const [wanted, there] = [new Set(declared.map(keyOf)), new Set(standing.map(keyOf))];
  const foreign = standing.filter((rule) => !wanted.has(keyOf(rule)));
  const missing = declared.filter((rule) => !there.has(keyOf(rule)));
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

/** A declared rule or a standing one: all that decides, in one order. */
type AnyRule = TrustRule | StandingRule;

function keyOf(rule: AnyRule): string {
  const { decision, tokenType, authorizedPermissions = [], rules } = rule;
  const claims = Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([decision, tokenType, subjectsOf(rule), [...authorizedPermissions].sort(), claims]);
}

function subjectsOf(rule: AnyRule): (string | undefined)[] {
  const { teamName, userLogin, runnerID, roleID }: Partial<StandingRule> = rule;
  return [teamName, userLogin, runnerID, roleID];
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
