import { dayOf } from "../../catalog/dates";
import { isUnset } from "../../catalog/placeholders";
import { type SlotName, slotNames, valueNames } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { knowledgeOf, readLedgers } from "../observation/environments";
import { checkValue } from "./check-value";
import { readInput } from "./env-file";
import { otherNamesLeft, requireCapacity, spreadOf } from "./named-entries";
import { requireStepSize } from "./require-step-size";
import { type NewValue, writeValues } from "./write-values";

/** The values of a file, checked, and what GitHub has of them. */
export interface FilePlan {
  /** In the order in which they are written. */
  names: readonly { name: string; exists: boolean }[];
  /** Names that the file has without a value, and that were left out. */
  unset: readonly string[];
  /** Of values that are taken, though something is odd about them. */
  warnings: readonly string[];
  /**
   * Writes them, one after the other.
   *
   * @param onWritten told of each as it is written.
   * @throws RemedyError at the first that GitHub refuses.
   */
  write(onWritten: (name: string) => void): Promise<void>;
  /** Of the names that `write` wrote, those that are gone from GitHub or were changed there afterwards. */
  changedSince(): Promise<string[]>;
  /** What there is to know and do after so many were written: also where GitHub stopped it half way. */
  leftAfter(written: number): string[];
}

/**
 * Reads the values of a .env file and checks them and whether GitHub has capacity for them. Writes nothing.
 *
 * @param replace whether secrets that exist may be replaced.
 * @param unset what becomes of lines without a value, or with a template's placeholder.
 * @throws RemedyError with every name and value that is wrong, or with all that exist and may not be replaced.
 */
export async function planFromFile(
  context: Context,
  file: string,
  replace: boolean,
  unset: "refuse unset" | "leave unset out" = "refuse unset",
): Promise<FilePlan> {
  const { values, warnings, left } = readValues(context, file, unset === "leave unset out");
  const slots = values.map(({ slot }) => slot);
  const github = context.github();
  const there = new Set((await github.listSecrets()).map((secret) => secret.name));
  const existing = slots.filter(({ name }) => there.has(name));
  if (existing.length > 0 && !replace) throw await refusal(context, file, existing);
  const spread = await spreadOf(context, github);
  requireCapacity(
    slots.map(({ secret }) => secret),
    spread,
  );
  await requireStepSize(
    context,
    () => spread,
    values.map(({ slot, value }) => ({ secret: slot.secret, value })),
  );
  const times = new Map<string, string>();
  return {
    names: slots.map(({ name }) => ({ name, exists: there.has(name) })),
    unset: left,
    warnings,
    write: (onWritten) =>
      writeValues(github, spread.shards, values, ({ name }, at) => {
        times.set(name, at);
        onWritten(name);
      }),
    changedSince: async () => {
      const now = new Map((await github.listSecrets()).map(({ name, updatedAt }) => [name, updatedAt]));
      const isOurs = (name: string, at: string) => Date.parse(now.get(name) ?? "") <= Date.parse(at);
      return [...times].flatMap(([name, at]) => (isOurs(name, at) ? [] : [name]));
    },
    leftAfter: (written) => leftToDo(slots, written, there, dayOf(context.now())),
  };
}

function leftToDo(
  slots: readonly SlotName[],
  count: number,
  there: ReadonlySet<string>,
  today: string,
): string[] {
  const written = slots.slice(0, count);
  const again = count < slots.length && count > 0;
  const hint = again ? "; the next run needs --replace for these" : "";
  const created = written.map(({ name }) => name).filter((name) => !there.has(name));
  const adopt = `If the stack does not manage them yet: ${COMMAND} adopt ${created.join(" ")}, before the next pulumi up`;
  return [
    `${count} of ${slots.length} set${hint}`,
    ...(created.length > 0 ? [adopt] : []),
    ...otherNamesLeft(written, there, today),
  ];
}

/**
 * Each value under the entry's own name; under the one it had as well where the file gives it.
 *
 * @throws RemedyError with every name and value that is wrong.
 */
function readValues(
  context: Context,
  file: string,
  leave: boolean,
): { values: NewValue[]; warnings: string[]; left: string[] } {
  const today = dayOf(context.now());
  const entries = context.catalog.entries;
  const slots = slotNames(entries);
  const values: NewValue[] = [];
  const warnings: string[] = [];
  const left: string[] = [];
  readInput(context, file, (read) => {
    left.push(...Object.keys(read).filter((name) => leave && isUnset(read[name] ?? "")));
    const input = Object.fromEntries(Object.entries(read).filter(([name]) => !left.includes(name)));
    return entries.flatMap((entry) => {
      const names = valueNames(entry, today);
      if (names.every((name) => input[name] === undefined)) return [];
      const checked = checkValue({ ...entry, aliases: names.slice(1) }, input);
      if (checked.value === undefined) return [`${entry.name}: ${checked.reason}`];
      const { value, warning } = checked;
      if (warning !== undefined) warnings.push(warning);
      const own = slots.filter(
        ({ name, secret }) => secret === entry && (name === entry.name || input[name] !== undefined),
      );
      values.push(...own.map((slot) => ({ slot, value })));
      return [];
    });
  });
  return { values, warnings, left };
}

async function refusal(context: Context, file: string, existing: readonly SlotName[]): Promise<RemedyError> {
  const synced = await readLedgers(context.cloud(), context.catalog, context.project.settings);
  const lines = existing.map(({ name }) => `\n  - ${name}: ${knowledgeOf(name, synced)}`);
  return new RemedyError({
    code: "secret-exists",
    subject: file,
    cause: `${existing.length} of its secrets exist in GitHub, which cannot give their values back; nothing was written`,
    remedy: `take them out of the file, or --replace replaces them for good${lines.join("")}`,
  });
}
