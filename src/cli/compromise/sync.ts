import { WORKFLOW_FILE } from "../../../secrets/layout";
import type { GitHubRuns } from "../../clients/github-runs";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import type { Case } from "./case";
import type { Journal, StartedRun } from "./journal";

/**
 * Starts the sync of one secret in its carriers and waits for its end. Runs that an interrupted procedure started are
 * waited for, not started again.
 *
 * @param save called whenever a run was started or has ended.
 * @throws RemedyError when a run fails: its log says why.
 */
export async function syncNow(
  doors: Doors,
  runs: GitHubRuns,
  found: Case,
  journal: Journal,
  save: () => void,
): Promise<void> {
  const { terminal, project } = doors;
  const { name, environments } = found.secret;
  const whole = found.environments.length === environments.length;
  for (const carrier of found.carriers) {
    for (const environment of whole ? ["all"] : found.environments) {
      const open = (run: StartedRun) => run.carrier === carrier && run.environment === environment;
      if (journal.runs.some((run) => open(run) && run.conclusion === undefined)) continue;
      const inputs = { environment, names: name };
      const id = await runs.dispatch(carrier, WORKFLOW_FILE, { ref: project.settings.branch, inputs });
      journal.runs.push({ carrier, id, environment });
      save();
    }
  }
  for (const run of journal.runs.filter((each) => each.conclusion === undefined)) {
    const ended = await runs.ended(run.carrier, run.id, ({ status, url }) =>
      terminal.say(
        status === "waiting"
          ? `Run ${run.id} waits for a review: ${url}`
          : `Run ${run.id}: ${status}, ${url}`,
      ),
    );
    Object.assign(run, { url: ended.url, conclusion: ended.conclusion ?? "unknown" });
    save();
    if (run.conclusion === "success") continue;
    const remedy = `its log says why: ${ended.url}; mend it, then run this again: it starts another`;
    throw new RemedyError(`run ${run.id}`, `it ended with ${run.conclusion}`, remedy);
  }
}
