import type { Settings } from "../../../secrets/settings";
import { startSync } from "../start-sync";
import type { Standing, Status } from "./find-status";

/** What is to be done about each standing of which a row's own words do not say it. */
function remedies(settings: Settings): Partial<Record<Standing, string>> {
  const run = settings.carriers.map((carrier) => startSync(settings, carrier)).join(" && ");
  return {
    refused:
      "the run's log says why; mend the value (npx sophia-secrets set NAME --replace), then run the workflow",
    "never-set": `set it in GitHub (npx sophia-secrets set NAME), then ${run}`,
    "newer-in-github": `the daily run brings it; now: ${run}`,
    "gone-from-github":
      "ESC keeps the value it has; npx sophia-secrets drift says how the secret comes back to GitHub",
    "changed-by-hand":
      "GitHub's value comes back with the next run, after a pause once it ends; what is to stay belongs into GitHub (npx sophia-secrets set NAME --replace)",
    proposed: "somebody else approves and applies it in Pulumi Cloud; the next run finds it done",
    overdue: "npx sophia-secrets rotation says where a new one is made",
  };
}

/** A line for each standing that is to be looked after, in the order of the rows: `refused: what to do`. */
export function remedyLines(all: readonly Status[], settings: Settings): string[] {
  const words = remedies(settings);
  const standings = new Set(all.filter(({ open }) => open).flatMap(({ standing }) => standing));
  return [...standings].flatMap((standing) =>
    words[standing] === undefined ? [] : [`${standing}: ${words[standing]}`],
  );
}
