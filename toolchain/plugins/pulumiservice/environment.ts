import type { CheckFailure, ResourceDefinition } from "../provider/definition";
import { isUnknown, type Properties, textOf, unknown } from "../provider/wire";
import { type CloudAnswer, type CloudClient, CloudError, type Diagnostic } from "./cloud-client";
import { segments, text } from "./inferred";

const identity = ["organization", "project", "name"];

/**
 * `pulumiservice:index:Environment` with its faults: no ETag is ever sent; an update that failed is reported as done
 * with revision 0; a create that fails half-way leaves the environment behind, unknown to the state; any error while
 * reading means "gone".
 */
export const environment: ResourceDefinition<CloudClient> = {
  required: [...identity, "yaml"],
  computed: ["environmentId", "revision"],
  secrets: ["yaml"],
  replaceOn: identity,
  deleteBeforeReplace: true,
  check: (inputs) => ({
    inputs: { ...inputs, yaml: trimmedYaml(inputs.yaml) },
    failures: slashFailures(inputs),
  }),
  create: async (client, inputs) => {
    const { organization, project, name } = named(inputs);
    await checkYaml(client, organization, text(inputs, "yaml"));
    await client.esc("POST", organization, JSON.stringify({ project, name })).catch((error: Error) => {
      throw new Error(`failed to create new environment due to error: ${error.message}`);
    });
    const revision = await pushNew(client, inputs);
    return { id: `${organization}/${project}/${name}`, outputs: await outputs(client, inputs, revision) };
  },
  update: async (client, _id, _state, news) => {
    // The real provider drops the error of a PATCH: what stays is revision 0.
    const patched: Patched = await patch(client, news).catch(() => ({ revision: 0 }));
    const { revision, diagnostics } = patched;
    if (diagnostics !== undefined) {
      throw failedChecks("failed to update environment, yaml code failed following checks", { diagnostics });
    }
    return outputs(client, news, revision);
  },
  read: async (client, id) => {
    const inputs = identityOf(id);
    const answer = await client.esc("GET", path(inputs)).catch(() => undefined);
    const revision = answer && revisionOf(answer);
    if (answer === undefined || revision === undefined) return undefined;
    const yaml = answer.text.trim();
    const environmentId = await idOf(client, inputs).catch(() => undefined);
    return { id, inputs: { ...inputs, yaml }, outputs: { ...inputs, yaml, revision, environmentId } };
  },
  delete: async (client, _id, state) => {
    await client.esc("DELETE", path(state));
  },
};

function trimmedYaml(yaml: unknown): string {
  if (yaml === undefined) return "";
  return isUnknown(yaml) ? unknown() : textOf(yaml).trim();
}

function slashFailures(inputs: Properties): CheckFailure[] {
  return identity
    .filter((name) => !isUnknown(inputs[name]) && text(inputs, name).includes("/"))
    .map((name) => ({ property: name, reason: `'${name}' property contains \`/\` illegal character` }));
}

async function checkYaml(client: CloudClient, organization: string, yaml: string): Promise<void> {
  await client
    .esc("POST", `${segments(organization)}/yaml/check?showSecrets=false`, yaml)
    .catch((error: Error) => {
      const problems = error instanceof CloudError && error.status === 400 && error.diagnostics.length > 0;
      if (problems)
        throw failedChecks("failed to check environment, yaml code failed following checks", error);
      throw new Error(`failed to check environment due to error: ${error.message}`);
    });
}

/** What a PATCH came to; problems only when it was refused for them. */
interface Patched {
  revision: number;
  diagnostics?: readonly Diagnostic[];
}

/** What a successful answer says besides its revision is not looked at (esc 0.23, which this version is built with). */
async function patch(client: CloudClient, inputs: Properties): Promise<Patched> {
  try {
    const answer = await client.esc("PATCH", path(inputs), text(inputs, "yaml"));
    const revision = revisionOf(answer);
    if (revision === undefined)
      throw new Error('parsing revision number: strconv.Atoi: parsing "": invalid syntax');
    return { revision };
  } catch (error) {
    if (!(error instanceof CloudError) || error.diagnostics.length === 0) throw error;
    return { revision: 0, diagnostics: error.diagnostics };
  }
}

async function pushNew(client: CloudClient, inputs: Properties): Promise<number> {
  const { revision, diagnostics } = await patch(client, inputs).catch((error: Error) => {
    throw new Error(`failed to push yaml into environment due to error: ${error.message}`);
  });
  if (diagnostics === undefined) return revision;
  throw failedChecks(
    "failed to update brand new environment with pre-checked yaml, due to failing the following checks",
    { diagnostics },
    " \nThis should never happen, if you're seeing this message there's likely a bug in ESC APIs",
  );
}

function revisionOf(answer: CloudAnswer): number | undefined {
  const header = answer.headers.get("pulumi-esc-revision") ?? "";
  return /^\d+$/.test(header) ? Number(header) : undefined;
}

async function outputs(client: CloudClient, inputs: Properties, revision: number): Promise<Properties> {
  const environmentId = await idOf(client, inputs);
  return { ...named(inputs), yaml: inputs.yaml, revision, environmentId };
}

async function idOf(client: CloudClient, inputs: Properties): Promise<string | undefined> {
  return (await client.find(`esc/environments/${path(inputs)}/metadata`))?.id;
}

/** `organization/project/name`, or the old `organization/name`. */
function identityOf(id: string): Properties {
  const parts = id.split("/");
  if (parts.length < 2 || parts.length > 3) throw new Error(`invalid environment id: ${id}`);
  const [organization, project, name] = parts.length === 3 ? parts : [parts[0], "default", parts[1]];
  return { organization, project, name };
}

function named(inputs: Properties): { organization: string; project: string; name: string } {
  return {
    organization: text(inputs, "organization"),
    project: text(inputs, "project"),
    name: text(inputs, "name"),
  };
}

function path(inputs: Properties): string {
  const { organization, project, name } = named(inputs);
  return segments(organization, project, name);
}

/** The problems as Go prints its structures, where the place of a problem is only an address. */
function failedChecks(what: string, found: { diagnostics: readonly Diagnostic[] }, more = ""): Error {
  const problems = found.diagnostics.map(
    ({ summary, detail = "" }) => `{Range:<nil> Summary:${summary} Detail:${detail}}`,
  );
  return new Error(`${what}: [${problems.join(" ")}]${more}`);
}
