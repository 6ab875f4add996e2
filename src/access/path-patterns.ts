/**
 * Whether a pattern of a rule covers a path: GitHub's fnmatch, in which `*` stops at a slash and `**` does not
 * (docs.github.com, "Creating rulesets for a repository").
 */
export function covers(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/^\/+/, "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (found) => TRANSLATED[found] ?? found);
  return new RegExp(`^${source}$`).test(path);
}

const TRANSLATED: Readonly<Record<string, string>> = {
  "**/": "(?:.*/)?",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
};

/**
 * Who owns a path by a CODEOWNERS file: the last line that fits counts, and one without owners takes the owners away
 * (docs.github.com, "About code owners"). A pattern without a slash fits at any depth; a folder's covers what is in it.
 */
export function ownersOf(text: string, path: string): string[] {
  let owners: string[] = [];
  for (const line of text.split("\n")) {
    const [pattern, ...named] = line
      .replace(/(^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    if (pattern !== undefined && pattern !== "" && fits(pattern, path)) owners = named;
  }
  return owners;
}

function fits(pattern: string, path: string): boolean {
  const anchored = pattern.replace(/\/$/, "").includes("/");
  const bare = pattern.replace(/^\//, "").replace(/\/$/, "");
  const prefix = anchored ? "" : "**/";
  // A file pattern whose last part is `*` does not reach into folders below it; a folder's name does.
  const below = bare.endsWith("/*") ? [] : [`${prefix}${bare}/**`];
  const itself = pattern.endsWith("/") ? [] : [`${prefix}${bare}`];
  return [...itself, ...below].some((each) => covers(each, path));
}
