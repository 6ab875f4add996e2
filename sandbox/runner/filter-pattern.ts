/**
 * Whether a branch name or path passes a list of GitHub's filter patterns (`branches`, `paths`, and their
 * `-ignore` forms). The last matching pattern decides; a leading `!` takes away what earlier ones gave.
 * Rules: "Filter pattern cheat sheet" of GitHub's workflow syntax page.
 */
export function passesFilter(value: string, patterns: string[]): boolean {
  let passes = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith("!");
    if (filterExpression(negated ? pattern.slice(1) : pattern).test(value)) passes = !negated;
  }
  return passes;
}

/** What is wrong with a pattern, for the author of the workflow; undefined when it can be used. */
export function patternProblem(pattern: string): string | undefined {
  try {
    filterExpression(pattern.startsWith("!") ? pattern.slice(1) : pattern);
    return undefined;
  } catch {
    return `Invalid filter pattern '${pattern}'`;
  }
}

/** The pattern as an anchored regular expression. `?` and `+` repeat the character before them. */
function filterExpression(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at);
    const set = /^\[[^\]]+\]/.exec(rest)?.[0];
    const character = pattern.charAt(at);
    if (rest.startsWith("**/")) {
      source += "(?:.*/)?"; // `**/docs/**` also matches `docs/x`
      at += 2;
    } else if (rest.startsWith("**")) {
      source += ".*";
      at += 1;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?" || character === "+") source += source === "" ? `\\${character}` : character;
    else if (character === "\\" && at + 1 < pattern.length) {
      at += 1;
      source += escaped(pattern.charAt(at));
    } else if (set !== undefined) {
      source += set;
      at += set.length - 1;
    } else source += escaped(character);
  }
  return new RegExp(`^${source}$`, "su");
}

function escaped(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/, "\\$&");
}
