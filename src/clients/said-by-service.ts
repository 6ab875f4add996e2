import { visible } from "../text";

/** GitHub's longest known refusal has 240 characters and a link. */
const LONGEST = 300;

/** What tokens look like: GitHub's by its own prefixes (docs.github.com, "GitHub credential types"), Pulumi's by `pul-`. */
const TOKENS = /\b(?:gh[a-z]_|github_pat_|pul-)[A-Za-z0-9_-]{8,}/g;

/**
 * A service's own words for a refusal: the `message` of its JSON answer, in one line, cut. Only for answers to requests
 * whose values the service cannot read or does not quote.
 *
 * @param hidden what stands in no error: the request's token.
 * @returns "" when it says nothing.
 */
export function saidBy(text: string, hidden: readonly string[] = []): string {
  const message = messageOf(text).replace(TOKENS, "[hidden]");
  const plain = hidden
    .filter((each) => each !== "")
    .reduce((left, each) => left.replaceAll(each, "[hidden]"), message);
  // Without the last full stop: a line of ours goes on after it.
  const line = visible(plain.replace(/\s+/g, " ").trim()).replace(/(?<!\.)\.$/, "");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line;
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}
