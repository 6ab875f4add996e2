import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { StackClaim } from "../catalog/checks/check-stacks";
import { parseRunners, type RunnerConfig } from "../catalog/runners";
import type { Settings } from "../catalog/settings";
import { fileOfStack, parseStackFile, type StackConfig, stackOf } from "../catalog/stack-file";
import type { Problem } from "../errors";
import { nearestNames } from "../text";

/** One stack's config as its file has it; empty where there is no file. */
export function configInFile(stack: string): StackConfig {
  const file = fileOfStack(stack);
  return existsSync(file) ? parseStackFile(readFileSync(file, "utf8"), file, pulumi.getProject()) : {};
}

/** What the project's other stacks claim, as their Pulumi.<stack>.yaml has it. */
export function otherStacks(): StackClaim[] {
  return readdirSync(".").flatMap((file) => {
    const stack = stackOf(file);
    if (stack === undefined || stack === pulumi.getStack()) return [];
    const { environments, organizationStack } = configInFile(stack);
    if (!Array.isArray(environments) || typeof organizationStack !== "string") return [];
    return [{ stack, environments: environments.map(String), organizationStack }];
  });
}

/** Where the project's other stacks have their jobs run: the workflow is this stack's, and has a job for each environment. */
export function runnersOfOthers(): { config?: RunnerConfig; problems?: Problem[] }[] {
  return readdirSync(".").flatMap((file) => {
    const stack = stackOf(file);
    if (stack === undefined || stack === pulumi.getStack()) return [];
    const { environments, runner, carrierRunners } = configInFile(stack);
    if (!Array.isArray(environments)) return [];
    return [parseRunners({ environments, runner, carrierRunners }, stack)];
  });
}

/** Carriers that config `carrierRunners` names and `carriers` does not. */
export function checkCarrierRunners({ carrierRunners, carriers }: Settings): Problem[] {
  const unknown = Object.keys(carrierRunners).filter((name) => !carriers.includes(name));
  return unknown.map((name) => ({
    code: "config-invalid",
    subject: "config carrierRunners",
    cause: `names ${name}, which is not in carriers`,
    remedy: `rename it to ${nearestNames(name, carriers)[0]}, if that is meant, or remove it: pulumi config rm --path 'carrierRunners.${name}'`,
  }));
}
