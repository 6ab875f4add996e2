/**
 * A number with its noun: `1 secret`, `2 secrets`, `0 secrets`.
 *
 * @param many the noun where there is not exactly one; with an `s` when left out.
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
