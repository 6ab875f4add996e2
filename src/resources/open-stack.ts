import type * as pulumi from "@pulumi/pulumi";
import { dayOf } from "../catalog/dates";
import type { Catalog } from "../catalog/entry";
import { environmentTargets } from "../catalog/environment-slots";
import { type NamedRepository, namedRepositories } from "../catalog/github-names";
import { openOrganization } from "./access/open-organization";
import { declaredFiles } from "./github/declared-files";
import { refuseExisting } from "./github/existing-secrets";
import { GitHubSecrets } from "./github/github-secrets";
import { findLeftovers } from "./github/leftovers";
import { PullRequests } from "./github/pull-requests";
import { refuseBlockedCommits } from "./github/refuse-blocked-commits";
import { refuseSkewedClock } from "./github/refuse-skewed-clock";
import { Repositories } from "./github/repositories";
import { shardsOf } from "./github/shards";
import { askingOf } from "./github/warn-of-protection";
import { planIssuer } from "./identity/issuer-plan";
import { leaveEverything } from "./leaving";
import { declareProviders } from "./providers";
import { readStack, type Stack } from "./read-stack";
import { readState } from "./stack-state";

/**
 * All that is known before anything is declared: config and catalog, checked; what the state, GitHub and Pulumi Cloud say;
 * and `opts`, by which each resource waits for the refusals that need an answer of a service.
 *
 * @param written the catalog as people write it.
 * @param project folder of the program.
 * @throws pulumi.RunError with every problem of config and catalog at once; none quotes a value.
 */
export function openStack(written: Catalog, project: string) {
  const now = new Date();
  const today = dayOf(now);
  const stack = readStack(written, today);
  const { catalog, settings, ownsOrganization } = stack;
  const secrets = catalog.entries;
  if (settings.leaving) leaveEverything();
  const { github: provider, pulumiservice } = declareProviders(settings, secrets.length);
  const inGitHub = new GitHubSecrets(settings.githubOrganization, { provider });
  const state = readState();
  const cloud = openOrganization(settings);
  const repositories = new Repositories(settings.githubOrganization, usedRepositories(stack, today), {
    provider,
  });
  const issuer = ownsOrganization
    ? planIssuer({ ...stack, repositories, cloud, state })
    : Promise.resolve(undefined);
  const { carriers } = settings;
  const shards = ownsOrganization ? shardsOf({ secrets, carriers, today, inGitHub }) : Promise.resolve({});
  const files = ownsOrganization ? declaredFiles({ catalog, settings, project, shards }) : [];
  const pullRequests = new PullRequests(files, settings, state);
  const asking = askingOf(settings.githubOrganization, { provider });
  const refusals = [
    refuseSkewedClock({ secrets, inGitHub, now }),
    repositories.refuseUnknown(),
    refuseExisting({ ...stack, secrets, today, inGitHub, state }),
    issuer,
    shards,
    refuseBlockedCommits(files, settings, asking),
    pullRequests.check(),
  ];
  // Also for an output of the stack: the engine takes that for a failure, and a resource that was never declared for none.
  const checked = Promise.all(refusals).then(() => undefined);
  const dependsOn: Promise<pulumi.Resource[]> = checked.then(() => []);
  const leftovers = state.then((known) => findLeftovers({ ...stack, secrets, today, inGitHub }, known));
  const opts: pulumi.ComponentResourceOptions = { providers: [provider, pulumiservice], dependsOn };
  return {
    ...stack,
    secrets,
    today,
    provider,
    inGitHub,
    state,
    cloud,
    repositories,
    issuer,
    checked,
    shards,
    files,
    pullRequests,
    leftovers,
    opts,
  };
}

/** Those that this stack writes to or gives access to: of one that does not own the organization, where its environments are. */
function usedRepositories({ catalog, settings, ownsOrganization }: Stack, today: string): NamedRepository[] {
  if (ownsOrganization) return namedRepositories(catalog, settings);
  const { carriers, environments, environmentReviewers = [], protectCarriers } = settings;
  const hasEnvironments =
    environmentTargets(catalog.entries, carriers, environments, today).length > 0 ||
    environmentReviewers.length > 0 ||
    protectCarriers !== undefined;
  return namedRepositories({ entries: [], applications: [] }, { carriers: hasEnvironments ? carriers : [] });
}
