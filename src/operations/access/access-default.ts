import { EDITIONS_WITH_TEAMS } from "../../catalog/settings";
import { createPulumiOrganization } from "../../clients/pulumi-organization";
import { RemedyError } from "../../errors";
import type { Context } from "../context";
import { readStacks } from "../project";
import { isMissing } from "./access-difference";
import { findAccessDifferences, observeAccess } from "./access-differences";

const OPTION = "--close-default";

/**
 * Sets the organization's default environment permission to none, unless it is.
 *
 * @returns the permission before; `none` when nothing had to be done.
 * @throws RemedyError, with nothing changed, when there is no token for Pulumi Cloud, when the edition has no teams, when the token is not an administrator's, and
 *   while something that is declared is missing: whoever it is for would be shut out.
 */
export async function closeDefault(context: Context): Promise<string> {
  const { catalog, project } = context;
  const { settings } = project;
  const organization = createPulumiOrganization(context.cloudCall());
  const name = settings.pulumiOrganization;
  if (!EDITIONS_WITH_TEAMS.includes(settings.edition)) {
    const reason = `the edition ${settings.edition} has no teams: with the default at none, nobody but administrators could open anything`;
    throw new RemedyError({
      code: "edition-without-teams",
      subject: OPTION,
      cause: reason,
      remedy: `leave it, or set edition when ${name} has a larger one`,
    });
  }
  const { defaultPermission, isAdmin } = await organization.settings();
  if (defaultPermission === "none") return defaultPermission;
  if (!isAdmin) {
    const reason = `the token is not an administrator's of ${name}`;
    throw new RemedyError({
      code: "pulumi-permission-denied",
      subject: OPTION,
      cause: reason,
      remedy: "export PULUMI_ACCESS_TOKEN of an administrator",
    });
  }
  const observed = await observeAccess(context, organization);
  const stacks = [...readStacks(project).values()];
  const missing = findAccessDifferences(catalog, settings, observed, stacks).filter(isMissing);
  const [first] = missing;
  if (first !== undefined) {
    const more = missing.length === 1 ? "" : ` (and ${missing.length - 1} more)`;
    const reason = `declared access is not in place, so that people would be shut out: ${first.subject}: ${first.cause}${more}`;
    throw new RemedyError({
      code: "access-incomplete",
      subject: OPTION,
      cause: reason,
      remedy: "pulumi up for every stack, then run this again",
    });
  }
  const now = await organization.setDefaultPermission("none");
  if (now !== "none")
    throw new RemedyError({
      code: "default-unchanged",
      subject: name,
      cause: `the service says it is still ${now}`,
      remedy: "run this again",
    });
  return defaultPermission;
}
