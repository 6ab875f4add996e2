import { nodeId, simpleUser } from "./account-json";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Repository } from "./github-state";

export interface IssueLabel {
  id: number;
  name: string;
}

/** An issue as it is kept. */
export interface Issue {
  number: number;
  title: string;
  body: string | null;
  author: string;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "duplicate" | "reopened" | null;
  /** By name; GitHub keeps their other properties by repository. */
  labels: string[];
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

/** An issue as GitHub shows it. Its id is made of repository and number: nothing else here refers to it. */
export function issueJson(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  issue: Issue,
  labels: readonly IssueLabel[],
) {
  const full = `${repository.owner}/${repository.name}`;
  const api = `${apiUrl(c)}/repos/${full}`;
  const url = `${api}/issues/${issue.number}`;
  const id = repository.id * 1_000 + issue.number;
  return {
    id,
    node_id: nodeId("Issue", id),
    number: issue.number,
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${webUrl(c)}/${full}/issues/${issue.number}`,
    title: issue.title,
    body: issue.body,
    user: simpleUser(c, issue.author, parts.store.state.users[issue.author] ?? 0),
    state: issue.state,
    state_reason: issue.stateReason,
    labels: issue.labels.map((name) => {
      const labelId = labels.find((each) => each.name === name)?.id ?? 0;
      const url = `${api}/labels/${encodeURIComponent(name)}`;
      return {
        id: labelId,
        node_id: nodeId("Label", labelId),
        url,
        name,
        color: "ededed",
        default: false,
        description: null,
      };
    }),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: 0,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: null,
    author_association: "MEMBER",
  };
}
