import type { Problem } from "./problem";
import { isIn, type Rotator } from "./rotators";
import { EDITIONS, type Edition, type Settings } from "./settings";

/** What watches over the stack's environments, as far as the organization's edition has it. */
export interface Oversight {
  webhooks: boolean;
  approvals: boolean;
  auditExport: boolean;
  /** What the config asks for and the edition lacks, a sentence each. */
  lacking: string[];
}

/** Smallest edition that has it: Pulumi's documentation of webhooks, of ESC's approvals and of audit logs. */
const SMALLEST = {
  webhooks: "team",
  approvals: "enterprise",
  auditExport: "business-critical",
} as const satisfies Record<string, Edition>;

/** Decides from one stack's config; what the edition lacks is not declared, for `up` would fail at it. */
export function oversightOf(settings: Settings): Oversight {
  const asked = {
    webhooks: settings.webhookUrl === true,
    approvals: settings.approvers.length > 0,
    auditExport: settings.auditBucket !== undefined,
  };
  const lacking: string[] = [];
  const decide = (what: keyof typeof asked, key: string, loss: string): boolean => {
    if (!asked[what] || hasAtLeast(settings.edition, SMALLEST[what])) return asked[what];
    lacking.push(
      `${key}: the edition ${settings.edition} lacks it, so ${loss}. It needs ${SMALLEST[what]} or larger`,
    );
    return false;
  };
  return {
    webhooks: decide("webhooks", "webhookUrl", "nobody is told of changes"),
    approvals: decide("approvals", "approvers", "nobody is asked before values change"),
    auditExport: decide("auditExport", "auditBucket", "the audit log is not exported"),
    lacking,
  };
}

/** What no approval guards although the config asks for them, as a sentence; undefined where there is nothing. */
export function unapproved(settings: Settings, rotators: readonly Rotator[]): string | undefined {
  const here = rotators.filter((rotator) => settings.environments.some((each) => isIn(rotator, each)));
  if (here.length === 0 || !oversightOf(settings).approvals) return undefined;
  const names = here.map(({ name }) => name).join(", ");
  return `nobody is asked before ESC rotates ${names}; only administrators may write there`;
}

function hasAtLeast(edition: Edition, smallest: Edition): boolean {
  return EDITIONS.indexOf(edition) >= EDITIONS.indexOf(smallest);
}

/** S3's rules for a bucket's name (docs.aws.amazon.com, "General purpose bucket naming rules"), as far as characters go. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** What only shows when the keys of one stack are seen together. @param ownsOrganization whether it owns the organization-wide objects. */
export function checkOversight(settings: Settings, ownsOrganization: boolean): Problem[] {
  const { auditBucket, auditRole, approvers } = settings;
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
  // The sync's script is that stack's: it must know which values it may only propose.
  if (approvers.length > 0 && !ownsOrganization)
    say(
      "config approvers",
      `the sync is told by ${settings.organizationStack} alone what it may only propose, so it would be stopped here`,
      `move the environment to ${settings.organizationStack}, or remove it: pulumi config rm approvers`,
    );
  return problems;
}
