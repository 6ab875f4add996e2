import { dayOf } from "../../catalog/dates";
import { type SlotName, slotNames, valueNames } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import { knowledgeOf, readLedgers } from "../../operations/observation/environments";
import { checkValue } from "../../operations/values/check-value";
import { readInput } from "../../operations/values/env-file";
import { otherNamesLeft, requireRoom, spreadOf } from "../../operations/values/named-entries";
import { type NewValue, writeValues } from "../../operations/values/write-values";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";

/** Writes all values of a .env file. */
export const syncToGithubCommand: CommandSpec = {
  name: "sync-to-github",
  topic: "values",
  description: "Set the values of a .env file in GitHub",
  details: [
    "Everything is checked before anything is written: one wrong line, name or value, and nothing is. Older names count as in the catalog; the name a renamed secret had is written where the file gives it. An existing secret is only replaced with --replace, for GitHub cannot give it back. Who may read them is set as the catalog declares.",
  ],
  required: [["--from <file>", "lines NAME=value; quotes for values of several lines or with #"]],
  options: [
    ["--replace", "replace the values that are there"],
    ["--dry-run", "check everything, say what would be set and stop"],
  ],
  examples: [
    `${COMMAND} sync-to-github --from .env --dry-run`,
    `${COMMAND} sync-to-github --from .env --replace`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal } = context;
  const file = typed.text("from") ?? "";
  const values = readValues(context, file);
  const github = context.github();
  const there = new Set((await github.listSecrets()).map((secret) => secret.name));
  const existing = values.filter(({ slot }) => there.has(slot.name));
  if (existing.length > 0 && !typed.has("replace")) throw await refusal(context, file, existing);
  const spread = await spreadOf(context, github);
  requireRoom(
    values.map(({ slot }) => slot.secret),
    spread,
  );
  if (typed.has("dryRun")) {
    for (const { slot } of values)
      terminal.print(`${slot.name}: would be ${there.has(slot.name) ? "replaced" : "created"}`);
    return EXIT.done;
  }
  const written: SlotName[] = [];
  try {
    await writeValues(github, spread.shards, values, (slot) => {
      written.push(slot);
      terminal.print(`${slot.name}: ${there.has(slot.name) ? "value replaced" : "created"}`);
    });
  } finally {
    // Also when GitHub stopped it half way.
    for (const line of leftToDo(written, values.length, there, dayOf(context.now()))) terminal.say(line);
  }
  return EXIT.done;
}

function leftToDo(
  written: readonly SlotName[],
  wanted: number,
  there: ReadonlySet<string>,
  today: string,
): string[] {
  const again = written.length < wanted && written.length > 0;
  const hint = again ? "; the next run needs --replace for these" : "";
  const created = written.map(({ name }) => name).filter((name) => !there.has(name));
  const adopt = `Where the stack has no slot of them yet: ${COMMAND} adopt ${created.join(" ")}, before the next pulumi up`;
  return [
    `${written.length} of ${wanted} set${hint}`,
    ...(created.length > 0 ? [adopt] : []),
    ...otherNamesLeft(written, there, today),
  ];
}

/**
 * Each value under the entry's own name; under the one it had as well where the file gives it.
 *
 * @throws RemedyError with every name and value that is wrong.
 */
function readValues(context: CommandContext, file: string): NewValue[] {
  const today = dayOf(context.now());
  const entries = context.catalog.entries;
  const slots = slotNames(entries);
  const values: NewValue[] = [];
  readInput(context, file, (input) =>
    entries.flatMap((entry) => {
      const names = valueNames(entry, today);
      if (names.every((name) => input[name] === undefined)) return [];
      const checked = checkValue({ ...entry, aliases: names.slice(1) }, input);
      if (checked.value === undefined) return [`${entry.name}: ${checked.reason}`];
      const { value, warning } = checked;
      if (warning !== undefined) context.terminal.say(`warning: ${warning}`);
      const own = slots.filter(
        ({ name, secret }) => secret === entry && (name === entry.name || input[name] !== undefined),
      );
      values.push(...own.map((slot) => ({ slot, value })));
      return [];
    }),
  );
  return values;
}

async function refusal(
  context: CommandContext,
  file: string,
  existing: readonly NewValue[],
): Promise<RemedyError> {
  const synced = await readLedgers(context.cloud(), context.catalog, context.project.settings);
  const lines = existing.map(({ slot }) => `${slot.name}: ${knowledgeOf(slot.name, synced)}`);
  return new RemedyError({
    code: "secret-exists",
    subject: file,
    cause: `${existing.length} of its secrets exist in GitHub, which cannot give their values back; nothing was written`,
    remedy: `take them out of the file, or --replace replaces them for good${list(lines)}`,
  });
}

function list(lines: readonly string[]): string {
  return lines.map((each) => `\n  - ${each}`).join("");
}
