import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { isImport, refreshedInputs, text } from "./bridged";
import { type Answer, type GitHubClient, GitHubError } from "./github-client";
import { joinId, splitId } from "./resource-id";

/** `github_repository_environment`: existence and protection of a deployment environment. */
export const repositoryEnvironment: ResourceDefinition<GitHubClient> = {
  required: ["environment", "repository"],
  defaults: { canAdminsBypass: true },
  emptyOutputs: { preventSelfReview: false, reviewers: [] },
  computed: ["repositoryId"],
  replaceOn: ["environment", "repository"],
  create: async (client, inputs) => {
    await put(client, inputs);
    const { id } = await client.call("GET", `repos/${client.owner}/${text(inputs, "repository")}`);
    return {
      id: joinId(text(inputs, "repository"), text(inputs, "environment")),
      outputs: { ...inputs, repositoryId: id },
    };
  },
  update: async (client, _id, state, news) => {
    await put(client, news);
    return { waitTimer: state.waitTimer, ...news, repositoryId: state.repositoryId };
  },
  read: async (client, id, known) => {
    const state = isImport(known) ? await imported(client, id) : known.state;
    const environment = await client.find(path(client, state));
    if (environment === undefined) return undefined;
    const outputs = { ...state, ...protectionOf(environment) };
    return {
      id,
      outputs,
      inputs: isImport(known) ? importedInputs(outputs) : refreshed(known.inputs, outputs),
    };
  },
  delete: async (client, _id, state) => {
    await client.call("DELETE", path(client, state)).catch((error: Error) => {
      if (!(error instanceof GitHubError && error.status === 404)) throw error;
    });
  },
};

async function put(client: GitHubClient, inputs: Properties): Promise<void> {
  const policy = inputs.deploymentBranchPolicy as Record<string, boolean> | undefined;
  const reviewers = (inputs.reviewers as Record<string, number[]>[] | undefined)?.[0];
  const branchPolicy = policy && {
    protected_branches: policy.protectedBranches,
    custom_branch_policies: policy.customBranchPolicies,
  };
  const people = reviewers && [
    ...(reviewers.teams ?? []).map((id) => ({ type: "Team", id })),
    ...(reviewers.users ?? []).map((id) => ({ type: "User", id })),
  ];
  const body = {
    wait_timer: inputs.waitTimer ?? 0,
    reviewers: people ?? null,
    can_admins_bypass: inputs.canAdminsBypass ?? true,
    deployment_branch_policy: branchPolicy ?? null,
    prevent_self_review: inputs.preventSelfReview ?? false,
  };
  await client.call("PUT", path(client, inputs), body).catch((error: Error) => {
    // Plans without protection rules answer 422: go-github then sends what they do have, once.
    const plain = (people ?? []).length === 0 && body.wait_timer === 0;
    if (!(error instanceof GitHubError && error.status === 422 && plain)) throw error;
    return client.call("PUT", path(client, inputs), {
      deployment_branch_policy: body.deployment_branch_policy,
    });
  });
}

function protectionOf(environment: Answer): Properties {
  const canAdminsBypass = environment.can_admins_bypass ?? true;
  const found: Properties = { canAdminsBypass, reviewers: [], waitTimer: 0 };
  for (const rule of environment.protection_rules ?? []) {
    if (rule.type === "wait_timer") found.waitTimer = rule.wait_timer;
    if (rule.type !== "required_reviewers") continue;
    const idsOf = (type: string) =>
      rule.reviewers.filter((one: Answer) => one.type === type).map((one: Answer) => one.reviewer.id);
    found.reviewers = [{ teams: idsOf("Team"), users: idsOf("User") }];
    found.preventSelfReview = rule.prevent_self_review;
  }
  const policy = environment.deployment_branch_policy;
  found.deploymentBranchPolicy = policy
    ? { protectedBranches: policy.protected_branches, customBranchPolicies: policy.custom_branch_policies }
    : undefined;
  return found;
}

/** Of the reviewers a list that is empty and was not given stays away. */
function refreshed(inputs: Properties, outputs: Properties): Properties {
  const found = refreshedInputs(inputs, outputs);
  const [there] = (found.reviewers as Properties[] | undefined) ?? [];
  const [given] = (inputs.reviewers as Properties[] | undefined) ?? [];
  if (there === undefined || given === undefined) return found;
  const members = Object.entries(there).filter(
    ([kind, ids]) => kind in given || (ids as unknown[]).length > 0,
  );
  return { ...found, reviewers: [Object.fromEntries(members)] };
}

/** Defaults and empty values are left out of imported inputs. */
function importedInputs({ repositoryId: _, canAdminsBypass, ...outputs }: Properties): Properties {
  const given = Object.entries(outputs).filter(
    ([, value]) => Boolean(value) && !(Array.isArray(value) && value.length === 0),
  );
  return { ...Object.fromEntries(given), ...(canAdminsBypass === false ? { canAdminsBypass } : {}) };
}

async function imported(client: GitHubClient, id: string): Promise<Properties> {
  const [repository = "", environment = ""] = splitId(id, 2);
  const { id: repositoryId } = await client.call("GET", `repos/${client.owner}/${repository}`);
  return { repository, repositoryId, environment };
}

function path(client: GitHubClient, properties: Properties): string {
  const environment = encodeURIComponent(text(properties, "environment"));
  return `repos/${client.owner}/${text(properties, "repository")}/environments/${environment}`;
}
