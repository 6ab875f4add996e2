import { RemedyError } from "../errors";
import { Secret } from "../secret";
import type { Terminal } from "./terminal";

/** A value: asked for in hiding where there is somebody to ask, or else from standard input. @throws as that. */
export async function readValue(terminal: Terminal, name: string, question: string): Promise<Secret> {
  return terminal.canAsk ? terminal.askHidden(question) : readStdinValue(terminal, name);
}

/**
 * A value from standard input: a single line without the line end that `echo` adds, several lines byte for byte, for a
 * private key ends with a line end of its own.
 *
 * @param name for errors.
 * @throws RemedyError when it is not UTF-8 text.
 */
async function readStdinValue(terminal: Terminal, name: string): Promise<Secret> {
  const bytes = await terminal.readStdin();
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return new Secret(/^[^\r\n]*\r?\n$/.test(text) ? text.replace(/\r?\n$/, "") : text);
  } catch {
    throw new RemedyError({
      code: "value-not-text",
      subject: name,
      cause: "the value on stdin is not UTF-8 text",
      remedy: "encode it, in base64 for example",
    });
  }
}
