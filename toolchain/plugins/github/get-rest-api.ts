import type { Properties } from "../provider/wire";
import { text } from "./bridged";
import type { GitHubClient } from "./github-client";

/** Any GET of GitHub's REST API, answered as it is. A 404 is an answer too; every other failure is an error. */
export async function getRestApi(client: GitHubClient, args: Properties): Promise<Properties> {
  const { status, reason, headers, body } = await client.get(text(args, "endpoint"));
  const id = headers.get("x-github-request-id") ?? "";
  // The bridge takes an answer without an id for none.
  if (id === "") return {};
  return {
    ...args,
    id,
    code: status,
    status: `${status} ${reason}`,
    headers: JSON.stringify(goHeaders(headers)),
    body,
  };
}

/** Headers as Go keeps them: lists of texts under names like `X-Github-Request-Id`, sorted. */
function goHeaders(headers: Headers): Record<string, string[]> {
  const pairs = [...headers].map(
    ([name, value]) => [name.replace(/\b[a-z]/g, upper), [value]] as [string, string[]],
  );
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function upper(letter: string): string {
  return letter.toUpperCase();
}
