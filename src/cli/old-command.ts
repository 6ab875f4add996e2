import { COMMAND } from "../text";
import type { Command, CommandContext, TOPICS } from "./command";

/** What a person typed after the command's name, in the form that commands had before `defineCommand`. */
export interface Typed {
  names: readonly string[];
  has(option: string): boolean;
  text(option: string): string | undefined;
}

/** A command in the form before `defineCommand`. Goes when the last one is converted. */
export interface OldCommandSpec {
  name: string;
  topic: keyof typeof TOPICS;
  description: string;
  details: readonly string[];
  names?: readonly [notation: string, description: string];
  required?: readonly (readonly [flags: string, description: string])[];
  options: readonly (readonly [flags: string, description: string])[];
  examples: readonly string[];
  run(context: CommandContext, typed: Typed): Promise<number>;
}

/** One of those as a command. */
export function convertOld(old: OldCommandSpec): Command {
  const optionsOf = (all: OldCommandSpec["options"], required: boolean) =>
    all.map(([flags, description]) => {
      const [flag = "", argument] = flags.split(" ");
      const name = flag.slice(2).replaceAll(/-[a-z]/g, ([, letter]) => letter?.toUpperCase() ?? "");
      return [name, { ...(argument && { argument }), description, required, parse: () => undefined }];
    });
  const { name, topic, description, details, names, required = [], options, examples, run } = old;
  return {
    spec: {
      name,
      topic,
      summary: description,
      details,
      ...(names && {
        positionals: { names: { notation: names[0], description: names[1], parse: () => [] } },
      }),
      options: Object.fromEntries([...optionsOf(required, true), ...optionsOf(options, false)]),
      examples: examples.map((each) => each.replace(`${COMMAND} `, "")),
    },
    run: async ({ terminal, open }, typed) => {
      const text = (option: string) => {
        const value = typed.options[option];
        return typeof value === "string" ? value : undefined;
      };
      const has = (option: string) => typed.options[option] === true;
      return run({ ...(await open()), terminal }, { names: typed.words, has, text });
    },
  };
}
