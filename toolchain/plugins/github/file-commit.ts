import type { Properties } from "../provider/wire";
import { text } from "./bridged";
import type { Answer, GitHubClient } from "./github-client";

/**
 * The commit that wrote a file: the one in the state, or the newest on the branch that touched the file.
 *
 * @throws when no commit of the branch touched it.
 */
export async function fileCommit(client: GitHubClient, properties: Properties, ref: string): Promise<Answer> {
  const repository = `repos/${client.owner}/${text(properties, "repository")}`;
  const known = text(properties, "commitSha");
  if (known !== "") return client.call("GET", `${repository}/commits/${known}`);
  const file = text(properties, "file");
  const query = `path=${encodeURIComponent(file)}&sha=${encodeURIComponent(ref)}`;
  const commits: Answer[] = await client.call("GET", `${repository}/commits?${query}`);
  for (const { sha, commit } of commits) {
    if (commit.message.includes("Merge branch")) continue;
    const whole = await client.call("GET", `${repository}/commits/${sha}`);
    // A server that lists no files in a commit is believed on the listing by path.
    if (whole.files === undefined || whole.files.some((one: Answer) => one.filename === file)) return whole;
  }
  throw new Error(`cannot find file ${file} in repo ${client.owner}/${text(properties, "repository")}`);
}
