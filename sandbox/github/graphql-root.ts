import { findRepository, permissionOn } from "./access";
import { idOfNode, nodeId } from "./account-json";
import { actorName } from "./actor";
import { type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Organization, Repository } from "./github-state";
import { graphqlError } from "./graphql-execution";
import { gitObject } from "./graphql-objects";
import type { Issue } from "./issue-json";
import { issuesOf } from "./issue-routes";

interface Page {
  first?: number;
  last?: number;
  after?: string;
}

/** The fields of GraphQL's `Query`, as the caller may see them. */
export function graphqlRoot(c: GitHubContext, parts: GitHubParts) {
  return new Root(c, parts).fields();
}

class Root {
  constructor(
    private readonly c: GitHubContext,
    private readonly parts: GitHubParts,
  ) {}

  fields() {
    const owner = ({ login }: { login: string }) => this.organizationNamed(login) ?? this.userNamed(login);
    return {
      viewer: () => this.user(actorName(this.c.get("actor"))),
      user: ({ login }: { login: string }) =>
        this.userNamed(login) ?? missing(`Could not resolve to a User with the login of '${login}'.`),
      organization: ({ login }: { login: string }) =>
        this.organizationNamed(login) ??
        missing(`Could not resolve to an Organization with the login of '${login}'.`),
      repositoryOwner: (asked: { login: string }) => owner(asked) ?? null,
      repository: ({ owner, name }: { owner: string; name: string }) =>
        this.repositoryNamed(`${owner}/${name}`) ??
        missing(`Could not resolve to a Repository with the name '${owner}/${name}'.`),
      node: ({ id }: { id: string }) =>
        this.node(id) ?? missing(`Could not resolve to a node with the global id of '${id}'`),
      nodes: ({ ids }: { ids: string[] }) => ids.map((id) => this.node(id) ?? null),
    };
  }

  private node(id: string) {
    const { repositories, organizations } = this.parts.store.state;
    const repository = repositories.find((each) => each.id === idOfNode("Repository", id));
    if (repository !== undefined) return this.repositoryNamed(`${repository.owner}/${repository.name}`);
    const organization = organizations.find((each) => each.id === idOfNode("Organization", id));
    return organization && this.organization(organization);
  }

  private repositoryNamed(fullName: string) {
    const { state } = this.parts.store;
    const found = findRepository(state, fullName);
    if (found === undefined || permissionOn(found, this.c.get("actor"), state) === "none") return undefined;
    return this.repository(found);
  }

  private organizationNamed(login: string) {
    const found = this.parts.store.state.organizations.find(
      (each) => each.login.toLowerCase() === login.toLowerCase(),
    );
    return found && this.organization(found);
  }

  private userNamed(login: string) {
    return this.parts.store.state.users[login] === undefined ? undefined : this.user(login);
  }

  private user(login: string) {
    const id = this.parts.store.state.users[login] ?? 0;
    const organizations = () =>
      this.parts.store.state.organizations
        .filter(({ members }) => members[login] !== undefined)
        .map((each) => this.organization(each));
    return {
      ...this.actor("User", id, login),
      databaseId: id,
      name: null,
      email: "",
      isViewer: login === actorName(this.c.get("actor")),
      organizations: (page: Page) => connection(organizations(), page),
    };
  }

  private organization({ id, login, createdAt }: Organization): object {
    const repositories = () =>
      this.parts.store.state.repositories
        .filter((each) => each.owner === login)
        .flatMap((each) => this.repositoryNamed(`${login}/${each.name}`) ?? []);
    return {
      ...this.actor("Organization", id, login),
      databaseId: id,
      name: login,
      createdAt,
      updatedAt: createdAt,
      repositories: (page: Page) => connection(repositories(), page),
    };
  }

  private actor(__typename: "User" | "Organization", id: number, login: string) {
    const url = `${webUrl(this.c)}/${encodeURIComponent(login)}`;
    const avatarUrl = `${webUrl(this.c)}/avatars/u/${id}?v=4`;
    return { __typename, id: nodeId(__typename, id), login, url, resourcePath: `/${login}`, avatarUrl };
  }

