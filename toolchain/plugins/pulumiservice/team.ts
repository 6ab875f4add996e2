import { PartlyCreated, type ResourceDefinition } from "../provider/definition";
import { isUnknown, type Properties } from "../provider/wire";
import { type Answer, type CloudClient, CloudError } from "./cloud-client";
import { idParts, present, segments, text } from "./inferred";

/** `pulumiservice:index:Team`: the team, then its members one call each. */
export const team: ResourceDefinition<CloudClient> = {
  required: ["organizationName", "teamType"],
  computed: [],
  replaceOn: ["organizationName", "teamType", "name"],
  check: (inputs) => {
    const members = Array.isArray(inputs.members) ? [...inputs.members].sort() : (inputs.members ?? []);
    const displayName = inputs.displayName ?? inputs.name;
    return { inputs: present({ ...inputs, displayName, members }), failures: failuresOf(inputs) };
  },
  create: async (client, inputs) => {
    const id = `${text(inputs, "organizationName")}/${text(inputs, "name")}`;
    await post(client, inputs);
    const added: string[] = [];
    try {
      for (const member of membersOf(inputs)) {
        await changeMember(client, inputs, "add", member);
        added.push(member);
      }
      const live = await client.find(path(inputs));
      return { id, outputs: outputsOf(inputs, live) };
    } catch (error) {
      throw new PartlyCreated({ id, outputs: { ...inputs, members: added } }, (error as Error).message);
    }
  },
  update: async (client, _id, state, news) => {
    // The real provider compares addresses of texts here, so this goes out on every update.
    await client.api("PATCH", path(news), {
      newDisplayName: text(news, "displayName"),
      newDescription: text(news, "description"),
    });
    if (news.teamType !== "github") await changeMembers(client, state, news);
    return news;
  },
  read: async (client, id, known) => {
    const [organizationName = "", name = ""] = idParts(id, "organization", "team");
    const live = await client.find(path({ organizationName, name }));
    if (live === undefined) return undefined;
    const outputs = outputsOf({ organizationName, githubTeamId: known.inputs.githubTeamId }, live);
    return { id, outputs, inputs: outputs };
  },
  delete: async (client, _id, state) => {
    await client.api("DELETE", path(state));
  },
};

function failuresOf(inputs: Properties) {
  const type = inputs.teamType;
  if (type === undefined || isUnknown(type)) return [];
  if (type !== "github" && type !== "pulumi") {
    return [{ property: "type", reason: `found "${type}" instead of 'pulumi' or 'github'` }];
  }
  if (type === "github" && inputs.githubTeamId === undefined) {
    return [{ property: "githubTeamId", reason: "teams with teamType 'github' require a githubTeamId" }];
  }
  if (type === "pulumi" && inputs.name === undefined) {
    return [{ property: "name", reason: "teams with teamType 'pulumi' require a name" }];
  }
  return [];
}

async function post(client: CloudClient, inputs: Properties): Promise<void> {
  const { organizationName: organization, teamType } = inputs;
  const body = {
    organization,
    teamType,
    name: text(inputs, "name"),
    displayName: text(inputs, "displayName"),
    description: text(inputs, "description"),
    ...present({ githubTeamID: inputs.githubTeamId }),
  };
  const folder = `orgs/${segments(text(inputs, "organizationName"), "teams", String(teamType))}`;
  await client.api("POST", folder, body).catch((error: Error) => {
    throw new Error(`error creating team '${text(inputs, "name")}': failed to create team: ${error.message}`);
  });
}

async function changeMembers(client: CloudClient, state: Properties, news: Properties): Promise<void> {
  const [before, after] = [membersOf(state), membersOf(news)];
  for (const member of [...before].reverse()) {
    if (!after.includes(member)) await changeMember(client, news, "remove", member);
  }
  for (const member of after) if (!before.includes(member)) await changeMember(client, news, "add", member);
}

/** Adding a member that is there already answers 409, which is fine. */
async function changeMember(
  client: CloudClient,
  properties: Properties,
  memberAction: "add" | "remove",
  member: string,
): Promise<void> {
  await client.api("PATCH", path(properties), { memberAction, member }).catch((error: Error) => {
    if (memberAction === "add" && error instanceof CloudError && error.status === 409) return;
    throw new Error(`failed to update team membership: ${error.message}`);
  });
}

function outputsOf(given: Properties, live: Answer): Properties {
  return present(
    {
      organizationName: given.organizationName,
      teamType: live.kind,
      name: live.name,
      displayName: live.displayName,
      description: live.description,
      githubTeamId: given.githubTeamId,
      members: (live.members ?? []).map((member: Answer) => member.githubLogin).sort(),
    },
    true,
  );
}

function membersOf(properties: Properties): string[] {
  return (properties.members as string[] | undefined) ?? [];
}

function path(properties: Properties): string {
  return `orgs/${segments(text(properties, "organizationName"), "teams", text(properties, "name"))}`;
}
