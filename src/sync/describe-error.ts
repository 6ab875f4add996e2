import { RemedyError } from "../errors";

/**
 * A thrown thing as one line that holds no value. Our own errors speak for themselves; of all others only kind, code
 * and place are told, for their message may quote what was being worked on.
 */
export function describeError(error: unknown): string {
  if (error instanceof RemedyError) return error.message;
  return `sync_secrets: an unexpected ${kindOf(error)}. Remedy: run again; if it comes back, report this line`;
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as NodeJS.ErrnoException;
  const told = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : "";
  return `${error.name}${told}${placeOf(error)}`;
}

/** The topmost frame. The message comes first in a stack and is cut off whole: it may look like frames itself. */
function placeOf(error: Error): string {
  const stack = error.stack ?? "";
  const from = stack.indexOf(error.message);
  const frames = from < 0 ? "" : stack.slice(from + error.message.length);
  const frame = /^\s+at (.+)$/m.exec(frames)?.[1];
  return frame === undefined ? "" : ` at ${frame}`;
}
