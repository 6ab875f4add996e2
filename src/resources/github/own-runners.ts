import * as pulumi from "@pulumi/pulumi";
import { describeRunner, isOwnMachine, type RunnerOf } from "../../catalog/runners";
import type { Settings } from "../../catalog/settings";
import type { Diagnostic, Problem } from "../../errors";
import { inform, programErrors } from "../diagnostics";
import type { Repositories } from "./repositories";

/**
 * Refuses the organization's own machines for jobs of a public carrier: anyone may propose code to it, and a workflow that a
 * pull request starts can leave a process on the machine (GitHub's documentation, "Self-hosted runner security"). In a
 * preview it also tells where jobs run that do not run on GitHub's own machines.
 *
 * @param deployments of the catalog.
 * @throws pulumi.RunError for each such carrier.
 */
export async function refuseOwnRunners(
  settings: Pick<Settings, "carriers" | "githubOrganization">,
  deployments: readonly string[],
  runnerOf: RunnerOf,
  repositories: Pick<Repositories, "isPublic">,
): Promise<void> {
  const problems: Problem[] = [];
  for (const carrier of settings.carriers) {
    const own = deployments.filter((each) => isOwnMachine(runnerOf(each, carrier) ?? {}));
    if (own.length === 0) continue;
    if (pulumi.runtime.isDryRun()) await inform(...own.map((each) => told(each, carrier, runnerOf)));
    if (!(await repositories.isPublic(carrier))) continue;
    problems.push({
      code: "runner-of-public-carrier",
      subject: `carrier ${settings.githubOrganization}/${carrier}`,
      cause: `is public, and its jobs of ${own.join(", ")} would run on machines of the organization, which code of anyone's pull request can reach`,
      remedy: `gh repo edit ${settings.githubOrganization}/${carrier} --visibility private --accept-visibility-change-consequences; or let its jobs run on GitHub's machines: remove runner and carrierRunners.${carrier} from Pulumi.<stack>.yaml`,
    });
  }
  if (problems.length > 0) throw programErrors("Nothing was declared", problems);
}

function told(deployment: string, carrier: string, runnerOf: RunnerOf): Diagnostic {
  return {
    code: "runner-own",
    subject: `sync job of ${deployment} in ${carrier}`,
    cause: `runs on ${describeRunner(runnerOf(deployment, carrier) ?? {})}. Whoever administers the machine, or leaves a process on it, can read every secret of ${deployment}; while no such runner is online, the job waits, and GitHub ends it after 24 hours`,
  };
}
