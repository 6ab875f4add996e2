import type { Problem } from "../../errors";
import { COMMAND } from "../../text";
import { DEFAULT_FORMAT, type Settings } from "../settings";

/** What must fit together between the stacks of one project. */
export interface StackClaim {
  /** Name of the stack: `Pulumi.<stack>.yaml`. */
  stack: string;
  environments: readonly string[];
  /** The stack that this one believes owns the organization-wide objects. */
  organizationStack: string;
}

/**
 * Every stack of the project against the others: one owner of the organization-wide objects, one owner of each
 * environment. Two owners would undo each other's writes; none would leave the workflow and the slots undeclared.
 */
export function checkStacks(claims: readonly StackClaim[], environments: readonly string[]): Problem[] {
  return [...checkOwner(claims), ...checkEnvironments(claims, environments)];
}

function checkOwner(claims: readonly StackClaim[]): Problem[] {
  const owners = [...new Set(claims.map((claim) => claim.organizationStack))].sort();
  if (owners.length > 1) {
    const who = claims.map((claim) => `${claim.stack} says ${claim.organizationStack}`).join(", ");
    return [
      {
        code: "organization-stack-ambiguous",
        subject: "config organizationStack",
        cause: `the stacks disagree on who owns the organization-wide objects (${who})`,
        remedy: "write the same stack name into every Pulumi.<stack>.yaml",
      },
    ];
  }
  const owner = owners[0];
  if (owner === undefined || claims.some((claim) => claim.stack === owner)) return [];
  return [
    {
      code: "organization-stack-unknown",
      subject: "config organizationStack",
      cause: `names the stack ${owner}, which has no Pulumi.${owner}.yaml, so no stack owns the organization-wide objects`,
      remedy: `name one of ${claims.map((claim) => claim.stack).join(", ")}`,
    },
  ];
}

function checkEnvironments(claims: readonly StackClaim[], environments: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  for (const claim of claims) {
    for (const environment of claim.environments.filter((each) => !environments.includes(each))) {
      problems.push({
        code: "environment-unknown",
        subject: `stack ${claim.stack}`,
        cause: `owns the environment ${environment}, which the catalog does not have`,
        remedy: `use one of ${environments.join(", ")}, or add it to secrets/environments.ts`,
      });
    }
  }
  for (const environment of environments) {
    const owners = claims
      .filter((claim) => claim.environments.includes(environment))
      .map((claim) => claim.stack);
    if (owners.length === 1) continue;
    problems.push({
      code: "environment-owner-ambiguous",
      subject: `environment ${environment}`,
      cause: owners.length === 0 ? "no stack owns it" : `the stacks ${owners.join(" and ")} both own it`,
      remedy: "name it under environments in exactly one Pulumi.<stack>.yaml",
    });
  }
  return problems;
}

/** A tag of revisions: what begins with a digit ESC takes for a revision's number, and `latest` is the service's own. */
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/;

/** Tags that the composites of this stack's environments are to import. Whether they exist only ESC knows. */
export function checkPins({ compositeTags, environments }: Settings): Problem[] {
  return Object.entries(compositeTags).flatMap(([environment, tag]) => {
    const thing = `config compositeTags.${environment}`;
    const problems: Problem[] = [];
    if (!environments.includes(environment)) {
      problems.push({
        code: "environment-not-owned",
        subject: thing,
        cause: "this stack does not own the environment, so the tag would be without effect",
        remedy: `name one of ${environments.join(", ")}, or set it in the stack that owns it`,
      });
    }
    if (!TAG.test(tag) || tag === "latest") {
      problems.push({
        code: "tag-invalid",
        subject: thing,
        cause: `is not a tag that all groups can have: ${tag}`,
        remedy: `${COMMAND} history ${environment} lists tags such as run-123; leave it out for the newest values`,
      });
    }
    return problems;
  });
}

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
      code: "config-incomplete",
      subject: "config webhookFormat",
      cause: "is set without webhookUrl, so nobody is notified",
      remedy: "pulumi config set --secret webhookUrl, or pulumi config rm webhookFormat",
    },
  ];
}

function checkAuditExport(settings: Settings, ownsOrganization: boolean): Problem[] {
  const { auditBucket, auditRole } = settings;
  const problems: Problem[] = [];
  const say = (code: string, subject: string, cause: string, remedy: string) =>
    problems.push({ code, subject, cause, remedy });
  if ((auditBucket === undefined) !== (auditRole === undefined))
    say(
      "config-incomplete",
      "config auditBucket and auditRole",
      "only one of them is set",
      auditRole === undefined
        ? "pulumi config set auditRole arn:aws:iam::ACCOUNT:role/NAME, or pulumi config rm auditBucket"
        : "pulumi config set auditBucket NAME, or pulumi config rm auditRole",
    );
  if (auditBucket !== undefined && !BUCKET.test(auditBucket))
    say(
      "config-invalid",
      "config auditBucket",
      "is not a name of an S3 bucket",
      "write the bucket's name alone, without s3:// or a path",
    );
  if (auditRole !== undefined && !ROLE.test(auditRole))
    say(
      "config-invalid",
      "config auditRole",
      "is not an ARN of a role",
      "write it as arn:aws:iam::123456789012:role/NAME",
    );
  if (auditBucket !== undefined && !ownsOrganization)
    say(
      "config-of-other-stack",
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
      code: "approver-own-team",
      subject: thing,
      cause: `names ${team}, a team of this program's own`,
      remedy: "name a team that people made in Pulumi Cloud",
    }));
  if (approvers.length === 0 || ownsOrganization) return own;
  // The sync's script is that stack's: it must know which values it may only propose.
  const cause = `only ${organizationStack} tells the sync what it may only propose, so the sync would fail here`;
  const remedy = `move the environment to ${organizationStack}, or remove it: pulumi config rm approvers`;
  return [...own, { code: "config-of-other-stack", subject: thing, cause, remedy }];
}
