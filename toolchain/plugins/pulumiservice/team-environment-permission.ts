import type { ResourceDefinition } from "../provider/definition";
import { isUnknown, type Properties } from "../provider/wire";
import type { Answer, CloudClient } from "./cloud-client";
import { formatDuration, parseDuration } from "./go-duration";
import { present, segments, text } from "./inferred";

/** `pulumiservice:index:TeamEnvironmentPermission`: any change takes the permission away before it gives the new one. */
export const teamEnvironmentPermission: ResourceDefinition<CloudClient> = {
  required: ["environment", "organization", "permission", "team"],
  defaults: { project: "default" },
  computed: [],
  replaceOn: ["organization", "team", "project", "environment", "permission", "maxOpenDuration"],
  deleteBeforeReplace: true,
  check: (inputs) => checkDuration(inputs),
  create: async (client, inputs) => {
    const addEnvironmentPermission = {
      envName: inputs.environment,
      projectName: inputs.project,
      ...present({ permission: inputs.permission, maxOpenDuration: inputs.maxOpenDuration }),
    };
    await client.api("PATCH", teamPath(inputs), { addEnvironmentPermission }).catch((error: Error) => {
      throw new Error(`error granting team environment permission: ${error.message}`);
    });
    const { organization, team, project, environment } = inputs;
    return { id: `${organization}/${team}/${project}+${environment}`, outputs: inputs };
  },
  // A team that is gone is an error here, not a permission that is gone.
  read: async (client, id) => {
    const key = keyOf(id);
    const team = await client.api("GET", teamPath(key)).catch((error: Error) => {
      throw new Error(`failed to get team environment permission: ${error.message}`);
    });
    const setting = (team.environments ?? []).find(
      (one: Answer) => one.envName === key.environment && one.projectName === key.project,
    );
    if (setting === undefined) return undefined;
    const duration = setting.maxOpenDuration as string | undefined;
    const properties = present({ ...key, permission: setting.permission, maxOpenDuration: duration });
    return { id, outputs: properties, inputs: properties };
  },
  delete: async (client, _id, state) => {
    const removeEnvironment = { envName: state.environment, projectName: state.project };
    await client.api("PATCH", teamPath(state), { removeEnvironment });
  },
};

/** Durations are kept the way Go prints them, so that `1h` and `60m` are not change. */
function checkDuration(inputs: Properties) {
  const { maxOpenDuration: duration, ...rest } = inputs;
  if (duration === undefined || duration === "") return { inputs: rest, failures: [] };
  if (isUnknown(duration)) return { inputs, failures: [] };
  const nanoseconds = parseDuration(String(duration));
  if (nanoseconds !== undefined) {
    return { inputs: { ...rest, maxOpenDuration: formatDuration(nanoseconds) }, failures: [] };
  }
  const reason = `malformed duration: time: invalid duration "${duration}"`;
  return { inputs, failures: [{ property: "maxOpenDuration", reason }] };
}

function keyOf(id: string): Properties {
  const [organization, team, last, ...more] = id.split("/");
  const [project, environment, ...rest] = (last ?? "").includes("+")
    ? (last ?? "").split("+")
    : ["default", last];
  if (last === undefined || more.length > 0 || rest.length > 0)
    throw new Error(`invalid id "${id}", expected 3 parts`);
  return { organization, team, project, environment };
}

function teamPath(properties: Properties): string {
  return `orgs/${segments(text(properties, "organization"), "teams", text(properties, "team"))}`;
}
