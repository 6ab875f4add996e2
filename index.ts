import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { catalog as written } from "./secrets/catalog";
import { IMAGES } from "./secrets/images";
import { dayOf } from "./src/catalog/dates";
import { readRuntimes } from "./src/loaders/generator/read-runtimes";
import { AccessRules } from "./src/resources/access/access-rules";
import { openOrganization } from "./src/resources/access/open-organization";
import { CatalogFacts } from "./src/resources/catalog-facts";
import { resolveImages } from "./src/resources/docker/images";
import { DeploymentEnvironment } from "./src/resources/esc/deployment-environment";
import { declareEnvironmentSecrets } from "./src/resources/github/environment-secrets";
import { Organization } from "./src/resources/github/organization";
import { guardSecrets } from "./src/resources/github/secret-guards";
import { declareProviders } from "./src/resources/providers";
import { readStack } from "./src/resources/read-stack";

// The stack's config and the catalog, checked: nothing is declared before everything is right.
const today = dayOf(new Date());
const { catalog, settings, stacks, ownsOrganization, values } = readStack(written, today);
const { entries: secrets, groups, rotators, accessPolicies: policies } = catalog;
const { github, pulumiservice } = declareProviders(settings, secrets.length);
const opts = { providers: [github, pulumiservice] };
new CatalogFacts(settings.application, { secrets, policies });

// Pulumi ESC: per deployment environment the values, the ledger, the composite, and who may open them.
const cloud = openOrganization(settings);
const access = new AccessRules(catalog, settings, cloud);
const args = { settings, groups, rotators, access };
const deployments = settings.environments.map((name) => new DeploymentEnvironment(name, args, opts));

// GitHub: the hooks without which no secret is declared, and the secrets that have a value per environment.
const { guards, inGitHub } = guardSecrets({ secrets, settings, today, deployments, provider: github });
const declared = { catalog, secrets, settings, values, today, guards, provider: github };
declareEnvironmentSecrets(declared, opts);

// GitHub, by the one stack that owns it: the organization secrets, the sync workflow, the loaders, the trust.
const files = { bundle: readFileSync("dist/sync_secrets.cjs", "utf8"), runtimes: readRuntimes(__dirname) };
const all = { ...declared, ...files, stacks, inGitHub, deployments, cloud };
const organization = ownsOrganization ? new Organization(settings.githubOrganization, all, opts) : undefined;

const byName = <T>(of: (deployment: DeploymentEnvironment) => T) =>
  Object.fromEntries(deployments.map((deployment) => [deployment.name, of(deployment)]));
/** What applications open, by deployment environment. */
export const compositeEnvironments = byName(({ composite }) => composite);
/** The sync workflow of each carrier. */
export const workflows = organization?.workflows ?? [];
/** How many secrets are declared, and in how many groups and environments. */
export const counts = {
  secrets: secrets.length,
  groups: Object.keys(groups).length,
  environments: deployments.length,
};
/** Secrets that have not been synced yet, by deployment environment. */
export const waiting = byName((deployment) => deployment.waitingOf(secrets));
/** Digests of the platform's images; empty unless the config asks for them. */
export const images = resolveImages(IMAGES, settings, new pulumi.Config().getSecret("dockerPassword"));
