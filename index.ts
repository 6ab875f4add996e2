import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { catalog } from "./secrets/catalog";
import { IMAGES } from "./secrets/images";
import { resolveImages } from "./src/resources/images";
import { Organization } from "./src/resources/organization";
import { createProviders } from "./src/resources/providers";
import { readStack } from "./src/resources/read-stack";
import { Stage } from "./src/resources/stage";
import { waitingFor } from "./src/resources/waiting";

// Config and catalog, checked: nothing is declared before everything is right.
const { settings, ownsOrganization } = readStack(catalog);
const providers = Object.values(createProviders(settings));
const groups = Object.keys(catalog.groups);

// Pulumi ESC: per environment the values, the ledger, the composite, and who may open them.
const stages = settings.environments.map((name) => ({
  name,
  stage: new Stage(name, { settings, groups }, { providers }),
}));

// GitHub, by the one stack that owns it: the slots, the sync workflow, the trust in its jobs.
const bundle = readFileSync("dist/sync_secrets.cjs", "utf8");
const organization = ownsOrganization
  ? new Organization(
      settings.githubOrganization,
      { settings, catalog, bundle, stages: stages.map(({ stage }) => stage) },
      { providers },
    )
  : undefined;

/** What applications open, by environment. */
export const compositeEnvironments = Object.fromEntries(
  stages.map(({ name, stage }) => [name, stage.composite]),
);
/** The sync workflow of each carrier. */
export const workflows = organization?.workflows ?? [];
/** How many secrets are declared, and in how many groups and environments. */
export const counts = { secrets: catalog.secrets.length, groups: groups.length, environments: stages.length };
/** Secrets that have not been synced yet, by environment. */
export const waiting = Object.fromEntries(
  stages.map(({ name, stage }) => [name, waitingFor(stage, name, catalog)]),
);
/** Digests of the platform's images; empty unless the config asks for them. */
export const images = resolveImages(IMAGES, settings, new pulumi.Config().getSecret("dockerPassword"));
