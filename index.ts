import { catalog as written } from "./secrets/catalog";
import { IMAGES } from "./secrets/images";
import { AccessRules } from "./src/resources/access/access-rules";
import { CatalogFacts } from "./src/resources/catalog-facts";
import { resolveImages } from "./src/resources/docker/images";
import { guardComposites } from "./src/resources/esc/composite-guard";
import { DeploymentEnvironment } from "./src/resources/esc/deployment-environment";
import { declareEnvironmentSecrets } from "./src/resources/github/environment-secrets";
import { Organization } from "./src/resources/github/organization";
import { guardSecrets } from "./src/resources/github/secret-guards";
import { guardTrust } from "./src/resources/identity/trust-guard";
import { DestroyGuard } from "./src/resources/leaving";
import { openStack } from "./src/resources/open-stack";

// The stack's config and the catalog, checked: nothing is declared before everything is right.
const stack = openStack(written, __dirname);
const { catalog, settings, secrets, opts } = stack;
const { groups, rotators, accessPolicies: policies } = catalog;
const facts = new CatalogFacts(settings.application, { secrets, policies });

// Pulumi ESC: per deployment environment the values, the ledger, the composite, and who may open them.
const access = new AccessRules(catalog, settings, stack.cloud);
const args = { settings, groups, rotators, access, compositeGuard: guardComposites({ settings, access }) };
const deployments = settings.environments.map((name) => new DeploymentEnvironment(name, args, opts));

// GitHub: the hooks without which no secret is declared, and the secrets that have a value per environment.
const guards = guardSecrets({ ...stack, deployments });
const trustGuard = guardTrust({ ...stack, plans: stack.issuers });
const environmentSecrets = declareEnvironmentSecrets({ ...stack, guards }, opts);

// GitHub, by the one stack that owns it: the organization secrets, the sync workflow, the loaders, the trust.
const declared = { ...stack, guards, trustGuard, deployments };
const organization = stack.ownsOrganization
  ? new Organization(settings.githubOrganization, declared, opts)
  : undefined;

// Last of all, so that it is the first that `pulumi destroy` comes to.
new DestroyGuard(
  settings.application,
  { ...stack, environmentSecrets, deployments, organization },
  { parent: facts },
);

const byName = <T>(of: (deployment: DeploymentEnvironment) => T) =>
  Object.fromEntries(deployments.map((deployment) => [deployment.name, of(deployment)]));
/** What applications open, by deployment environment. */
export const compositeEnvironments = byName(({ composite }) => composite);
/** The sync workflow of each carrier. */
export const workflows = organization?.workflows ?? [];
const size = (list: object) => Object.keys(list).length;
/** How many secrets are declared, and in how many groups and environments. */
export const counts = stack.checked.then(() => ({
  secrets: size(secrets),
  groups: size(groups),
  environments: size(deployments),
}));
/** Digests of the platform's images; empty unless the config asks for them. */
export const images = resolveImages(IMAGES, settings);