  private repository(repository: Repository): object {
    const { id, name, owner, createdAt, defaultBranch } = repository;
    const { state } = this.parts.store;
    const web = `${webUrl(this.c)}/${owner}/${name}`;
    const permission = permissionOn(repository, this.c.get("actor"), state);
    return {
      __typename: "Repository",
      id: nodeId("Repository", id),
      databaseId: id,
      name,
      nameWithOwner: `${owner}/${name}`,
      owner: () => this.organizationNamed(owner),
      url: web,
      resourcePath: `/${owner}/${name}`,
      sshUrl: `git@${new URL(web).hostname}:${owner}/${name}.git`,
      isPrivate: repository.private,
      visibility: repository.private ? "PRIVATE" : "PUBLIC",
      createdAt,
      updatedAt: createdAt,
      pushedAt: createdAt,
      hasIssuesEnabled: true,
      hasWikiEnabled: true,
      mergeCommitAllowed: true,
      rebaseMergeAllowed: true,
      squashMergeAllowed: true,
      viewerPermission: permission.toUpperCase(),
      viewerCanAdminister: permission === "admin",
      defaultBranchRef: () => this.branch(repository, defaultBranch),
      ref: ({ qualifiedName }: { qualifiedName: string }) =>
        this.branch(repository, qualifiedName.replace(/^refs\/heads\//, "")),
      isArchived: false,
      object: ({ expression = "" }: { expression?: string }) =>
        gitObject(this.parts.git.of(repository), repository, expression),
      issues: ({ states, labels, ...page }: Page & { states?: string[]; labels?: string[] }) => {
        const all = issuesOf(repository)
          .filter(({ state }) => states?.includes(state.toUpperCase()) ?? true)
          .filter((issue) => labels?.some((label) => issue.labels.includes(label)) ?? true);
        return connection(all.map((issue) => this.issue(repository, issue)).reverse(), page);
      },
      issue: ({ number }: { number: number }) => this.issueNumbered(repository, number),
      issueOrPullRequest: ({ number }: { number: number }) => this.issueNumbered(repository, number),
    };
  }

  private branch(repository: Repository, name: string) {
    const oid = this.parts.git.of(repository).readRef(`refs/heads/${name}`);
    if (oid === undefined) return null;
    const id = nodeId("Ref", repository.id);
    const target = { __typename: "Commit", id: nodeId("Commit", Number.parseInt(oid.slice(0, 8), 16)), oid };
    return { __typename: "Ref", id, name, prefix: "refs/heads/", target };
  }

  private issueNumbered(repository: Repository, number: number) {
    const found = issuesOf(repository).find((issue) => issue.number === number);
    const message = `Could not resolve to an issue or pull request with the number of ${number}.`;
    return found === undefined ? missing(message) : this.issue(repository, found);
  }

  private issue({ id, owner, name }: Repository, issue: Issue) {
    return {
      __typename: "Issue",
      id: nodeId("Issue", id * 1_000 + issue.number),
      number: issue.number,
      title: issue.title,
      body: issue.body ?? "",
      state: issue.state.toUpperCase(),
      stateReason: issue.stateReason?.toUpperCase() ?? null,
      url: `${webUrl(this.c)}/${owner}/${name}/issues/${issue.number}`,
      createdAt: issue.createdAt,
      updatedAt: issue.updatedAt,
      closedAt: issue.closedAt,
      closed: issue.state === "closed",
      author: () => this.user(issue.author),
      labels: (page: Page) =>
        connection(
          issue.labels.map((label) => ({ __typename: "Label", id: label, name: label, color: "ededed" })),
          page,
        ),
    };
  }
}

/** One page of a list. Cursors are positions: the lists here are short, and nobody changes them between two pages. */
function connection(all: readonly object[], { first, last, after }: Page) {
  const start = after === undefined ? 0 : Number(Buffer.from(after, "base64").toString()) + 1;
  const rest = all.slice(Number.isInteger(start) ? start : 0);
  const nodes = first === undefined ? rest.slice(-(last ?? 100)) : rest.slice(0, first);
  const cursor = (node: object | undefined) =>
    node === undefined ? null : Buffer.from(String(all.indexOf(node))).toString("base64");
  return {
    totalCount: all.length,
    nodes,
    edges: nodes.map((node) => ({ node, cursor: cursor(node) })),
    pageInfo: {
      hasNextPage: first !== undefined && rest.length > first,
      hasPreviousPage: start > 0,
      startCursor: cursor(nodes[0]),
      endCursor: cursor(nodes.at(-1)),
    },
  };
}

function missing(message: string): never {
  throw graphqlError("NOT_FOUND", message);
}
