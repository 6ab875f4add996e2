import { describePause, pauseAt } from "../../secrets/pause";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { type Check, checkLink, namesIn } from "./check";
import type { Doors } from "./command";
import { findStatus } from "./find-status";
import { seeEnvironment } from "./see-environment";

/** Whether an environment has what GitHub has, as its ledger tells. */
export function checkLedger(doors: Doors, environment: string, cloud: PulumiCloud): Promise<Check> {
  return checkLink(`values of ${environment}`, async () => {
    const seen = await seeEnvironment(doors, cloud, environment);
    if (seen.ledger === undefined) return { standing: "unknown", what: "its ledger cannot be read" };
    const pause = pauseAt(seen.ledger.paused, doors.now().toISOString());
    if (pause !== undefined) {
      const remedy = `npx sophia-secrets resume ${environment}, when it is over`;
      return { standing: "wrong", what: describePause(pause), remedy };
    }
    const listed = await doors.github().listSecrets();
    const updated = new Map(listed.map(({ name, updatedAt }) => [name, updatedAt]));
    const all = findStatus(doors.catalog, [seen], updated, doors.now());
    // What is overdue works: rotation tells of it.
    const open = all.filter((each) => each.open && each.standing.some((standing) => standing !== "overdue"));
    if (open.length === 0) return { standing: "ok", what: `${all.length} in sync, or left unset on purpose` };
    const what = `${open.length} of ${all.length} to look after: ${namesIn(open.map(({ name }) => name))}`;
    return { standing: "wrong", what, remedy: `npx sophia-secrets status --environment ${environment}` };
  });
}
