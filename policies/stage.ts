import type { PolicyResource } from "@pulumi/policy";
import { type EnvironmentId, environmentId } from "./esc-text";
import { TYPES } from "./resource-types";

/** The environment (`production`) that an ESC environment is for: the name of the component that declares it. */
export function stageOf({ parent }: PolicyResource): string | undefined {
  return parent?.type === TYPES.stage ? parent.name : undefined;
}

/**
 * Whether an ESC environment is for one of these environments: by its component, else because its name or its project
 * has one of them as a part: `shop-production-keys`, `production/keys`.
 */
export function isFor(environment: PolicyResource, stages: readonly string[]): boolean {
  const stage = stageOf(environment);
  if (stage !== undefined) return stages.includes(stage);
  const { project, name } = environmentId(environment.props);
  const parts = `${project ?? ""}-${name}`.toLowerCase().split(/[._-]/);
  return stages.some((each) => parts.includes(each) || `-${parts.join("-")}-`.includes(`-${each}-`));
}

/** `organization/project/name`, as Pulumi Cloud identifies an ESC environment. */
export function environmentKey({ organization, project, name }: EnvironmentId): string {
  return `${organization}/${project ?? "default"}/${name}`;
}
