import { type Problem, problemOf, RemedyError } from "../errors";
import type { Context, FolderContext } from "../operations/context";
import { COMMAND, counted } from "../text";
import type { Terminal } from "./terminal";

/*
 * How to write a command: one file in commands/, one line in program.ts. `drift.ts` is a small one.
 *
 *     export const driftCommand = defineCommand({
 *       name: "drift",
 *       topic: "look",
 *       summary: "Show differences between GitHub and the catalog",
 *       details: ["One paragraph: what it reads and writes, what it refuses."],
 *       positionals: { names: secretNames("secrets to look at; all when left out") },
 *       options: { environment: environment("only this one"), json: flag("print the findings as JSON") },
 *       examples: ["drift", "drift --json | jq -r '.drift[].subject'"],
 *       load: () =>
 *         require("../../operations/drift/detect-drift") as typeof import("../../operations/drift/detect-drift"),
 *       run: async ({ terminal, ...context }, { names, environment, json }, { detectDrift }) => { ... },
 *     });
 *
 * 1. The spec is light. A command file imports at its top only types, ./command, ./options, ./table, ../errors, ../text
 *    and other files as light as these. What it works with comes from `load`, which runs when the command does: help
 *    and completion never wait for it. test/cli/light-help.test.ts names what came in otherwise.
 * 2. Options are typed once. Each is a kind of options.ts, whose `parse` reads, checks and converts it; `run` gets the
 *    values by their names. A flag is the name in kebab-case: `allowMany` is `--allow-many`. All that is wrong with the
 *    options is told at once.
 * 3. Work is an operation. It takes a Context, which has no terminal, and returns data; where it takes long it reports
 *    lines to a callback (`Report`). The command asks, shows the result, and chooses the exit code. With --json it prints
 *    one document, and nothing else, to stdout.
 * 4. Errors are thrown, as RemedyError. program.ts shows every one in the same way, and as data with --json.
 * 5. The summary is imperative and has at most 60 characters. Examples leave `./sophia-secrets` out: help adds it.
 *    Help, completion and docs/reference/commands.md come from the same spec.
 */

/** All that a command works with: what its operations take, and the terminal, which they do not get. */
export interface CommandContext extends Context {
  terminal: Terminal;
}

/** The same where no project stands yet. */
export interface FolderCommandContext extends FolderContext {
  terminal: Terminal;
}

/** What options are parsed with: a catalog without a secret where no project stands yet. */
export type ParseContext = Pick<Context, "catalog" | "now">;

/**
 * How commands end, as diff and grep do: a program that reads it can tell a finding from a look that failed.
 * done: all is as it should be. found: something needs attention. failed: an error, wrong usage, or a part that was
 * refused.
 */
