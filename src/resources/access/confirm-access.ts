import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { openDefault, openStackDefault, unknownDefault } from "../../access/declared-access";
import { editionTooLarge } from "../../access/oversight";
import type { AccessPolicy } from "../../catalog/access-policy";
import type { Settings } from "../../catalog/settings";
import { messageOf, type Problem } from "../../errors";
import { COMMAND, spellOr } from "../../text";
import { inform, programErrors, refuse, warn } from "../diagnostics";
import { saidByProvider } from "../provider-answers";
import type { AskedOrganization } from "./open-organization";

/** What must be confirmed, and who answers. */
interface Asked {
  policies: readonly AccessPolicy[];
  settings: Settings;
  /** Undefined when there is no token for it. */
  organization: AskedOrganization | undefined;
}

type Names = ReadonlySet<string> | undefined;

/**
 * Asks Pulumi Cloud whether everybody exists whom the policies of this stack's deployment environments and its approvers
 * name. In a preview it also asks what everybody gets by default. What cannot be asked is a warning, and stops nothing.
 *
 * @throws pulumi.RunError naming everybody who does not exist. A preview logs it instead, and fails at its end.
 */
export async function confirmAccess(asked: Asked, opts: pulumi.InvokeOptions): Promise<void> {
  // That the organization is not there refuses the whole run: each list that it lacks need not be told as well.
  if ((await asked.organization?.unknown()) !== undefined) return;
  const { pulumiOrganization, environments } = asked.settings;
  const policies = asked.policies.filter((policy) =>
    policy.environments.some((each) => environments.includes(each)),
  );
  const isPreview = pulumi.runtime.isDryRun();
  const [user, team] = await Promise.all([
    memberNames(pulumiOrganization, opts),
    teamNames(policies, asked),
    isPreview ? announceDefault(asked) : undefined,
  ]);
  const problems = [
    ...policies.flatMap((policy) => unknownIn(policy, { user, team }, pulumiOrganization)),
    ...unknownApprovers(asked.settings, team),
  ];
  if (problems.length === 0) return;
  await refuse(programErrors("Access policies and approvers", problems));
}

/** Undefined when they cannot be listed. */
async function memberNames(organizationName: string, opts: pulumi.InvokeOptions): Promise<Names> {
  try {
    const { members } = await pulumiservice.getOrganizationMembers({ organizationName }, opts);
    return new Set(members.map(({ username }) => username));
  } catch (error) {
    await warn({
      code: "access-not-checked",
      subject: "logins of access policies",
      cause: `Pulumi Cloud does not list its members (${saidByProvider(error)})`,
      remedy: `check them with ${COMMAND} access`,
    });
    return undefined;
  }
}

/** Undefined when nobody names a team, and when they cannot be listed. */
async function teamNames(
  policies: readonly AccessPolicy[],
  { settings, organization }: Asked,
): Promise<Names> {
  const inPolicies = policies.some(({ identities }) => identities.some(({ type }) => type === "team"));
  if (!inPolicies && settings.approvers.length === 0) return undefined;
  try {
    if (organization !== undefined) return new Set(await organization.teamNames());
    await warn(teamsNotChecked(NO_TOKEN));
  } catch (error) {
    await warn(teamsNotChecked(messageOf(error)));
  }
  return undefined;
}

function teamsNotChecked(cause: string): Problem {
  const remedy = `check them with ${COMMAND} access`;
  return { code: "access-not-checked", subject: "teams of access policies and approvers", cause, remedy };
}

const NO_TOKEN = "there is no PULUMI_ACCESS_TOKEN, and pulumi login keeps none for this address";

/** Everybody also has the organization's default permission: at `write` no policy restricts anybody. */
async function announceDefault({ settings, organization }: Asked): Promise<void> {
  const { pulumiOrganization } = settings;
  try {
    const found = await organization?.settings();
    const level = found?.defaultPermission;
    const smaller = found?.edition === undefined ? undefined : editionTooLarge(settings, found.edition);
    if (smaller !== undefined) await warn(smaller);
    const onStacks = found?.defaultStackPermission ?? "none";
    if (onStacks !== "none") await warn(openStackDefault(pulumiOrganization, onStacks));
    if (level === undefined) await inform(unknownDefault(pulumiOrganization, NO_TOKEN));
    else if (level !== "none") await warn(openDefault(pulumiOrganization, level));
  } catch (error) {
    await inform(unknownDefault(pulumiOrganization, messageOf(error)));
  }
}

function unknownIn(
  policy: AccessPolicy,
  known: Readonly<Record<"user" | "team", Names>>,
  organization: string,
): Problem[] {
  const subject = `access policy ${policy.name}`;
  return policy.identities
    .filter(({ type, name }) => known[type]?.has(name) === false)
    .map(({ type, name }) =>
      type === "user"
        ? {
            code: "pulumi-member-unknown",
            subject,
            cause: `names ${name}, who has no account in the Pulumi Cloud organization ${organization}`,
            remedy: spellOr(
              name,
              known.user ?? [],
              "invite them there, or spell the login as its list of members has it",
            ),
          }
        : {
            code: "pulumi-team-unknown",
            subject,
            cause: `names the team ${name}, which the Pulumi Cloud organization ${organization} does not have`,
            remedy: spellOr(
              name,
              known.team ?? [],
              "create it there, or spell it as its list of teams has it",
            ),
          },
    );
}

function unknownApprovers({ approvers, pulumiOrganization }: Settings, teams: Names): Problem[] {
  return approvers
    .filter((name) => teams?.has(name) === false)
    .map((name) => ({
      code: "pulumi-team-unknown",
      subject: "config approvers",
      cause: `names the team ${name}, which the Pulumi Cloud organization ${pulumiOrganization} does not have, so nobody could approve`,
      remedy: spellOr(
        name,
        teams ?? [],
        "create it there with the people who approve, or spell it as its list of teams has it",
      ),
    }));
}
