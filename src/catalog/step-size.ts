import type { Problem } from "../errors";
import { namesIn } from "../text";
import {
  bytesTogether,
  describeSizes,
  largestOf,
  MOST_VARIABLE_BYTES,
  MOST_VARIABLES,
  type Sized,
} from "./process-size";

/** What the job of one carrier is given in one deployment environment. */
export interface Step {
  carrier: string;
  environment: string;
  variables: readonly Sized[];
  /** Names of those whose size nobody knows: no run has read the value that GitHub has now. */
  unknown: readonly string[];
}

/** Whether a job cannot start with these. */
export function isTooLarge({ variables }: Pick<Step, "variables">): boolean {
  return bytesTogether(variables) > MOST_VARIABLE_BYTES;
}

/** That jobs of one carrier would not start. @param steps the largest first. @param carriers of every stack's config. */
export function stepTooLarge(steps: readonly Step[], carriers: readonly string[]): Problem {
  return problem(
    steps,
    `${jobs(steps)} would not start: ${sizes(steps[0])}, and a process can be given ${MOST_VARIABLES}`,
    carriers,
  );
}

/** That the runner could not start them. */
export function stepNotStarted(steps: readonly Step[], carriers: readonly string[]): Problem {
  return problem(
    steps,
    `GitHub's runner could not start ${jobs(steps)}, because its secrets are too large together (a process can be given ${MOST_VARIABLES}): ${sizes(steps[0])}`,
    carriers,
  );
}

/**
 * How a job gets less: another carrier takes its share, and the entries that name it whatever else it may read
 * (`spreadSecrets`).
 */
function problem(steps: readonly Step[], cause: string, carriers: readonly string[]): Problem {
  const [step] = steps;
  const names = largestOf(step?.variables ?? []).map(({ name }) => name);
  const add = `pulumi config set --path 'carriers[${carriers.length}]' REPOSITORY`;
  return {
    code: "step-too-large",
    subject: step?.carrier ?? "",
    cause,
    remedy: `shorten ${names.join(", ") || "the largest of them"}; or spread the secrets over one more carrier: create a repository, then for every stack ${add}, and pulumi up. Entries with repositories: ["REPOSITORY"] in secrets/catalog.ts go to that one`,
  };
}

function jobs(steps: readonly Step[]): string {
  const names = steps.map(({ environment }) => environment).join(", ");
  return steps.length === 1 ? `its job of ${names}` : `its jobs of ${names}`;
}

function sizes(step: Step | undefined): string {
  const { variables, unknown } = step ?? { variables: [], unknown: [] };
  if (isTooLarge({ variables }) || unknown.length === 0) return `they have ${describeSizes(variables)}`;
  return `they had ${describeSizes(variables)} as far as synced, and no run has read what GitHub has now of ${namesIn(unknown)}`;
}
