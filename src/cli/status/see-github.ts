import { WORKFLOW_PATH } from "../../../secrets/layout";
import { createGitHubCarrier } from "../../clients/github-carrier";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";

/** What GitHub tells of when values were set, and when they were all synced last. */
export interface SeenInGitHub {
  /** `updated_at` of the organization's secrets, by name. It moves also when only the readers change. */
  updated: ReadonlyMap<string, string>;
  /** When the last sync of everything began, in every carrier; undefined where nobody can tell. */
  settled: string | undefined;
}

/** Reads times alone. @throws RemedyError when the organization's list cannot be read. */
export async function seeGitHub(doors: Doors): Promise<SeenInGitHub> {
  const [listed, settled] = await Promise.all([doors.github().listSecrets(), lastSync(doors)]);
  return { updated: new Map(listed.map(({ name, updatedAt }) => [name, updatedAt])), settled };
}

/** What the token may not see of a carrier is not known. */
async function lastSync(doors: Doors): Promise<string | undefined> {
  const { carriers, branch } = doors.project.settings;
  const github = createGitHubCarrier(doors.githubCall());
  try {
    const times = await inParallel(carriers, (each) => github.lastWholeSync(each, WORKFLOW_PATH, branch));
    return times.includes(undefined) ? undefined : times.sort()[0];
  } catch (error) {
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}
