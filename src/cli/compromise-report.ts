import { startSync } from "../catalog/layout";
import type { Settings } from "../catalog/settings";
import { describePause } from "../ledger/pause";
import { type Case, isOfOneEnvironment, type Step } from "../operations/incident/case";
import type { LeftPaused } from "../operations/incident/case-pause";
import type { CaseEvent } from "../operations/incident/run-steps";
import { COMMAND, counted } from "../text";

/** One step, in words for the person who carries it out. */
export interface StepText {
  title: string;
  lines: readonly string[];
}

/** What the words depend on besides the case. */
export interface StepOptions {
  settings: Pick<Settings, "githubOrganization" | "branch" | "carriers">;
  /** File for the post-mortem. */
  out: string;
}

/** What a step of the guide's emergency procedure does for one secret. */
export function stepText(step: Step, found: Case, options: StepOptions): StepText {
  switch (step) {
    case "pause":
      return pause(found);
    case "revoke":
      return found.rotated === undefined ? revoke(found) : rotate(found.secret.name, found.rotated);
    case "value":
      return value(found, options);
    case "sync":
      return sync(found, options);
    case "verify":
      return verify(found);
    case "readers":
      return {
        title: "Find out who read it",
        lines: ["From Pulumi Cloud's and GitHub's logs, as far as this plan has them"],
      };
    case "post-mortem":
      return { title: "Write the post-mortem", lines: [`${options.out}, without values`] };
  }
}

function pause({ environments }: Case): StepText {
  const lines = [
    `No sync writes to ${environments.join(", ")} until step "Sync now". Use this if somebody broke into GitHub or the sync itself:`,
    "nothing that was set there spreads before somebody has looked",
  ];
  return { title: "Pause the sync", lines };
}

function revoke({ secret, environments, notes }: Case): StepText {
  const { name, page, owner } = secret;
  const where = page ?? `the catalog has no page for it; ${owner} knows where ${name} is from`;
  const cost = "Applications that use it fail from now until they have the new one";
  const lines = [
    where,
    ...(environments.length === 0 ? [] : [`${cost} (${environments.join(", ")})`]),
    ...notes,
  ];
  return { title: `Revoke ${name} where it is from, and make a new one`, lines };
}

/** A rotation leaves the one before valid, for what has loaded it: that is the compromised one, until the second. */
function rotate(name: string, rotated: readonly string[]): StepText {
  const lines = [
    ...rotated.map((deployment) => `pulumi env rotate ${deployment}`),
    "Restart what has loaded it, then rotate once more: the first rotation leaves the old one valid, the second ends it",
    "Restart once more, so that everything has the newest",
  ];
  return { title: `Have ESC rotate ${name}, twice`, lines };
}

function value(found: Case, { settings }: StepOptions): StepText {
  const { secret, slots, places, way } = found;
  const title = "Set the new value";
  if (way === "config") {
    const lines = [
      `pulumi config set --secret --path 'values.${secret.name}', by standard input`,
      "pulumi up, for each stack whose config has it",
    ];
    return { title: `${title} in the stack's config`, lines };
  }
  if (isOfOneEnvironment(found)) {
    const where = places.map(({ repository, environment }) => `${environment} of ${repository}`).join(", ");
    return {
      title: `${title} in GitHub`,
      lines: [`Asked for without showing it, or read from stdin, and set in ${where}`],
    };
  }
  if (way === "environments") {
    const lines = [...new Set(places.map(({ environment }) => environment))].map(
      (deployment) => `${COMMAND} set ${secret.name} --environment ${deployment} --replace`,
    );
    return { title: `${title} in each GitHub environment`, lines };
  }
  const names = slots.map(({ name }) => name).join(", ");
  const proofs = settings.carriers.map(
    (carrier) => `then prove it: ${startSync(settings, carrier)} -f dry-run=true`,
  );
  const lines = [
    `Asked for without showing it, or read from stdin, and set as ${names}`,
    ...(secret.bootstrap ? proofs : []),
  ];
  return { title: `${title} in GitHub`, lines };
}

function sync({ secret, carriers, environments }: Case, { settings }: StepOptions): StepText {
  const lines = [
    ...carriers.map(
      (carrier) =>
        `${settings.githubOrganization}/${carrier}: workflow of ${settings.branch}, names=${secret.name}`,
    ),
    `into ${environments.join(", ") || "no environment: each has a value of its own"}`,
  ];
  return { title: "Sync now", lines };
}

function verify({ environments }: Case): StepText {
  const lines = [
    ...environments.map((each) => `${each}: the ledger's fingerprint, and what the composite gives`),
    "Applications load once: restart those that have loaded the old one",
  ];
  return { title: "Verify that loaders see it", lines };
}

/** What is shown of an event besides a step's own text: results for stdout, messages for stderr. */
export function eventLines(
  event: Exclude<CaseEvent, { kind: "step" }>,
  since: string,
): { results: string[]; messages: string[] } {
  switch (event.kind) {
    case "written":
      return { results: [`${event.name}: value replaced`], messages: [] };
    case "warning":
      return { results: [], messages: [`warning: ${event.text}`] };
    case "paused":
      return { results: [], messages: [`${event.environment} is ${describePause(event.pause)}`] };
    case "run": {
      const { id, status, url } = event.run;
      const line =
        status === "waiting" ? `Run ${id} waits for a review: ${url}` : `Run ${id}: ${status}, ${url}`;
      return { results: [], messages: [line] };
    }
    case "check":
      return { results: [`${event.check.environment}: ${event.check.detail}`], messages: [] };
    case "readers": {
      const { readers, unknown } = event.readers;
      const rows = readers.map(
        ({ who, what, kind, times }) => `${kind} ${what}: ${who}, ${counted(times, "time")}`,
      );
      const none = [`the logs name nobody since ${since}`];
      return {
        results: rows.length === 0 ? none : rows,
        messages: unknown.map((line) => `    not known: ${line}`),
      };
    }
  }
}

/** That a case leaves environments paused, and how to go on. @returns undefined where it leaves none. */
export function leftPausedLine({ environments, unsure }: LeftPaused): string | undefined {
  if (environments.length + unsure.length === 0) return undefined;
  const known = `${environments.join(", ")} ${environments.length === 1 ? "stays" : "stay"} paused by this case`;
  const may = unsure.length === 0 ? "" : `, and ${unsure.join(", ")} may be`;
  const told =
    environments.length === 0 ? `${unsure.join(", ")} may be paused by this case` : `${known}${may}`;
  const resume = `${COMMAND} resume ${[...environments, ...unsure].join(" ")}`;
  return `${told}. To let the sync write there again: ${resume}. To go on with the case: run this again`;
}
