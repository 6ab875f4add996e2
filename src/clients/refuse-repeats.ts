import { type Asked, notGitHub } from "./github-refusal";

/**
 * Looks at the pages of one list of GitHub's, in their order. A server, or what stands in between, that does not
 * understand `page` answers the same one without end.
 *
 * @returns what takes a page's items, and throws RemedyError for those that came before.
 */
export function refuseRepeats(asked: Asked): (items: readonly unknown[]) => void {
  const seen = new Set<string>();
  return (items) => {
    const text = JSON.stringify(items);
    if (seen.has(text)) throw notGitHub(asked, "repeats itself");
    seen.add(text);
  };
}
