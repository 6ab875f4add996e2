import type { CheckFailure, ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import type { CloudClient } from "./cloud-client";
import { present, segments, text } from "./inferred";

/** Event groups of a webhook that names neither filters nor groups. */
const defaultGroups = {
  organization: ["deployments", "environments", "stacks"],
  stack: ["deployments", "stacks"],
  environment: ["environments"],
};

/** `pulumiservice:index:Webhook` of an organization, a stack or an environment. Its secret never comes back. */
export const webhook: ResourceDefinition<CloudClient> = {
  required: ["active", "displayName", "organizationName", "payloadUrl"],
  defaults: { format: "raw" },
  computed: ["name"],
  secrets: ["secret"],
  replaceOn: ["environmentName", "organizationName", "projectName", "stackName"],
  check: (inputs) => {
    const bare = [inputs.filters, inputs.groups].every((list) => list === undefined || isEmptyList(list));
    const groups = bare ? { groups: defaultGroups[scopeOf(inputs)] } : {};
    return { inputs: { ...inputs, ...groups }, failures: scopeFailures(inputs) };
  },
  create: async (client, inputs) => {
    const { name } = await client.api("POST", path(inputs), body(inputs)).catch((error: Error) => {
      throw new Error(
        `error creating webhook "${inputs.displayName}": failed to create webhook: ${error.message}`,
      );
    });
    return { id: idOf(inputs, name), outputs: { ...inputs, name } };
  },
  update: async (client, _id, state, news) => {
    const name = text(state, "name");
    await client.api("PATCH", `${path(news)}/${segments(name)}`, { ...body(news), name });
    return { ...news, name };
  },
  read: async (client, id, known) => {
    const { hookName, ...place } = placeOf(id);
    const hook = await client.find(`${path(place)}/${segments(hookName)}`);
    if (hook === undefined) return undefined;
    const inputs = present({
      ...place,
      active: hook.active,
      displayName: hook.displayName,
      payloadUrl: hook.payloadUrl,
      format: hook.format,
      filters: isEmptyList(hook.filters) ? undefined : hook.filters,
      groups: isEmptyList(hook.groups) ? undefined : hook.groups,
      secret: known.state.secret,
    });
    return { id, inputs, outputs: { ...inputs, name: hook.name } };
  },
  delete: async (client, id) => {
    const { hookName, ...place } = placeOf(id);
    await client.api("DELETE", `${path(place)}/${segments(hookName)}`);
  },
};

function scopeOf(inputs: Properties): keyof typeof defaultGroups {
  if (inputs.stackName !== undefined) return "stack";
  return inputs.environmentName === undefined ? "organization" : "environment";
}

function scopeFailures(inputs: Properties): CheckFailure[] {
  const [project, stack, environment] = [inputs.projectName, inputs.stackName, inputs.environmentName].map(
    (name) => name !== undefined,
  );
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  if (stack && !project) {
    refuse("projectName", "projectName and stackName must both be specified for stack webhooks");
  }
  if (environment && !project) {
    refuse("projectName", "projectName and environmentName must both be specified for environment webhooks");
  }
  if (environment && stack) {
    refuse(
      "stackName",
      "stackName needs to be empty if this is meant to be an environment webhook; environmentName needs to be empty if this is meant to be a stack webhook",
    );
  }
  if (project && !stack && !environment) {
    refuse(
      "projectName",
      "projectName needs to be empty if this is meant to be an organization webhook; otherwise provide stackName for stack webhook or environmentName for environment webhook",
    );
  }
  return failures;
}

function body(inputs: Properties): Properties {
  const { environmentName, filters, groups, ...rest } = inputs;
  return present({
    ...rest,
    envName: environmentName,
    filters: isEmptyList(filters) ? undefined : filters,
    groups: isEmptyList(groups) ? undefined : groups,
  });
}

function path(place: Properties): string {
  const [organization, project] = [text(place, "organizationName"), text(place, "projectName")];
  const [stack, environment] = [text(place, "stackName"), text(place, "environmentName")];
  if (environment !== "") return `esc/environments/${segments(organization, project, environment)}/hooks`;
  if (stack !== "") return `stacks/${segments(organization, project, stack)}/hooks`;
  return `orgs/${segments(organization)}/hooks`;
}

/** The word "environment" tells an environment's webhook from a stack's. */
function idOf(inputs: Properties, name: string): string {
  const { organizationName, projectName, stackName, environmentName } = inputs;
  if (stackName !== undefined) return `${organizationName}/${projectName}/${stackName}/${name}`;
  if (environmentName !== undefined) {
    return `${organizationName}/environment/${projectName}/${environmentName}/${name}`;
  }
  return `${organizationName}/${name}`;
}

function placeOf(id: string): Properties & { hookName: string } {
  const parts = id.split("/");
  const [organizationName, second, third, fourth] = parts;
  const hookName = parts.at(-1) ?? "";
  if (parts.length === 2) return { organizationName, hookName };
  if (parts.length === 4) return { organizationName, projectName: second, stackName: third, hookName };
  if (parts.length === 5) return { organizationName, projectName: third, environmentName: fourth, hookName };
  throw new Error(`"${id}" is not a valid webhook ID`);
}

function isEmptyList(list: unknown): boolean {
  return list === undefined || list === null || (Array.isArray(list) && list.length === 0);
}
