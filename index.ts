import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { catalog } from "./secrets/catalog";
import { IMAGES } from "./secrets/images";
import { dayOf } from "./src/catalog/dates";
import { CatalogFacts } from "./src/resources/catalog-facts";
import { resolveImages } from "./src/resources/docker/images";
import { DeploymentEnvironment } from "./src/resources/esc/deployment-environment";
import { waitingFor } from "./src/resources/esc/waiting";
import { declareEnvironmentSlots } from "./src/resources/github/environment-secrets";
import { Organization } from "./src/resources/github/organization";
import { slotRules } from "./src/resources/github/secret-guards";
import { createProviders } from "./src/resources/providers";
import { readStack } from "./src/resources/read-stack";

// Config and catalog, checked: nothing is declared before everything is right.
const today = dayOf(new Date());
const { settings, ownsOrganization, values } = readStack(catalog, today);
const services = createProviders(settings, catalog.secrets.length);
const providers = Object.values(services);
new CatalogFacts(settings.application, catalog);

// What no run may do to a secret in GitHub, whatever it declares.
const rules = slotRules(catalog, values, services.github, today);

// Pulumi ESC: per environment the values, the ledger, the composite, and who may open them.
const stages = settings.environments.map((name) => ({
  name,
  stage: new DeploymentEnvironment(name, { settings, groups: catalog.groups }, { providers }),
}));

// GitHub: the secrets that have a value per environment.
declareEnvironmentSlots(catalog, settings, rules, { providers });

// GitHub, by the one stack that owns it: the slots, the sync workflow, the trust in its jobs.
const bundle = readFileSync("dist/sync_secrets.cjs", "utf8");
const organization = ownsOrganization
  ? new Organization(
      settings.githubOrganization,
      { settings, catalog, bundle, stages: stages.map(({ stage }) => stage), rules },
      { providers },
    )
  : undefined;

const byName = <T>(of: (stage: DeploymentEnvironment, name: string) => T) =>
  Object.fromEntries(stages.map(({ name, stage }) => [name, of(stage, name)]));
/** What applications open, by environment. */
export const compositeEnvironments = byName((stage) => stage.composite);
/** The sync workflow of each carrier. */
export const workflows = organization?.workflows ?? [];
/** How many secrets are declared, and in how many groups and environments. */
export const counts = {
  secrets: catalog.secrets.length,
  groups: Object.keys(catalog.groups).length,
  environments: stages.length,
};
/** Secrets that have not been synced yet, by environment. */
export const waiting = byName((stage, name) => waitingFor(stage, name, catalog));
/** Digests of the platform's images; empty unless the config asks for them. */
export const images = resolveImages(IMAGES, settings, new pulumi.Config().getSecret("dockerPassword"));
