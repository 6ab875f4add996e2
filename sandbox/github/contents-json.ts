import type { TreeEntry } from "./git-repository";
import { apiUrl, type GitHubContext, webUrl } from "./github-app";
import type { Repository } from "./github-state";

const encoded = (path: string) => path.split("/").map(encodeURIComponent).join("/");

/**
 * A file or a folder's entry. The `url` always carries `?ref=`: the Terraform provider takes it for granted and
 * dies without it.
 *
 * @param content the file's bytes; undefined leaves them out, as in the answer to a write and in lists.
 */
export function fileJson(
  c: GitHubContext,
  repository: Repository,
  entry: TreeEntry,
  ref: string,
  content: Buffer | undefined,
) {
  const full = `${repository.owner}/${repository.name}`;
  const api = `${apiUrl(c)}/repos/${full}`;
  const url = `${api}/contents/${encoded(entry.path)}?ref=${encodeURIComponent(ref)}`;
  const folder = entry.type === "tree";
  const gitUrl = `${api}/git/${folder ? "trees" : "blobs"}/${entry.sha}`;
  const html = `${webUrl(c)}/${full}/${folder ? "tree" : "blob"}/${ref}/${encoded(entry.path)}`;
  return {
    type: folder ? "dir" : "file",
    size: entry.size,
    name: entry.path.split("/").at(-1) ?? "",
    path: entry.path,
    sha: entry.sha,
    url,
    git_url: gitUrl,
    html_url: html,
    download_url: folder ? null : `${webUrl(c)}/${full}/raw/${ref}/${encoded(entry.path)}`,
    ...(content === undefined ? {} : { encoding: "base64", content: wrapped(content) }),
    _links: { self: url, git: gitUrl, html },
  };
}

export function folderJson(c: GitHubContext, repository: Repository, entries: TreeEntry[], ref: string) {
  return entries.map((entry) => fileJson(c, repository, entry, ref, undefined));
}

/** GitHub breaks its Base64 after 60 characters; a reader that forgets this must fail here too. */
function wrapped(content: Buffer): string {
  return content.toString("base64").replace(/.{1,60}/g, "$&\n");
}
