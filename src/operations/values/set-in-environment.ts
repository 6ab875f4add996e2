import { dayOf } from "../../catalog/dates";
import type { SlotName } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { knowledgeOf, readLedgers } from "../observation/environments";
import { checkText } from "./check-value";
import { otherNamesLeft } from "./named-entries";
import {
  type EnvironmentPlace,
  environmentSlotsOf,
  observePlaces,
  writeEnvironmentValue,
} from "./write-environment-value";

/** Where the value comes from, and what is told while it is set. */
export interface ValueExchange {
  /** The new value: asked for once nothing stands in the way of setting it. */
  ask(): Promise<Secret>;
  /** It is set in this carrier now; whether it replaced one. */
  written(repository: string, replaced: boolean): void;
  /** A line for each thing that a person has to do afterwards. */
  left(line: string): void;
}

/**
 * Sets the value that a secret has in one environment, in every carrier that holds it there.
 *
 * @param replace whether values that are there may be replaced; GitHub does not tell a placeholder from a value.
 * @throws RemedyError before anything is written, or where GitHub refuses one of several: which were written is told.
 */
export async function setInEnvironment(
  context: Context,
  slot: SlotName,
  environment: string,
  replace: boolean,
  exchange: ValueExchange,
): Promise<void> {
  const { name, secret } = slot;
  const slots = environmentSlotsOf(context, slot, environment);
  const github = context.github();
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const places = await observePlaces(github, slots);
  if (!replace) await refuseExisting(context, name, places);
  const value = await exchange.ask();
  const checked = checkText({ ...secret, name, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError({
      code: "value-invalid",
      subject: name,
      cause: checked.reason,
      remedy: "nothing was written; give the right one",
    });
  if (checked.warning !== undefined) exchange.left(`warning: ${checked.warning}`);
  if (!replace) await refuseExisting(context, name, await observePlaces(github, slots));
  const had = new Set(places.filter(({ there }) => there.has(name)).map(({ repository }) => repository));
  let written = 0;
  try {
    await writeEnvironmentValue(context, slots, checked.value, ({ repository }) => {
      written += 1;
      exchange.written(repository, had.has(repository));
    });
  } finally {
    // Also when GitHub stopped it half way.
    for (const line of leftToDo(context, slot, places, written)) exchange.left(line);
  }
}

/** @param written how many of the places, in their order, have the new value. */
function leftToDo(
  context: Context,
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
  context: Context,
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
    code: "secret-exists",
    subject: name,
    cause: `it exists in GitHub (${environment} of ${taken.map(({ repository }) => repository).join(", ")}), which cannot give its value back (${known})`,
    remedy: `${COMMAND} set ${name} --environment ${environment} --replace replaces it for good`,
  });
}
