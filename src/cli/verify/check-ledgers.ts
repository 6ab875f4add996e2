import { describePause, pauseAt } from "../../../secrets/pause";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import type { Doors } from "../command";
import { namesIn } from "../names-in";
import { findStatus, type Standing, type Status } from "../status/find-status";
import { seeEnvironment } from "../status/see-environment";
import type { SeenInGitHub } from "../status/see-github";
import { type Check, checkLink } from "./check";

/**
 * An overdue value works; rotation tells of it. And the time in GitHub that makes one maybe newer moves with its readers
 * too, and stands for an environment's own value where it hides the organization's. A change that waits for approval is as
 * it should be where changes do. What is undeclared is wrong: applications get a variable, or another value, that nobody
 * declared and nobody rotates.
 */
const WORKS: ReadonlySet<Standing> = new Set(["in-sync", "overdue", "newer-in-github", "proposed"]);

/** Whether an environment has what GitHub has, as its ledger tells. */
export function checkLedger(
  doors: Doors,
  environment: string,
  cloud: PulumiCloud,
  inGitHub: () => Promise<SeenInGitHub>,
): Promise<Check> {
  return checkLink(`values of ${environment}`, async () => {
    const seen = await seeEnvironment(doors, cloud, environment);
    if (seen.ledger === undefined) return { standing: "unknown", what: "its ledger cannot be read" };
    const pause = pauseAt(seen.ledger.paused, doors.now().toISOString());
    if (pause !== undefined) {
      const remedy = `once GitHub has the right values and the reason is gone: npx sophia-secrets resume ${environment}`;
      return { standing: "wrong", what: describePause(pause), remedy };
    }
    const declared = { catalog: doors.catalog, settings: doors.project.settings };
    const all = findStatus(declared, [seen], await inGitHub(), doors.now());
    const open = all.filter((each) => each.open && !each.standing.every((standing) => WORKS.has(standing)));
    if (open.length === 0)
      return { standing: "ok", what: `${all.length} in sync, or left unset on purpose${later(all)}` };
    const what = `${open.length} of ${all.length} to look after: ${namesIn(open.map(({ name }) => name))}`;
    return { standing: "wrong", what, remedy: `npx sophia-secrets status --environment ${environment}` };
  });
}

/** What becomes right by itself, or by somebody's approval. */
function later(all: readonly Status[]): string {
  const count = (standing: Standing) => all.filter((each) => each.standing.includes(standing)).length;
  const [newer, proposed] = [count("newer-in-github"), count("proposed")];
  return [
    newer === 0 ? "" : `; ${newer} maybe newer in GitHub, which the next sync takes`,
    proposed === 0 ? "" : `; ${proposed} proposed, which somebody approves and applies in Pulumi Cloud`,
  ].join("");
}
