import { TYPES } from "../../policies/resource-types";
import type { Told } from "./run-pack";
import { withoutUndefined } from "./told-stack";

export const variable = (variableName: unknown, value: unknown): Told => ({
  type: TYPES.variable,
  name: "variable",
  inputs: withoutUndefined({ repository: "infrastructure", variableName, value }),
});

export const webhook = (payloadUrl: unknown, more: Record<string, unknown> = {}): Told => ({
  type: TYPES.webhook,
  name: "hook",
  inputs: withoutUndefined({
    organizationName: "acme",
    displayName: "hook",
    active: true,
    payloadUrl,
    ...more,
  }),
});

/** Deployment settings with these environment variables. */
export const deployment = (environmentVariables: unknown, more: Record<string, unknown> = {}): Told => ({
  type: TYPES.deploymentSettings,
  name: "deployment",
  inputs: {
    organization: "acme",
    project: "shop",
    stack: "production",
    operationContext: withoutUndefined({ environmentVariables, ...more }),
  },
});

/** A role with these permissions, and its assignment to a team. */
export const role = (permissions: unknown, more: Partial<Told> = {}): Told => ({
  type: TYPES.role,
  name: "auditors",
  inputs: withoutUndefined({
    organizationName: "acme",
    name: "auditors",
    description: "Auditors read who may do what",
    permissions,
  }),
  ...more,
});

export const roleOfTeam = (more: Partial<Told> = {}): Told => ({
  type: TYPES.roleOfTeam,
  name: "auditors",
  inputs: { organizationName: "acme", teamName: "auditors", roleId: "r-4711" },
  dependsOn: { roleId: [`${TYPES.role}::auditors`] },
  ...more,
});

export const allow = (...permissions: string[]) => ({ __type: "PermissionDescriptorAllow", permissions });
