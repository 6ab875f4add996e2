/** At most so many names in one line; the rest is counted. */
const TOLD = 6;

/** `A, B and 3 more`. */
export function namesIn(names: readonly string[]): string {
  const rest = names.length > TOLD ? ` and ${names.length - TOLD} more` : "";
  return `${names.slice(0, TOLD).join(", ")}${rest}`;
}
