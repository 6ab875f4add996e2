import { findRepository } from "./access";
import { type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import type { Repository } from "./github-state";
import { issuePage } from "./issue-page";
import { issueIn } from "./issue-routes";
import { jobPage, runPage } from "./run-page";

const RUN = "/:owner/:repo/actions/runs/:run";

/**
 * The pages behind the `html_url`s that commands print: runs, their jobs, issues. Plain text, which reads alike in a
 * browser and in a terminal. GitHub asks for a login; here there is none, for a browser has no token, the sandbox
 * listens on loopback alone, and a log is masked before it is kept.
 */
export function webRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(RUN, (c) => {
    const found = runAt(c, parts);
    if (found === undefined) return noPage(c);
    const { repository, run } = found;
    return c.text(runPage(repository, run, parts.reviews.of(run.id).length > 0));
  });

  app.get(`${RUN}/job/:job`, (c) => {
    const job = runAt(c, parts)?.run.jobs.find(({ id }) => String(id) === param(c, "job"));
    return job === undefined ? noPage(c) : c.text(jobPage(job));
  });

  app.get("/:owner/:repo/issues/:number", (c) => {
    const repository = repositoryAt(c, parts);
    const issue = repository && issueIn(repository, param(c, "number"));
    return repository && issue ? c.text(issuePage(repository, issue)) : noPage(c);
  });

  // What begins with an owner's name is a page of github.com's: the API has no such paths.
  app.get("/:owner/*", (c, next) => (isOwner(param(c, "owner"), parts) ? noPage(c) : next()));
}

function noPage(c: GitHubContext): Response {
  const pages = "/OWNER/REPO/actions/runs/ID, the same with /job/ID, /OWNER/REPO/issues/NUMBER";
  return c.text(
    `The sandbox's GitHub has no page ${c.req.path}.\nIts pages: ${pages}. All else: the API.\n`,
    404,
  );
}

function repositoryAt(c: GitHubContext, parts: GitHubParts): Repository | undefined {
  return findRepository(parts.store.state, `${param(c, "owner")}/${param(c, "repo")}`);
}

function runAt(c: GitHubContext, parts: GitHubParts) {
  const repository = repositoryAt(c, parts);
  const run = repository && parts.runs.find(repository.id, Number(param(c, "run")));
  return repository && run && { repository, run };
}

function isOwner(name: string, parts: GitHubParts): boolean {
  const { organizations, users } = parts.store.state;
  const logins = [...organizations.map(({ login }) => login), ...Object.keys(users)];
  return logins.some((login) => login.toLowerCase() === name.toLowerCase());
}
