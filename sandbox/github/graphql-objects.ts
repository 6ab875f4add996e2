import { nodeId } from "./account-json";
import type { GitRepository, TreeEntry } from "./git-repository";
import type { Repository } from "./github-state";

/** Bytes of a text that GraphQL gives of one file; the rest is cut (`isTruncated`). GitHub documents no number. */
const LONGEST_TEXT = 512_000;

/**
 * What `Repository.object(expression:)` answers for `REF:PATH`: a folder with its entries, or a file with its text.
 *
 * @returns null for what is not there, as GitHub does.
 */
export function gitObject(git: GitRepository, { id, defaultBranch }: Repository, expression: string) {
  const [ref = "", ...rest] = expression.split(":");
  const sha = git.resolve(ref === "HEAD" ? defaultBranch : ref);
  const found = sha === undefined ? undefined : git.list(sha, rest.join(":"));
  if (found === undefined) return null;
  if ("file" in found) return blob(git, id, found.file);
  const entries = found.folder.map((entry) => ({
    name: entry.path.split("/").at(-1),
    path: entry.path,
    type: entry.type,
    oid: entry.sha,
    size: entry.size,
    object: () => (entry.type === "blob" ? blob(git, id, entry) : null),
  }));
  return { __typename: "Tree", id: nodeId("Tree", id), oid: sha, entries };
}

function blob(git: GitRepository, id: number, { sha, size }: TreeEntry) {
  const content = git.blob(sha);
  const isBinary = content.includes(0);
  const text = content.subarray(0, LONGEST_TEXT).toString("utf8");
  return {
    __typename: "Blob",
    id: nodeId("Blob", id),
    oid: sha,
    byteSize: size,
    isBinary,
    isTruncated: content.length > LONGEST_TEXT,
    text: isBinary ? null : text,
  };
}
