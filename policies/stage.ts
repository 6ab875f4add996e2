import type { PolicyResource } from "@pulumi/policy";
import { TYPES } from "./resource-types";

/** The environment (`production`) that an ESC environment is for: the name of the component that declares it. */
export function stageOf({ parent }: PolicyResource): string | undefined {
  return parent?.type === TYPES.stage ? parent.name : undefined;
}

/**
 * Whether an ESC environment is for one of these environments: by its component, else because its name has one of them
 * as a part between dashes.
 */
export function isFor(environment: PolicyResource, stages: readonly string[]): boolean {
  const stage = stageOf(environment);
  if (stage !== undefined) return stages.includes(stage);
  return stages.some((each) => `-${environment.props.name}-`.includes(`-${each}-`));
}

/** `organization/project/name`, as Pulumi Cloud identifies an ESC environment. */
export function environmentKey(organization: unknown, project: unknown, name: unknown): string {
  return `${organization}/${project ?? "default"}/${name}`;
}
