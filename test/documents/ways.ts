import type { Block } from "./blocks";

/**
 * Why a command block is not run, by the word that stands after its language: ` ```sh needs:docker `. Readers see it in the
 * page's source. `most` may only fall.
 */
export const NOT_RUN = {
  "needs:docker": { because: "a Docker daemon with an image of the reader's", most: 1 },
  "needs:cluster": { because: "a Kubernetes cluster with the External Secrets Operator", most: 1 },
  "needs:vendors": { because: "vendors' servers, which would get the sandbox's values", most: 1 },
  "is:the-tests": { because: "these tests would start themselves", most: 2 },
  "is:the-demo": { because: "CI runs make demo by itself, in a fresh clone", most: 1 },
} as const;

/** Languages whose blocks are commands. */
const COMMANDS: readonly string[] = ["sh", "bash", "console"];

export const isCommands = ({ language }: Block): boolean => COMMANDS.includes(language);

export const isRun = ({ way }: Block): boolean => !(way in NOT_RUN);

/** The test that runs a block: `in:test/long/leaving.test.ts`. */
export const runIn = ({ way }: Block): string | undefined => /^in:(\S+)$/.exec(way)?.[1];

/** What people fill in, and by what. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "YOUR-ORGANIZATION": "ai-cherry",
  STACK: "production",
};

export function filledIn(line: string): string {
  return Object.entries(PLACEHOLDERS).reduce((text, [name, value]) => text.replaceAll(name, value), line);
}
