import type { Settings } from "./settings";

/** Repositories and applications whose files people merge: what the pull request and its branch are called. */
export const PULL_REQUEST_TITLE = "Update the files that pulumi up keeps current";

/** The branch of our own that a pull request into `branch` comes from. */
export function headOf({ application }: Pick<Settings, "application">, branch: string): string {
  return `sophia-secrets/${application}-${branch.replaceAll("/", "-")}`;
}

/** What reviewers read. Names alone: whoever may read the repository sees it. */
export function bodyOf(paths: readonly string[], branch: string): string {
  return [
    "`pulumi up` of sophia-secrets made this pull request from the secrets catalog, and updates it.",
    "",
    `Files for \`${branch}\`:`,
    ...paths.map((path) => `- \`${path}\``),
    "",
    "The workflow and its script decide what a job does with every secret: review them as such. The files hold names, paths and rules, and no values.",
    "Do not push changes to these files to this branch: `pulumi up` then stops. Closing this pull request declines it; delete its branch to have another one opened.",
  ].join("\n");
}
