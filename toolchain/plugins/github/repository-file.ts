import type { Found, Known, ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { isImport, refreshedInputs, text } from "./bridged";
import { fileCommit } from "./file-commit";
import type { Answer, GitHubClient } from "./github-client";
import { joinId, splitId } from "./resource-id";

/**
 * `github_repository_file`: one commit per create, update and delete, and no retry when the branch moved.
 *
 * The deprecated branch creation is not imitated.
 */
export const repositoryFile: ResourceDefinition<GitHubClient> = {
  required: ["content", "file", "repository"],
  emptyOutputs: { overwriteOnCreate: false },
  computed: [
    "autocreateBranchSourceSha",
    "branch",
    "commitMessage",
    "commitSha",
    "ref",
    "repositoryId",
    "sha",
  ],
  optionalComputed: ["branch", "commitMessage"],
  replaceOn: ["branch", "file", "repository"],
  check: (inputs) => ({ inputs, failures: authorFailures(inputs) }),
  create: async (client, inputs) => {
    const properties = await withBranch(client, inputs);
    const found = await contents(client, properties);
    if (isFile(found) && inputs.overwriteOnCreate !== true) {
      throw new Error(
        "refusing to overwrite existing file: configure `overwrite_on_create` to `true` to override",
      );
    }
    const sha = isFile(found) ? { sha: found.sha } : {};
    const outputs = await write(client, { ...properties, ...sha }, `Add ${text(inputs, "file")}`);
    return { id: idOf(outputs), outputs };
  },
  update: (client, _id, state, news) => {
    const file = text(state, "file");
    const message = text(news, "commitMessage") || text(state, "commitMessage");
    const commitMessage = message === `Add ${file}` ? `Update ${file}` : message;
    return write(client, { ...state, ...news, commitMessage }, commitMessage);
  },
  read: async (client, id, known) => {
    const state = isImport(known) ? await imported(client, id) : known.state;
    const outputs = await readBack(client, state);
    return outputs && found(id, known, outputs);
  },
  delete: async (client, _id, state) => {
    const file = text(state, "file");
    const message = text(state, "commitMessage");
    const body = commitBody(state, message === `Add ${file}` ? `Delete ${file}` : message);
    await client.call("DELETE", contentsPath(client, state), body);
  },
};

function authorFailures(inputs: Properties) {
  const [author, email] = [inputs.commitAuthor, inputs.commitEmail];
  if ((author === undefined) === (email === undefined)) return [];
  const [given, property] =
    author === undefined ? ["commit_email", "commitEmail"] : ["commit_author", "commitAuthor"];
  const reason = `Missing required argument. "${given}": all of \`commit_author,commit_email\` must be specified`;
  return [{ property, reason }];
}

async function withBranch(client: GitHubClient, inputs: Properties): Promise<Properties> {
  const repository = text(inputs, "repository");
  const info = await client.call("GET", `repos/${client.owner}/${repository}`);
  const branch = text(inputs, "branch");
  if (
    branch !== "" &&
    (await client.find(`repos/${client.owner}/${repository}/branches/${branch}`)) === undefined
  ) {
    // go-github's words: the friendlier ones upstream has for this are never reached.
    throw new Error("unexpected status code: 404 Not Found");
  }
  return {
    overwriteOnCreate: false,
    ...inputs,
    branch: branch || info.default_branch,
    repositoryId: info.id,
  };
}

async function write(client: GitHubClient, properties: Properties, message: string): Promise<Properties> {
  const body = commitBody(properties, text(properties, "commitMessage") || message);
  const { commit } = await client.call("PUT", contentsPath(client, properties), body);
  const outputs = await readBack(client, { ...properties, commitSha: commit.sha });
  if (outputs === undefined)
    throw new Error(`${text(properties, "file")} is gone right after it was written`);
  return outputs;
}

function commitBody(properties: Properties, message: string): Properties {
  const author = { name: properties.commitAuthor, email: properties.commitEmail };
  const named = author.name !== undefined && author.email !== undefined;
  return {
    message,
    content: Buffer.from(text(properties, "content")).toString("base64"),
    ...(text(properties, "sha") === "" ? {} : { sha: properties.sha }),
    ...(text(properties, "branch") === "" ? {} : { branch: properties.branch }),
    ...(named ? { author, committer: author } : {}),
  };
}

async function readBack(client: GitHubClient, properties: Properties): Promise<Properties | undefined> {
  const file = await contents(client, properties);
  if (!isFile(file)) return undefined;
  // Upstream takes the process down when this is missing; an error is enough to notice the server's fault.
  const ref = new URL(file.url).searchParams.get("ref");
  if (ref === null)
    throw new Error(`GitHub's answer for ${text(properties, "file")} has no ?ref= in its url`);
  const commit = await fileCommit(client, properties, ref);
  const { name, email } = commit.commit.committer;
  const hadAuthor = properties.commitAuthor !== undefined && properties.commitEmail !== undefined;
  const ours = hadAuthor && name !== "GitHub" && email !== "noreply@github.com";
  return {
    ...properties,
    content: Buffer.from(file.content, "base64").toString("utf8"),
    sha: file.sha,
    ref,
    commitSha: commit.sha,
    commitMessage: commit.commit.message,
    ...(ours ? { commitAuthor: name, commitEmail: email } : {}),
  };
}

async function imported(client: GitHubClient, id: string): Promise<Properties> {
  const [repository = "", file = "", branch = ""] = splitId(id, 3);
  const info = await client.call("GET", `repos/${client.owner}/${repository}`);
  const properties = { repository, file, branch: branch || info.default_branch, repositoryId: info.id };
  if (isFile(await contents(client, properties))) return { ...properties, overwriteOnCreate: false };
  throw new Error(`filePath ${file} is not a file in repository ${client.owner}/${repository}`);
}

function found(id: string, known: Known, outputs: Properties): Found {
  const { repository, file, branch, content, commitMessage } = outputs;
  const inputs = isImport(known)
    ? { repository, file, branch, content, commitMessage }
    : refreshedInputs(known.inputs, outputs);
  return { id: isImport(known) ? idOf(outputs) : id, outputs, inputs };
}

function contents(client: GitHubClient, properties: Properties): Promise<Answer | undefined> {
  return client.find(
    `${contentsPath(client, properties)}?ref=${encodeURIComponent(text(properties, "branch"))}`,
  );
}

function contentsPath(client: GitHubClient, properties: Properties): string {
  const file = text(properties, "file").split("/").map(encodeURIComponent).join("/");
  return `repos/${client.owner}/${text(properties, "repository")}/contents/${file}`;
}

function isFile(answer: Answer | undefined): boolean {
  return answer !== undefined && !Array.isArray(answer);
}

function idOf(properties: Properties): string {
  return joinId(text(properties, "repository"), text(properties, "file"), text(properties, "branch"));
}
