import * as pulumi from "@pulumi/pulumi";
import { dayOf } from "../catalog/dates";
import type { Catalog } from "../catalog/entry";
import { environmentTargets } from "../catalog/environment-slots";
import { type NamedRepository, namedRepositories } from "../catalog/github-names";
import { type AskedOrganization, openOrganization } from "./access/open-organization";
import { programError, refuse } from "./diagnostics";
import { declaredFiles } from "./github/declared-files";
import { refuseExisting } from "./github/existing-secrets";
import { GitHubSecrets } from "./github/github-secrets";
import { findLeftovers } from "./github/leftovers";
import { hasGitHubToken, unfitGitHubToken } from "./github/open-github";
import { ORGANIZATION } from "./github/organization";
import { refuseOwnRunners } from "./github/own-runners";
import { PullRequests } from "./github/pull-requests";
import { refuseBlockedCommits } from "./github/refuse-blocked-commits";
import { refuseSkewedClock } from "./github/refuse-skewed-clock";
import { Repositories } from "./github/repositories";
import { shardsOf } from "./github/shards";
import { askingOf } from "./github/warn-of-protection";
import { planIssuers } from "./identity/issuer-plan";
import { leaveEverything } from "./leaving";
import { declareProviders } from "./providers";
import { readStack, type Stack } from "./read-stack";
import { readState, type StackState } from "./stack-state";

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
  const unfit = unfitGitHubToken();
  if (unfit !== undefined) throw programError(unfit);
  const { catalog, settings, ownsOrganization } = stack;
  const hasToken = hasGitHubToken();
  const secrets = catalog.entries;
  if (settings.leaving) leaveEverything();
  if (stack.allowsExisting) importAlone(new Set(stack.adoptedPlaces));
  const { github: provider, pulumiservice, own } = declareProviders(settings, secrets.length);
  const inGitHub = new GitHubSecrets(settings.githubOrganization, { provider }, hasToken);
  const state = readState();
  const cloud = openOrganization(settings);
  const repositories = new Repositories(
    settings.githubOrganization,
    usedRepositories(stack, today),
    { provider },
    hasToken,
  );
  const inCloud = refuseUnknownOrganization(cloud);
  const issuers = ownsOrganization
    ? inCloud.then((asked) => planIssuers({ ...stack, repositories, cloud: asked, state }))
    : Promise.resolve([]);
  const { carriers } = settings;
  // First: a carrier that GitHub does not show has no list of secrets either, and that it is not shown is what to say.
  const known = repositories.refuseUnknown();
  const shards = ownsOrganization
    ? known.then(() => shardsOf({ secrets, carriers, today, inGitHub }))
    : Promise.resolve({});
  const files = ownsOrganization ? declaredFiles({ ...stack, project, shards }) : [];
  const pullRequests = new PullRequests(files, settings, state);
  const asking = askingOf(settings.githubOrganization, { provider });
  const refusals = [
    refuseMovedOrganization(stack, state),
    refuseSkewedClock({ secrets, inGitHub, now }),
    inCloud,
    known,
    refuseExisting({ ...stack, secrets, today, inGitHub, state }),
    issuers,
    shards,
    ownsOrganization
      ? refuseOwnRunners(settings, catalog.environments, stack.runnerOf, repositories)
      : Promise.resolve(),
    refuseBlockedCommits(files, settings, asking),
    pullRequests.check(),
  ];
  // Also for an output of the stack: the engine takes that for a failure, and a resource that was never declared for none.
  const checked = Promise.all(refusals).then(() => undefined);
  const dependsOn: Promise<pulumi.Resource[]> = checked.then(() => []);
  const leftovers = state.then((known) => findLeftovers({ ...stack, secrets, today, inGitHub }, known));
  const opts: pulumi.ComponentResourceOptions = { providers: [provider, pulumiservice, own], dependsOn };
  return {
    ...stack,
    secrets,
    today,
    provider,
    inGitHub,
    state,
    cloud,
    repositories,
    issuers,
    checked,
    shards,
    files,
    pullRequests,
    leftovers,
    opts,
  };
}

/**
 * For a run of `adopt`: imports these alone. The engine imports also what the targets of a run leave out, without the parent
 * that they leave out too. The next `up` would take that for gone from the program, and delete what it stands for.
 *
 * @param names of resources. To be called before anything is declared.
 */
function importAlone(names: ReadonlySet<string>): void {
  pulumi.runtime.registerStackTransformation(({ name, props, opts }) => {
    const { import: id, ...others } = opts as pulumi.CustomResourceOptions;
    return id === undefined || names.has(name) ? undefined : { props, opts: others };
  });
}

/**
 * Refuses a config that names another stack as the organization's while this one has its objects: `up` would delete them,
 * the issuer with the trust of others among them.
 *
 * @throws pulumi.RunError with the way back, and where the way to move them is.
 */
async function refuseMovedOrganization(
  { settings, ownsOrganization }: Stack,
  state: Promise<StackState | undefined>,
): Promise<void> {
  const { githubOrganization, organizationStack } = settings;
  if (ownsOrganization || (await state)?.has(ORGANIZATION, githubOrganization) !== true) return;
  const stack = pulumi.getStack();
  throw programError({
    code: "organization-moved",
    subject: "config organizationStack",
    cause: `names ${organizationStack}, and this stack still has the organization's secrets, sync and trust, which up would delete. Nothing was declared`,
    remedy: `for every stack: pulumi config set organizationStack ${stack}; to move them to ${organizationStack}, follow docs/tasks.md, "Move the organization's objects to another stack"`,
  });
}

/**
 * Refuses a config whose organization Pulumi Cloud does not show, before anything is declared.
 *
 * @returns who can be asked; undefined also in a preview that is refused.
 */
async function refuseUnknownOrganization(
  cloud: AskedOrganization | undefined,
): Promise<AskedOrganization | undefined> {
  const problem = await cloud?.unknown();
  if (problem === undefined) return cloud;
  await refuse(programError(problem));
  return undefined;
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
