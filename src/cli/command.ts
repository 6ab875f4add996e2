import type { Context, Terminal } from "../operations/context";

/** All that a command works with: what its operations take, and the terminal, which they do not get. */
export interface CommandContext extends Context {
  terminal: Terminal;
}

/** What a person typed after the command's name. */
export interface Typed {
  names: readonly string[];
  has(option: string): boolean;
  text(option: string): string | undefined;
}

/**
 * How commands end, as diff and grep do: a program that reads it can tell a finding from a look that failed.
 * done: all is as it should be. found: something is to be looked after. failed: an error, wrong usage, or a part that
 * was refused.
 */
export const EXIT = { done: 0, found: 1, failed: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Headings of the list of commands, in its order. */
export const TOPICS = {
  values: "Set values",
  look: "Look",
  mend: "Mend",
  access: "Access and audit",
  ci: "In CI",
} as const;

/**
 * One command. To add one: a file in commands/ that exports such a spec, and a line in program.ts.
 */
export interface CommandSpec {
  name: string;
  topic: keyof typeof TOPICS;
  /** One line of at most 70 characters, for the list of commands. */
  description: string;
  /** What the one line leaves out: what it writes, what it refuses. Paragraphs, which help wraps. */
  details: readonly string[];
  /** Positional arguments in commander's notation, and what they are. */
  names?: readonly [notation: string, description: string];
  /** Options in commander's notation; required ones first. */
  required?: readonly (readonly [flags: string, description: string])[];
  options: readonly (readonly [flags: string, description: string])[];
  examples: readonly string[];
  /** @returns the process's exit code: one of EXIT, or that of a command that was run. */
  run(context: CommandContext, typed: Typed): Promise<number>;
}
