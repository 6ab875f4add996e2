import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { isImport, refreshedInputs, text } from "./bridged";
import type { Answer, GitHubClient } from "./github-client";
import { splitId } from "./resource-id";

/**
 * `github_repository_ruleset`: rules of one repository, by the provider's documentation. Rules that this project does not
 * declare (patterns of names, merge queues, code scanning) are not imitated.
 */
export const repositoryRuleset: ResourceDefinition<GitHubClient> = {
  required: ["enforcement", "repository", "rules", "target"],
  computed: ["etag", "name", "nodeId", "rulesetId"],
  replaceOn: ["repository"],
  check: (inputs) => ({ inputs, failures: conditionFailures(inputs) }),
  create: async (client, inputs) => {
    const made = await client.call("POST", path(client, inputs), bodyOf(inputs));
    return { id: String(made.id), outputs: { ...inputs, ...identityOf(made) } };
  },
  update: async (client, id, _state, news) => {
    const changed = await client.call("PUT", `${path(client, news)}/${id}`, bodyOf(news));
    return { ...news, ...identityOf(changed) };
  },
  read: async (client, id, known) => {
    const [repository = "", own = ""] = isImport(known)
      ? splitId(id, 2)
      : [text(known.state, "repository"), id];
    const found = await client.find(`${path(client, { repository })}/${own}?includes_parents=false`);
    if (found === undefined) return undefined;
    const outputs = { ...known.state, repository, ...shown(found), ...identityOf(found) };
    const { etag: _, nodeId: __, rulesetId: ___, ...given } = outputs as Properties;
    return { id: own, outputs, inputs: isImport(known) ? given : refreshedInputs(known.inputs, outputs) };
  },
  delete: async (client, id, state) => {
    await client.call("DELETE", `${path(client, state)}/${id}`);
  },
};

/** "For `push` targets, `refName` must NOT be set"; for the others it must (the provider's documentation). */
function conditionFailures(inputs: Properties) {
  const isPush = inputs.target === "push";
  if (isPush === (inputs.conditions === undefined)) return [];
  const reason = isPush
    ? "conditions.ref_name must not be set for push target"
    : `ref_name must be set for ${inputs.target} target`;
  return [{ property: "conditions", reason }];
}

/** The rules without parameters, by their names in the resource and at GitHub. */
const PLAIN: Readonly<Record<string, string>> = {
  creation: "creation",
  update: "update",
  deletion: "deletion",
  requiredLinearHistory: "required_linear_history",
  requiredSignatures: "required_signatures",
  nonFastForward: "non_fast_forward",
};

const PULL_REQUEST: Readonly<Record<string, string>> = {
  allowedMergeMethods: "allowed_merge_methods",
  dismissStaleReviewsOnPush: "dismiss_stale_reviews_on_push",
  requireCodeOwnerReview: "require_code_owner_review",
  requireLastPushApproval: "require_last_push_approval",
  requiredApprovingReviewCount: "required_approving_review_count",
  requiredReviewThreadResolution: "required_review_thread_resolution",
};

function bodyOf(inputs: Properties) {
  const actors = (inputs.bypassActors as Answer[] | undefined) ?? [];
  const names = (inputs.conditions as Answer)?.refName;
  return {
    name: inputs.name,
    target: inputs.target,
    enforcement: inputs.enforcement,
    bypass_actors: actors.map(({ actorId, actorType, bypassMode }) => ({
      actor_id: actorId ?? null,
      actor_type: actorType,
      bypass_mode: bypassMode,
    })),
    ...(names === undefined
      ? {}
      : { conditions: { ref_name: { include: names.includes, exclude: names.excludes } } }),
    rules: rulesOf(inputs.rules as Answer),
  };
}

function rulesOf(rules: Answer): object[] {
  const plain = Object.entries(PLAIN).flatMap(([name, type]) => (rules[name] === true ? [{ type }] : []));
  const review = rules.pullRequest;
  const reviewed =
    review === undefined
      ? []
      : [{ type: "pull_request", parameters: renamed(review, Object.entries(PULL_REQUEST)) }];
  const files = rules.filePathRestriction?.restrictedFilePaths;
  const restricted =
    files === undefined
      ? []
      : [{ type: "file_path_restriction", parameters: { restricted_file_paths: files } }];
  return [...plain, ...reviewed, ...restricted];
}

function renamed(from: Answer, names: readonly (readonly [string, string])[]): Properties {
  const known = names.filter(([name]) => from[name] !== undefined);
  return Object.fromEntries(known.map(([name, other]) => [other, from[name]]));
}

/** A ruleset of GitHub's in the resource's words. */
function shown(found: Answer): Properties {
  const rules: Properties = {};
  for (const { type, parameters } of found.rules ?? []) {
    const plain = Object.entries(PLAIN).find(([, each]) => each === type)?.[0];
    if (plain !== undefined) rules[plain] = true;
    if (type === "pull_request")
      rules.pullRequest = renamed(
        parameters,
        Object.entries(PULL_REQUEST).map(([name, other]) => [other, name]),
      );
    if (type === "file_path_restriction")
      rules.filePathRestriction = { restrictedFilePaths: parameters.restricted_file_paths };
  }
  const names = found.conditions?.ref_name;
  return {
    name: found.name,
    target: found.target,
    enforcement: found.enforcement,
    rules,
    ...(names === undefined
      ? {}
      : { conditions: { refName: { includes: names.include, excludes: names.exclude } } }),
    // GitHub shows it to administrators of the repository alone; the provider needs their rights anyway.
    bypassActors: (found.bypass_actors ?? []).map((actor: Answer) => ({
      ...(actor.actor_id === null ? {} : { actorId: actor.actor_id }),
      actorType: actor.actor_type,
      bypassMode: actor.bypass_mode,
    })),
  };
}

function identityOf({ id, node_id }: Answer): Properties {
  return { rulesetId: id, nodeId: node_id, etag: "" };
}

function path(client: GitHubClient, properties: Properties): string {
  return `repos/${client.owner}/${text(properties, "repository")}/rulesets`;
}
