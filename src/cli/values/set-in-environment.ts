import type { SlotName } from "../../../secrets/slots";
import { dayOf } from "../../../secrets/tombstone";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { knowledgeOf, readLedgers } from "../status/ledger-knowledge";
import { checkText } from "./check-value";
import { readValue } from "./read-value";
import { twinsLeft } from "./renamed";
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
  doors: Doors,
  slot: SlotName,
  environment: string,
  replace: boolean,
): Promise<void> {
  const { terminal } = doors;
  const { name, secret } = slot;
  const slots = environmentSlotsOf(doors, slot, environment);
  const github = doors.github();
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const places = await observePlaces(github, slots);
  if (!replace) await refuseExisting(doors, name, places);
  const value = await readValue(terminal, name, `Value of ${name} in ${environment} (not shown)`);
  const checked = checkText({ ...secret, name, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError(name, checked.reason, "nothing was written; give the right one");
  if (!replace) await refuseExisting(doors, name, await observePlaces(github, slots));
  const had = new Set(places.filter(({ there }) => there.has(name)).map(({ repository }) => repository));
  let written = 0;
  try {
    await writeEnvironmentValue(doors, slots, checked.value, ({ repository }) => {
      written += 1;
      const what = had.has(repository) ? "value replaced" : "created";
      terminal.print(`${name}: ${what}, in ${environment} of ${repository}`);
    });
  } finally {
    // Also when GitHub stopped it half way.
    for (const line of leftToDo(doors, slot, places, written)) terminal.say(line);
  }
}

/** @param written how many of the places, in their order, have the new value. */
function leftToDo(
  doors: Doors,
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
  const adopt = `Where the stack that has ${environment} has no slot of it yet: npx sophia-secrets adopt ${name} --stack STACK, before its next pulumi up`;
  const there = new Set(done.flatMap((place) => [...place.there]));
  return [
    ...(left.length > 0 ? [half] : []),
    ...(done.every((place) => place.there.has(name)) ? [] : [adopt]),
    ...twinsLeft([slot], there, dayOf(doors.now()), environment),
  ];
}

/** @throws RemedyError naming the places that have one, and whether a value of it was ever synced. */
async function refuseExisting(
  doors: Doors,
  name: string,
  places: readonly EnvironmentPlace[],
): Promise<void> {
  const taken = places.filter(({ there }) => there.has(name));
  const [first] = taken;
  if (first === undefined) return;
  const { environment } = first;
  const all = await readLedgers(doors.cloud(), doors.catalog, doors.project.settings);
  const known = knowledgeOf(name, (each) => all(each).filter((one) => one.environment === environment));
  throw new RemedyError(
    name,
    `it exists in GitHub (${environment} of ${taken.map(({ repository }) => repository).join(", ")}), which cannot give its value back (${known})`,
    `npx sophia-secrets set ${name} --environment ${environment} --replace replaces it for good`,
  );
}
