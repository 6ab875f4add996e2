import { dayOf } from "../../catalog/dates";
import type { SlotName } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { COMMAND } from "../../text";
import type { PrintingContext, Terminal } from "../context";
import { knowledgeOf, readLedgers } from "../observation/environments";
import { checkText } from "./check-value";
import { otherNamesLeft } from "./named-entries";
import {
  type EnvironmentPlace,
  environmentSlotsOf,
  observePlaces,
  writeEnvironmentValue,
} from "./write-environment-value";

/**
 * Sets the value that a secret has in one environment, in every carrier that holds it there.
 *
 * @param replace whether values that are there may be replaced; GitHub does not tell a placeholder from a value.
 * @throws RemedyError before anything is written, or where GitHub refuses one of several: which were written is told.
 */
export async function setInEnvironment(
  context: PrintingContext,
  slot: SlotName,
  environment: string,
  replace: boolean,
): Promise<void> {
  const { terminal } = context;
  const { name, secret } = slot;
  const slots = environmentSlotsOf(context, slot, environment);
  const github = context.github();
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const places = await observePlaces(github, slots);
  if (!replace) await refuseExisting(context, name, places);
  const value = await readValue(terminal, name, `Value of ${name} in ${environment} (not shown)`);
  const checked = checkText({ ...secret, name, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError({
      code: "?",
      subject: name,
      cause: checked.reason,
      remedy: "nothing was written; give the right one",
    });
  if (checked.warning !== undefined) terminal.say(`warning: ${checked.warning}`);
  if (!replace) await refuseExisting(context, name, await observePlaces(github, slots));
  const had = new Set(places.filter(({ there }) => there.has(name)).map(({ repository }) => repository));
  let written = 0;
  try {
    await writeEnvironmentValue(context, slots, checked.value, ({ repository }) => {
      written += 1;
      const what = had.has(repository) ? "value replaced" : "created";
      terminal.print(`${name}: ${what}, in ${environment} of ${repository}`);
    });
  } finally {
    // Also when GitHub stopped it half way.
    for (const line of leftToDo(context, slot, places, written)) terminal.say(line);
  }
}

/** @param written how many of the places, in their order, have the new value. */
function leftToDo(
  context: PrintingContext,
  slot: SlotName,
  places: readonly EnvironmentPlace[],
  written: number,
): string[] {
  const { name } = slot;
  const environment = places[0]?.environment ?? "";
  const done = places.slice(0, written);
  if (done.length === 0) return [];
  const left = places.slice(written).map(({ repository }) => repository);
  const half = `${written} of ${places.length} set, not in ${left.join(", ")}: run again with --replace and the same value`;
  const adopt = `Where the stack that has ${environment} has no slot of it yet: ${COMMAND} adopt ${name} --stack STACK, before its next pulumi up`;
  const there = new Set(done.flatMap((place) => [...place.there]));
  return [
    ...(left.length > 0 ? [half] : []),
    ...(done.every((place) => place.there.has(name)) ? [] : [adopt]),
    ...otherNamesLeft([slot], there, dayOf(context.now()), environment),
  ];
}

/** @throws RemedyError naming the places that have one, and whether a value of it was ever synced. */
async function refuseExisting(
  context: PrintingContext,
  name: string,
  places: readonly EnvironmentPlace[],
): Promise<void> {
  const taken = places.filter(({ there }) => there.has(name));
  const [first] = taken;
  if (first === undefined) return;
  const { environment } = first;
  const all = await readLedgers(context.cloud(), context.catalog, context.project.settings);
  const known = knowledgeOf(name, (each) => all(each).filter((one) => one.environment === environment));
  throw new RemedyError({
    code: "?",
    subject: name,
    cause: `it exists in GitHub (${environment} of ${taken.map(({ repository }) => repository).join(", ")}), which cannot give its value back (${known})`,
    remedy: `${COMMAND} set ${name} --environment ${environment} --replace replaces it for good`,
  });
}

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
      code: "?",
      subject: name,
      cause: "the value on stdin is not UTF-8 text",
      remedy: "encode it, in base64 for example",
    });
  }
}