export const EXIT = { done: 0, found: 1, failed: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Headings of the list of commands, in its order. */
export const TOPICS = {
  start: "Start",
  values: "Set values",
  use: "Use secrets",
  files: "Environment files",
  look: "Inspect",
  fix: "Fix and recover",
  access: "Access and audit",
  ci: "In CI",
  shell: "In your shell",
} as const;

/** What the shell completes a word with: names of the catalog, or files. */
export type Completes = "environment" | "group" | "secret" | "file";

/** What was typed for one option: `true` for a flag, or for an option whose argument may be left out. */
export type TypedOption = string | true | undefined;

/** Where a typed text stands, for errors. */
export interface Place {
  /** Name of the command. */
  command: string;
  /** `--limit`, or the name of the positional. */
  name: string;
}

/** One option, and how its text becomes a value. */
export interface OptionSpec<Value> {
  /** What follows the flag: `<name>`, or `[name]` where it may be left out. Absent for a flag. */
  argument?: string;
  description: string;
  required?: boolean;
  completes?: Completes;
  /** @throws RemedyError when the text is not a value. */
  parse(typed: TypedOption, context: ParseContext, place: Place): Value;
}

/** The words after the command's name. */
export interface PositionalSpec<Value> {
  /** In commander's notation: `[names...]`. */
  notation: string;
  description: string;
  completes?: Completes;
  /** @throws RemedyError when the words are not a value. */
  parse(words: readonly string[], context: ParseContext, place: Place): Value;
}

type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;
type PositionalSpecs = Readonly<Record<string, PositionalSpec<unknown>>>;
type ValuesOf<Specs> = {
  [Name in keyof Specs]: Specs[Name] extends { parse(...typed: never[]): infer Value } ? Value : never;
};

/** What help, completion and the reference say of a command: data alone. */
export interface CommandSpec {
  name: string;
  topic: keyof typeof TOPICS;
  /** Whether it runs where no project stands yet, and so takes no stack. */
  needsNoProject?: true;
  /** Whether it asks for a value: what is typed is not shown from its start, before any service is asked. */
  asksValue?: true;
  /** One imperative line of at most 60 characters, for the list of commands. */
  summary: string;
  /** What the one line leaves out: what it writes, what it refuses. Paragraphs, which help wraps. */
  details: readonly string[];
  /** The script that people had for it; one word is a further name of the command, with its extension and without. */
  replaces?: string;
  /** At most one. */
  positionals?: PositionalSpecs;
  options: OptionSpecs;
  /** Command lines without the command itself. */
  examples: readonly string[];
}

/** What was typed after the command's name, as commander read it. */
export interface TypedLine {
  words: readonly string[];
  options: Readonly<Record<string, TypedOption>>;
}

/** What a command gets from the program. */
export interface Start {
  terminal: Terminal;
  /** Reads project and catalog. @throws RemedyError when they are not there, or wrong. */
  open(): Promise<Context>;
  /** For commands that need no project. */
  openFolder(): Promise<FolderContext>;
}

/** A command as the program has it. */
export interface Command {
  spec: CommandSpec;
  /** @returns the process's exit code: one of EXIT, or that of a command that was run. */
  run(start: Start, typed: TypedLine): Promise<number>;
}

interface Definition<Options extends OptionSpecs, Positionals extends PositionalSpecs, Work, Given>
  extends CommandSpec {
  options: Options;
  positionals?: Positionals;
  /** Loads the modules that the command works with. */
  load(): Work;
  run(context: Given, options: ValuesOf<Options> & ValuesOf<Positionals>, work: Work): Promise<number>;
}

/** Makes a command of its spec and its work. Options are parsed before the work is loaded. */
export function defineCommand<
  Options extends OptionSpecs,
  Work,
  // biome-ignore lint/complexity/noBannedTypes: no positionals add nothing to the options
  Positionals extends PositionalSpecs = {},
>({ load, run, ...spec }: Definition<Options, Positionals, Work, CommandContext>): Command {
  return {
    spec,
    run: async ({ terminal, open }, typed) => {
      const context = await open();
      const values = parseLine(spec, typed, context) as ValuesOf<Options> & ValuesOf<Positionals>;
      return run({ ...context, terminal }, values, load());
    },
  };
}

/** Makes a command that runs where no project stands yet. */
export function defineFolderCommand<
  Options extends OptionSpecs,
  Work,
  // biome-ignore lint/complexity/noBannedTypes: no positionals add nothing to the options
  Positionals extends PositionalSpecs = {},
>({ load, run, ...spec }: Definition<Options, Positionals, Work, FolderCommandContext>): Command {
  return {
    spec: { ...spec, needsNoProject: true },
    run: async ({ terminal, openFolder }, typed) => {
      const context = await openFolder();
      const given = { catalog: NO_CATALOG, now: context.now };
      const values = parseLine(spec, typed, given) as ValuesOf<Options> & ValuesOf<Positionals>;
      return run({ ...context, terminal }, values, load());
    },
  };
}

const NO_CATALOG: Context["catalog"] = {
  environments: [],
  groups: {},
  entries: [],
  changeLimit: undefined,
  accessPolicies: [],
  rotators: [],
  applications: [],
  groupings: {},
};

/** @throws RemedyError with all that is wrong with what was typed. */
function parseLine(
  { name: command, positionals = {}, options }: CommandSpec,
  typed: TypedLine,
  context: ParseContext,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const parse = (name: string, read: () => unknown) => {
    try {
      values[name] = read();
    } catch (error) {
      problems.push(problemOf(error));
    }
  };
  for (const [name, spec] of Object.entries(positionals))
    parse(name, () => spec.parse(typed.words, context, { command, name }));
  for (const [name, spec] of Object.entries(options))
    parse(name, () => spec.parse(typed.options[name], context, { command, name: flagOf(name) }));
  const [first, ...others] = problems;
  if (first === undefined) return values;
  if (others.length === 0) throw new RemedyError(first);
  throw new RemedyError(
    {
      code: "usage-invalid",
      subject: command,
      cause: `${counted(problems.length, "problem")} with what was typed`,
      remedy: `${COMMAND} ${command} --help shows what it takes`,
    },
    { problems },
  );
}

/** `allowManyChanges` as it is typed: `--allow-many-changes`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
