import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { AccessPolicy } from "../../secrets/access";
import { describeDefault } from "../../secrets/access-notices";
import { describeProblems, type Problem } from "../../secrets/problem";
import type { Settings } from "../../secrets/settings";
import { messageOf } from "../errors";
import type { AskedOrganization } from "./open-organization";
import { saidByProvider } from "./said-by-provider";

/** What is to be confirmed, and by whom. */
interface Asked {
  policies: readonly AccessPolicy[];
  settings: Settings;
  /** Undefined where there is no token for it. */
  organization: AskedOrganization | undefined;
}

type Names = ReadonlySet<string> | undefined;

/**
 * Asks Pulumi Cloud whether everybody is there whom the policies of this stack's environments name; in a preview also
 * what it gives to everybody by default. What cannot be asked is said, and stops nothing.
 *
 * @throws pulumi.RunError naming every policy and login or team that is not there.
 */
export async function confirmAccess(asked: Asked, opts: pulumi.InvokeOptions): Promise<void> {
  const { pulumiOrganization, environments } = asked.settings;
  const policies = asked.policies.filter((policy) =>
    policy.environments.some((each) => environments.includes(each)),
  );
  const [user, team] = await Promise.all([
    memberNames(pulumiOrganization, opts),
    teamNames(policies, asked.organization),
    pulumi.runtime.isDryRun() ? announceDefault(asked) : undefined,
  ]);
  const problems = policies.flatMap((policy) => strangersIn(policy, { user, team }, pulumiOrganization));
  if (problems.length > 0) throw new pulumi.RunError(describeProblems("Access policies", problems));
}

/** Undefined where they cannot be listed. */
async function memberNames(organizationName: string, opts: pulumi.InvokeOptions): Promise<Names> {
  try {
    const { members } = await pulumiservice.getOrganizationMembers({ organizationName }, opts);
    return new Set(members.map(({ username }) => username));
  } catch (error) {
    const said = saidByProvider(error);
    await pulumi.log.warn(`access: Pulumi Cloud does not list its members (${said}); logins are not checked`);
    return undefined;
  }
}

/** Undefined where no policy names one, and where they cannot be listed. */
async function teamNames(
  policies: readonly AccessPolicy[],
  organization: AskedOrganization | undefined,
): Promise<Names> {
  const named = policies.some(({ identities }) => identities.some(({ type }) => type === "team"));
  if (!named) return undefined;
  try {
    if (organization !== undefined) return new Set(await organization.teamNames());
    await pulumi.log.warn(`access: teams that policies name are not checked: ${NO_TOKEN}`);
  } catch (error) {
    await pulumi.log.warn(`access: teams that policies name are not checked: ${messageOf(error)}`);
  }
  return undefined;
}

const NO_TOKEN = "there is no PULUMI_ACCESS_TOKEN, and pulumi login keeps none for this address";

/** Everybody has the organization's default permission as well: at `write` no policy restricts anybody. */
async function announceDefault({ settings, organization }: Asked): Promise<void> {
  const { pulumiOrganization } = settings;
  try {
    const found = await organization?.settings();
    const level = found?.defaultPermission;
    if (level === undefined)
      await pulumi.log.info(describeDefault(pulumiOrganization, { unknown: NO_TOKEN }));
    else if (level !== "none") await pulumi.log.warn(describeDefault(pulumiOrganization, { level }));
  } catch (error) {
    await pulumi.log.info(describeDefault(pulumiOrganization, { unknown: messageOf(error) }));
  }
}

function strangersIn(
  policy: AccessPolicy,
  known: Readonly<Record<"user" | "team", Names>>,
  organization: string,
): Problem[] {
  return policy.identities
    .filter(({ type, name }) => known[type]?.has(name) === false)
    .map(({ type, name }) => {
      const thing = `access policy ${policy.name}`;
      if (type === "user") {
        const cause = `names ${name}, who has no account in the Pulumi Cloud organization ${organization}`;
        return {
          thing,
          cause,
          remedy: "invite them there, or spell the login as its list of members has it",
        };
      }
      const cause = `names the team ${name}, which the Pulumi Cloud organization ${organization} does not have`;
      return { thing, cause, remedy: "make it there, or spell it as its list of teams has it" };
    });
}
