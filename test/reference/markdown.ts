/** The second paragraph of every page. */
export const GENERATED = "Generated from the code by `make reference`. Do not edit it.";

/** A table's cell: bars and signs of HTML must not act. */
export function cell(text: string): string {
  return text.replace(/[|<>]/g, (sign) => `\\${sign}`).replaceAll(/\s*\n\s*/g, " ");
}
