/**
 * Control characters, line ends of all kinds, and what turns the direction of a line: a terminal or a log would act on
 * them. For `replace` and `search` alone: as a global pattern it remembers where `test` stood.
 */
export const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/** A text with all that would not show written out, as JSON has it: `\u000a`. Within JSON it means what it meant. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (run) =>
    Array.from({ length: run.length }, (_, at) => escaped(run.charCodeAt(at))).join(""),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
