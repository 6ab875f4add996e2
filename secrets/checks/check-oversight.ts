import type { Problem } from "../problem";
import { DEFAULT_FORMAT, type Settings } from "../settings";

/** S3's rules for a bucket's name, but for reserved ones (docs.aws.amazon.com, "General purpose bucket naming rules"). */
const BUCKET = /^(?!.*\.\.)(?!(?:\d+\.){3}\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * What only shows when the keys of one stack are seen together.
 *
 * @param stack whether it owns the organization-wide objects, and the teams that this program makes.
 */
export function checkOversight(
  settings: Settings,
  stack: { ownsOrganization: boolean; ownTeams: readonly string[] },
): Problem[] {
  return [
    ...checkWebhook(settings),
    ...checkAuditExport(settings, stack.ownsOrganization),
    ...checkApprovers(settings, stack),
  ];
}

/** The default, written down, cannot be told from one that is not. */
function checkWebhook({ webhookUrl, webhookFormat }: Settings): Problem[] {
  if (webhookUrl === true || webhookFormat === DEFAULT_FORMAT) return [];
  return [
    {
      thing: "config webhookFormat",
      cause: "is set without webhookUrl, so nobody is told of anything",
      remedy: "pulumi config set --secret webhookUrl, or pulumi config rm webhookFormat",
    },
  ];
}

function checkAuditExport(settings: Settings, ownsOrganization: boolean): Problem[] {
  const { auditBucket, auditRole } = settings;
  const problems: Problem[] = [];
  const say = (thing: string, cause: string, remedy: string) => problems.push({ thing, cause, remedy });
  if ((auditBucket === undefined) !== (auditRole === undefined))
    say("config auditBucket and auditRole", "only one of them is set", "set both, or neither");
  if (auditBucket !== undefined && !BUCKET.test(auditBucket))
    say(
      "config auditBucket",
      "is no name of an S3 bucket",
      "write the bucket's name alone, without s3:// or a path",
    );
  if (auditRole !== undefined && !ROLE.test(auditRole))
    say("config auditRole", "is no ARN of a role", "write it as arn:aws:iam::123456789012:role/NAME");
  if (auditBucket !== undefined && !ownsOrganization)
    say(
      "config auditBucket",
      "the audit log is the organization's, and this stack does not own its objects",
      `set it for ${settings.organizationStack}, and remove it here: pulumi config rm auditBucket`,
    );
  return problems;
}

function checkApprovers(
  { approvers, organizationStack }: Settings,
  { ownsOrganization, ownTeams }: { ownsOrganization: boolean; ownTeams: readonly string[] },
): Problem[] {
  const thing = "config approvers";
  // Their names change with what they may do, and the sync's would approve itself.
  const own = approvers
    .filter((team) => ownTeams.includes(team))
    .map((team) => ({
      thing,
      cause: `names ${team}, a team of this program's own`,
      remedy: "name a team that people made in Pulumi Cloud",
    }));
  if (approvers.length === 0 || ownsOrganization) return own;
  // The sync's script is that stack's: it must know which values it may only propose.
  const cause = `the sync is told by ${organizationStack} alone what it may only propose, so it would be stopped here`;
  const remedy = `move the environment to ${organizationStack}, or remove it: pulumi config rm approvers`;
  return [...own, { thing, cause, remedy }];
}
