import { nodeId, simpleUser } from "./account-json";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Environment, Repository } from "./github-state";
import { teamJson } from "./team-json";

/** An environment as GitHub shows it: each rule is an entry of `protection_rules`. */
export function environmentJson(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  environment: Environment,
) {
  const { id, name, branchPolicy } = environment;
  const path = `${repository.owner}/${repository.name}`;
  return {
    id,
    node_id: nodeId("Environment", id),
    name,
    url: `${apiUrl(c)}/repos/${path}/environments/${encodeURIComponent(name)}`,
    html_url: `${webUrl(c)}/${path}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    can_admins_bypass: true,
    protection_rules: rules(c, parts, repository, environment),
    deployment_branch_policy:
      branchPolicy === null
        ? null
        : {
            protected_branches: branchPolicy === "protected",
            custom_branch_policies: branchPolicy === "custom",
          },
  };
}

interface Rule {
  id: number;
  node_id: string;
  type: string;
  wait_timer?: number;
  prevent_self_review?: boolean;
  reviewers?: object[];
}

function rules(c: GitHubContext, parts: GitHubParts, repository: Repository, environment: Environment) {
  const rule = (offset: number, type: string) => ({
    id: environment.id + offset,
    node_id: nodeId("GateRule", environment.id + offset),
    type,
  });
  const list: Rule[] = [];
  if (environment.waitTimer > 0) list.push({ ...rule(1, "wait_timer"), wait_timer: environment.waitTimer });
  if (environment.reviewers.length > 0) {
    list.push({
      ...rule(2, "required_reviewers"),
      prevent_self_review: environment.preventSelfReview,
      reviewers: environment.reviewers.map((each) => reviewer(c, parts, repository, each)),
    });
  }
  if (environment.branchPolicy !== null) list.push(rule(3, "branch_policy"));
  return list;
}

function reviewer(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  { type, id }: Environment["reviewers"][number],
) {
  const { users, organizations } = parts.store.state;
  if (type === "User") {
    const login = Object.keys(users).find((each) => users[each] === id) ?? "ghost";
    return { type, reviewer: simpleUser(c, login, id) };
  }
  const organization = organizations.find((each) => each.login === repository.owner);
  const team = organization?.teams.find((each) => each.id === id);
  return { type, reviewer: organization && team ? teamJson(c, organization, team) : { id } };
}
