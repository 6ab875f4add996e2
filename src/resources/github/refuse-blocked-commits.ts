import * as pulumi from "@pulumi/pulumi";
import type { AskRepository } from "../../access/carrier-facts";
import { commitRules } from "../../access/commit-rules";
import type { Settings } from "../../catalog/settings";
import type { Problem } from "../../errors";
import { inform, programErrors, warn } from "../diagnostics";
import { saidByProvider } from "../provider-answers";
import { byBranch, type DeclaredFile } from "./declared-files";
import { textAt } from "./repository-file";

/**
 * Looks whether GitHub would refuse the commits of this run, before the run makes anything. A preview warns: its token is
 * often not that of the `up`. An `up` stops.
 *
 * @throws pulumi.RunError naming each branch, what stops a commit to it, and the two ways out.
 */
export async function refuseBlockedCommits(
  files: readonly DeclaredFile[],
  settings: Settings,
  asking: (repository: string) => AskRepository,
): Promise<void> {
  const groups = byBranch(files.filter(({ byPullRequest }) => !byPullRequest));
  const found = await Promise.all(groups.map((group) => problemOf(group, settings, asking)));
  const problems = found.flat();
  if (problems.length === 0) return;
  if (!pulumi.runtime.isDryRun()) throw programErrors("Nothing was declared", problems);
  await warn(...problems);
}

async function problemOf(
  group: readonly [DeclaredFile, ...DeclaredFile[]],
  settings: Settings,
  asking: (repository: string) => AskRepository,
): Promise<Problem[]> {
  const [{ repository, branch }] = group;
  const ask = asking(repository);
  const subject = `branch ${branch} of ${settings.githubOrganization}/${repository}`;
  try {
    const paths = group.map(({ path }) => path);
    const { stops, hidden } = await commitRules(branch, paths, ask);
    if (hidden.length > 0 && pulumi.runtime.isDryRun()) await tellUnknown(subject, hidden.join(" and "));
    if (stops.length === 0) return [];
    const differing = await Promise.all(
      group.map(async (file) => ((await textAt(file, ask)) === (await file.content) ? [] : [file])),
    );
    const blocked = differing.flat();
    if (blocked.length === 0) return [];
    return [
      {
        code: "commit-refused",
        subject,
        cause: `GitHub refuses a direct commit of ${blocked.map(({ path }) => path).join(", ")} by this token, because of ${stops.join("; ")}`,
        remedy: `${byPullRequest(blocked, settings)}; or let the deploying App bypass them (docs/permissions.md#protected-branches)`,
      },
    ];
  } catch (error) {
    // What it cannot be asked for is reported by whoever needs it.
    if (pulumi.runtime.isDryRun()) await tellUnknown(subject, `its rules (${saidByProvider(error)})`);
    return [];
  }
}

async function tellUnknown(subject: string, what: string): Promise<void> {
  await inform({ code: "commit-rules-unknown", subject, cause: `GitHub does not show this token ${what}` });
}

/** What lets the files arrive by pull request. */
function byPullRequest(blocked: readonly DeclaredFile[], settings: Settings): string {
  const { organizationStack: stack, pullRequestCarriers } = settings;
  const carriers = [
    ...new Set(blocked.flatMap(({ of, repository }) => (of === "carrier" ? [repository] : []))),
  ];
  const sets = carriers.map(
    (repository, index) =>
      `pulumi config set --path 'pullRequestCarriers[${pullRequestCarriers.length + index}]' ${repository} -s ${stack}`,
  );
  const applications = blocked.flatMap(({ of }) => (of === "carrier" ? [] : [of.application]));
  const edits = applications.map(
    (name) => `give the application ${name} pullRequest: true in secrets/applications.ts`,
  );
  return `to have them merged by people: ${[...sets, ...edits].join("; ")}`;
}
