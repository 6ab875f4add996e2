import { catalog as written } from "./secrets/catalog";
import { IMAGES } from "./secrets/images";
import { dayOf } from "./src/catalog/dates";
import { namedRepositories } from "./src/catalog/github-names";
import { readRuntimes } from "./src/loaders/generator/read-runtimes";
import { AccessRules } from "./src/resources/access/access-rules";
import { openOrganization } from "./src/resources/access/open-organization";
import { CatalogFacts } from "./src/resources/catalog-facts";
import { resolveImages } from "./src/resources/docker/images";
import { guardComposites } from "./src/resources/esc/composite-guard";
import { DeploymentEnvironment } from "./src/resources/esc/deployment-environment";
import { declareEnvironmentSecrets } from "./src/resources/github/environment-secrets";
import { refuseExisting } from "./src/resources/github/existing-secrets";
import { GitHubSecrets } from "./src/resources/github/github-secrets";
import { findLeftovers } from "./src/resources/github/leftovers";
import { Organization } from "./src/resources/github/organization";
import { refuseSkewedClock } from "./src/resources/github/refuse-skewed-clock";
import { Repositories } from "./src/resources/github/repositories";
import { guardSecrets } from "./src/resources/github/secret-guards";
import { planIssuer } from "./src/resources/identity/issuer-plan";
import { guardTrust } from "./src/resources/identity/trust-guard";
import { DestroyGuard, leaveEverything } from "./src/resources/leaving";
import { declareProviders } from "./src/resources/providers";
import { readStack } from "./src/resources/read-stack";
import { readState } from "./src/resources/stack-state";

// The stack's config and the catalog, checked: nothing is declared before everything is right.
const now = new Date();
const today = dayOf(now);
const stack = readStack(written, today);
const { catalog, settings, ownsOrganization } = stack;
const { entries: secrets, groups, rotators, accessPolicies: policies } = catalog;
if (settings.leaving) leaveEverything();
const { github, pulumiservice } = declareProviders(settings, secrets.length);
const inGitHub = new GitHubSecrets(settings.githubOrganization, { provider: github });
const state = readState();
const cloud = openOrganization(settings);
const named = ownsOrganization ? namedRepositories(catalog, settings) : [];
const repositories = new Repositories(settings.githubOrganization, named, { provider: github });
const issuer = ownsOrganization
  ? planIssuer({ ...stack, repositories, cloud, state })
  : Promise.resolve(undefined);
const existing = refuseExisting({ ...stack, secrets, today, inGitHub, state });
const clock = refuseSkewedClock({ secrets, inGitHub, now });
const spelled = repositories.refuseUnknown();
const dependsOn = Promise.all([clock, spelled, existing, issuer]).then(() => []);
const leftovers = state.then((known) => findLeftovers({ ...stack, secrets, today, inGitHub }, known));
const opts = { providers: [github, pulumiservice], dependsOn };
const facts = new CatalogFacts(settings.application, { secrets, policies });

// Pulumi ESC: per deployment environment the values, the ledger, the composite, and who may open them.
const access = new AccessRules(catalog, settings, cloud);
const args = { settings, groups, rotators, access, compositeGuard: guardComposites({ settings, access }) };
const deployments = settings.environments.map((name) => new DeploymentEnvironment(name, args, opts));

// GitHub: the hooks without which no secret is declared, and the secrets that have a value per environment.
const guards = guardSecrets({ ...stack, secrets, today, deployments, inGitHub });
const trustGuard = guardTrust({ cloud, state, plan: issuer });
const declared = { ...stack, secrets, today, guards, inGitHub, leftovers, state, provider: github };
const inEnvironments = declareEnvironmentSecrets(declared, opts);

// GitHub, by the one stack that owns it: the organization secrets, the sync workflow, the loaders, the trust.
const runtimes = readRuntimes(__dirname);
const organization = ownsOrganization
  ? new Organization(
      settings.githubOrganization,
      { ...declared, deployments, runtimes, repositories, issuer, trustGuard },
      opts,
    )
  : undefined;

// Last of all, so that it is the first that `pulumi destroy` comes to.
const guarded = Promise.all([inEnvironments, leftovers]).then(([environments]) =>
  [...deployments, ...environments, organization].filter((each) => each !== undefined),
);
new DestroyGuard(settings.application, { settings, guarded, deployments }, { parent: facts });

const byName = <T>(of: (deployment: DeploymentEnvironment) => T) =>
  Object.fromEntries(deployments.map((deployment) => [deployment.name, of(deployment)]));
/** What applications open, by deployment environment. */
export const compositeEnvironments = byName(({ composite }) => composite);
/** The sync workflow of each carrier. */
export const workflows = organization?.workflows ?? [];
const size = (list: object) => Object.keys(list).length;
/** How many secrets are declared, and in how many groups and environments. */
export const counts = { secrets: size(secrets), groups: size(groups), environments: size(deployments) };
/** Secrets that have not been synced yet, by deployment environment. */
export const waiting = byName((deployment) => deployment.waitingOf(secrets));
/** Digests of the platform's images; empty unless the config asks for them. */
export const images = resolveImages(IMAGES, settings);
