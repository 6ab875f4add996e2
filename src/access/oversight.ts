import { isIn, type Rotator } from "../catalog/rotators";
import { EDITIONS, type Edition, type Settings } from "../catalog/settings";
import type { Problem } from "../errors";

/** What watches over the stack's environments, as far as the organization's edition has it. */
export interface Oversight {
  webhooks: boolean;
  approvals: boolean;
  auditExport: boolean;
  /** What the config asks for and the edition lacks. */
  lacking: Problem[];
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
  const lacking: Problem[] = [];
  const decide = (what: keyof typeof asked, key: string, loss: string): boolean => {
    if (!asked[what] || hasAtLeast(settings.edition, SMALLEST[what])) return asked[what];
    lacking.push({
      code: "edition-too-small",
      subject: `config ${key}`,
      cause: `the edition ${settings.edition} lacks it, so ${loss}`,
      remedy: `use the edition ${SMALLEST[what]} or larger, or remove ${key}`,
    });
    return false;
  };
  return {
    webhooks: decide("webhooks", "webhookUrl", "nobody is notified of changes"),
    approvals: decide("approvals", "approvers", "nobody is asked before values change"),
    auditExport: decide("auditExport", "auditBucket", "the audit log is not exported"),
    lacking,
  };
}

/**
 * What config `edition` says and the organization does not have: `up` would fail where it declares what that lacks. No
 * refusal: while a trial lasts an organization has more than its subscription says.
 *
 * @param has the organization's own, by Pulumi Cloud.
 */
export function editionTooLarge(
  { edition, pulumiOrganization }: Pick<Settings, "edition" | "pulumiOrganization">,
  has: Edition,
): Problem | undefined {
  if (hasAtLeast(has, edition)) return undefined;
  return {
    code: "edition-too-large",
    subject: "config edition",
    cause: `is ${edition}, and Pulumi Cloud says that ${pulumiOrganization} has ${has}, which refuses what only ${edition} has, in the middle of an up`,
    remedy: `in every stack, unless a trial is under way: pulumi config set edition ${has}`,
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
