import { screenSettings } from "../../src/cli/screen";
import type { Terminal } from "../../src/cli/terminal";
import { createTerminal } from "../../src/cli/terminal";

/** What a command said, as it came out. */
export interface Spoken {
  stdout: string;
  stderr: string;
}

/** The real terminal over texts: what tests read of it has gone through the same path as in a log. */
export function heardTerminal(spoken: Spoken, isTTY = false): Terminal {
  const stream = (name: keyof Spoken) => ({
    isTTY,
    write: (text: string) => {
      spoken[name] += text;
      return true;
    },
  });
  const streams = { stdin: process.stdin, stdout: stream("stdout"), stderr: stream("stderr") };
  return createTerminal(streams as unknown as Parameters<typeof createTerminal>[0], screenSettings({}));
}
