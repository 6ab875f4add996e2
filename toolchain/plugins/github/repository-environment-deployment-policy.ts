import type { ResourceDefinition } from "../provider/definition";
import { isUnknown, type Properties } from "../provider/wire";
import { isImport, refreshedInputs, text } from "./bridged";
import type { GitHubClient } from "./github-client";
import { joinId, splitId } from "./resource-id";

/** `github_repository_environment_deployment_policy`: one branch or tag pattern that may deploy. */
export const repositoryEnvironmentDeploymentPolicy: ResourceDefinition<GitHubClient> = {
  required: ["environment", "repository"],
  computed: ["policyId", "repositoryId"],
  replaceOn: ["environment", "repository"],
  check: (inputs) => ({ inputs, failures: patternFailures(inputs) }),
  // From a branch to a tag pattern or back both patterns change: only a new policy can do that.
  replaceAlso: (changed) => {
    const patterns = ["branchPattern", "tagPattern"];
    return patterns.every((name) => changed.includes(name)) ? patterns : [];
  },
  create: async (client, inputs) => {
    const isBranch = text(inputs, "branchPattern") !== "";
    const name = isBranch ? inputs.branchPattern : inputs.tagPattern;
    const policy = await client.call("POST", path(client, inputs), {
      name,
      type: isBranch ? "branch" : "tag",
    });
    const repository = await client.call("GET", `repos/${client.owner}/${text(inputs, "repository")}`);
    return {
      id: joinId(text(inputs, "repository"), text(inputs, "environment"), String(policy.id)),
      outputs: { ...inputs, policyId: policy.id, repositoryId: repository.id },
    };
  },
  update: async (client, _id, state, news) => {
    const name = text(news, "branchPattern") || text(news, "tagPattern");
    await client.call("PUT", `${path(client, state)}/${state.policyId}`, { name });
    return { ...state, ...news };
  },
  read: async (client, id, known) => {
    const state = isImport(known) ? await imported(client, id) : known.state;
    const policy = await client.find(`${path(client, state)}/${state.policyId}`);
    if (policy === undefined) return undefined;
    const pattern = policy.type === "tag" ? { tagPattern: policy.name } : { branchPattern: policy.name };
    const { repository, environment } = state;
    const outputs = { ...state, ...pattern };
    const given = { repository, environment, ...pattern };
    return { id, outputs, inputs: isImport(known) ? given : refreshedInputs(known.inputs, outputs) };
  },
  delete: async (client, _id, state) => {
    await client.call("DELETE", `${path(client, state)}/${state.policyId}`);
  },
};

function patternFailures(inputs: Properties) {
  const given = ["branchPattern", "tagPattern"].filter((name) => inputs[name] !== undefined);
  if (given.length === 1 || given.some((name) => isUnknown(inputs[name]))) return [];
  const names = "`branch_pattern,tag_pattern`";
  const problem =
    given.length === 0
      ? `one of ${names} must be specified`
      : `only one of ${names} can be specified, but ${names} were specified.`;
  return [
    {
      property: "branchPattern",
      reason: `Invalid combination of arguments. "branch_pattern": ${problem}`,
    },
  ];
}

async function imported(client: GitHubClient, id: string): Promise<Properties> {
  const [repository = "", environment = "", policyId] = splitId(id, 3);
  const { id: repositoryId } = await client.call("GET", `repos/${client.owner}/${repository}`);
  return { repository, repositoryId, environment, policyId: Number(policyId) };
}

function path(client: GitHubClient, properties: Properties): string {
  const environment = encodeURIComponent(text(properties, "environment"));
  return `repos/${client.owner}/${text(properties, "repository")}/environments/${environment}/deployment-branch-policies`;
}
