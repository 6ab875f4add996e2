import type { Project } from "../project";
import type { AdoptSlot } from "./adopt-slots";
import { BRANCH_RULE, ENVIRONMENT, ENVIRONMENT_SLOT, REPOSITORIES, SLOT } from "./plan-adoption";

/** What every slot stands on. */
export function groundOf({ stack, settings }: Project): string[] {
  const owns = settings.organizationStack === stack;
  return [
    "**pulumi:pulumi:Stack::*",
    "**pulumi:providers:github::github",
    ...(owns ? ["**sophia-secrets:github:Organization::*"] : []),
  ];
}

/** A slot, and the component it is part of. */
export function urnsOfSlot({ path, place }: AdoptSlot): string[] {
  if (place === undefined)
    return [`**sophia-secrets:github:Slot::${path}`, `**${SLOT}::${path}`, `**${REPOSITORIES}::${path}`];
  const component = `${place.repository}/${place.environment}`;
  return [`**sophia-secrets:github:EnvironmentSlots::${component}`, `**${ENVIRONMENT_SLOT}::${path}`];
}

/** @param path `repository/environment`. */
export function urnOfEnvironment(path: string): string {
  return `**${ENVIRONMENT}::${path}`;
}

export function urnOfBranchRule(path: string): string {
  return `**${BRANCH_RULE}::${path}`;
}

/** The named ones; nothing else of the stack is touched. */
export function targets(urns: readonly string[]): string[] {
  return [...new Set(urns)].flatMap((urn) => ["--target", urn]);
}
