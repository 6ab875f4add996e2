import { dayOf } from "../../catalog/dates";
import { organizationSlots } from "../../catalog/slots";
import type { Context } from "../context";
import { spreadOf } from "../values/named-entries";
import { type Finding, findDrift, inOrder, isDrift } from "./find-drift";
import { findFormerReaders, observeAll } from "./observe-github";

/** How GitHub compares with the catalog. */
export interface Drift {
  /** Organization secrets that the catalog declares today. */
  declared: number;
  /** What to fix, in order. */
  drift: Finding[];
  /** What differs on purpose, for a while or for good. */
  notes: Finding[];
}

/**
 * Compares GitHub with the catalog. Reads only.
 *
 * @throws RemedyError when there is no token for GitHub, or GitHub does not answer.
 */
export async function detectDrift(context: Context): Promise<Drift> {
  const { catalog, project } = context;
  const { settings } = project;
  const today = dayOf(context.now());
  const github = context.github();
  const [seen, spread] = await Promise.all([observeAll(context, github), spreadOf(context, github, true)]);
  const findings = inOrder([
    ...seen.archived,
    ...findDrift({ catalog, settings, spread, today }, seen),
    ...findFormerReaders(seen.former, seen.formerReaders, settings.carriers),
  ]);
  return {
    declared: organizationSlots(catalog.entries, today).length,
    drift: findings.filter(isDrift),
    notes: findings.filter((finding) => !isDrift(finding)),
  };
}
