import type { CheckFailure, ResourceDefinition } from "../provider/definition";
import { isUnknown, type Properties } from "../provider/wire";
import type { CloudClient } from "./cloud-client";
import { idParts, present, segments, text } from "./inferred";

/**
 * `pulumiservice:index:EnvironmentRotationSchedule`. Its update is a POST, though the interface's description and
 * the `esc` client say PATCH.
 */
export const environmentRotationSchedule: ResourceDefinition<CloudClient> = {
  required: ["environment", "organization", "project"],
  computed: ["scheduleId"],
  replaceOn: ["environment", "organization", "project", "timestamp"],
  check: (inputs) => ({ inputs, failures: timeFailures(inputs) }),
  create: async (client, inputs) => {
    const { id } = await client.api("POST", path(inputs), body(inputs)).catch((error: Error) => {
      throw new Error(`error creating environment rotation schedule: ${error.message}`);
    });
    const { organization, project, environment } = inputs;
    return {
      id: `${organization}/${project}/${environment}/rotations/${id}`,
      outputs: { ...inputs, scheduleId: id },
    };
  },
  update: async (client, _id, state, news) => {
    const { id } = await client.api("POST", `${path(news)}/${state.scheduleId}`, body(news));
    return { ...news, scheduleId: id };
  },
  read: async (client, id) => {
    const names = ["organization", "project", "environment", "rotations", "scheduleId"];
    const [organization, project, environment, , scheduleId] = idParts(id, ...names);
    const key = { organization, project, environment };
    const schedule = await client.find(`${path(key)}/${scheduleId}`);
    if (schedule === undefined) return undefined;
    const once = schedule.scheduleOnce as string | undefined;
    const timestamp = once && `${new Date(`${once.replace(" ", "T")}Z`).toISOString().slice(0, 19)}Z`;
    const inputs = present({ ...key, scheduleCron: schedule.scheduleCron, timestamp });
    return { id, inputs, outputs: { ...inputs, scheduleId } };
  },
  delete: async (client, _id, state) => {
    await client.api("DELETE", `${path(state)}/${state.scheduleId}`);
  },
};

function timeFailures(inputs: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const { scheduleCron, timestamp } = inputs;
  if (Boolean(scheduleCron) === Boolean(timestamp)) {
    failures.push({
      property: "scheduleCron",
      reason: "exactly one of scheduleCron or timestamp must be specified",
    });
  }
  const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  if (typeof timestamp === "string" && !isUnknown(timestamp) && !rfc3339.test(timestamp)) {
    const reason = `timestamp must be in RFC 3339 format: parsing time "${timestamp}"`;
    failures.push({ property: "timestamp", reason });
  }
  return failures;
}

function body(inputs: Properties): Properties {
  const { scheduleCron, timestamp: scheduleOnce } = inputs;
  return { ...present({ scheduleCron, scheduleOnce }), secretRotationRequest: {} };
}

function path(key: Properties): string {
  return `esc/environments/${segments(text(key, "organization"), text(key, "project"), text(key, "environment"))}/schedules`;
}
