import { dayOf } from "../../catalog/dates";
import type { ResolvedEntry } from "../../catalog/entry";
import type { SlotName } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { knowledgeOf, readLedgers } from "../observation/environments";
import { type Checked, checkText, checkValue, whyNotSet } from "./check-value";
import { isKnownPlaceholder } from "./known-placeholder";
import {
  namedSlots,
  organizationSlotsNamed,
  otherNamesLeft,
  requireCapacity,
  spreadOf,
} from "./named-entries";
import { requireStepSize } from "./require-step-size";
import {
  type EnvironmentPlace,
  environmentSlotsOf,
  observePlaces,
  writeEnvironmentValue,
} from "./write-environment-value";
import { describeAccess, writeValues } from "./write-values";

/** Which value is set. */
export interface NamedValue {
  /** As GitHub has it: an entry's own name, or the one it had. */
  name: string;
  /** Deployment environment; undefined for a secret of the organization. */
  environment: string | undefined;
  /** Whether values that are there may be replaced; a placeholder that a run has seen since may be, without. */
  replace: boolean;
}

/** Where the value comes from, and what is told while it is set. */
export interface ValueExchange {
  /** The new value: asked for once nothing stands in the way of setting it. */
  ask(): Promise<Secret>;
  /** It is set now: where, or who can read it; and whether it replaced one. */
  written(where: string, replaced: boolean): void;
  /** A line for each thing that a person has to know or do afterwards. */
  left(line: string): void;
}

/**
 * Sets one value: the organization's, or the one that a secret has in one environment, in every carrier that holds it
 * there.
 *
 * @throws RemedyError before anything is written, or where GitHub refuses one of several: which were written is told.
 */
export async function setValue(context: Context, named: NamedValue, exchange: ValueExchange): Promise<void> {
  const { name, environment, replace } = named;
  if (environment === undefined) {
    const [slot] = organizationSlotsNamed(context.catalog, [name]);
    if (slot !== undefined) await setInOrganization(context, slot, replace, exchange);
  } else {
    const [slot] = namedSlots(context.catalog, [name]);
    if (slot !== undefined) await setInEnvironment(context, slot, environment, replace, exchange);
  }
}

async function setInOrganization(
  context: Context,
  slot: SlotName,
  replace: boolean,
  exchange: ValueExchange,
): Promise<void> {
  const { name, secret } = slot;
  const elsewhere = whyNotSet(secret);
  if (elsewhere !== undefined)
    throw new RemedyError({
      code: "value-set-elsewhere",
      subject: name,
      cause: elsewhere,
      remedy: "set it there, then pulumi up",
    });
  const github = context.github();
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const listed = await github.listSecrets();
  const there = new Set(listed.map((each) => each.name));
  const standing = listed.find((each) => each.name === name);
  const isFirst = standing === undefined || (await isKnownPlaceholder(context, secret, standing));
  if (!isFirst && !replace) throw await existsInOrganization(context, name);
  const spread = await spreadOf(context, github);
  requireCapacity([secret], spread);
  const value = await askFor(secret, name, checkValue, exchange);
  await requireStepSize(context, () => spread, [{ secret, value }]);
  if (!replace) {
    const now = (await github.listSecrets()).find((each) => each.name === name);
    // Somebody set it in between.
    if (now !== undefined && now.updatedAt !== standing?.updatedAt)
      throw await existsInOrganization(context, name);
  }
  await writeValues(github, spread.shards, [{ slot, value }], () =>
    exchange.written(describeAccess(secret, spread.shards), !isFirst),
  );
  if (!there.has(name))
    exchange.left(`If the stack does not manage it yet: ${COMMAND} adopt ${name}, before the next pulumi up`);
  for (const line of otherNamesLeft([slot], there, dayOf(context.now()))) exchange.left(line);
}

/** The value that was given, checked under the name it is set by. @throws RemedyError when it cannot be set. */
async function askFor(
  secret: ResolvedEntry,
  name: string,
  check: (entry: ResolvedEntry, input: Record<string, string>) => Checked,
  exchange: ValueExchange,
): Promise<Secret> {
  const given = await exchange.ask();
  const checked = check({ ...secret, name, aliases: [] }, { [name]: given.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError({
      code: "value-invalid",
      subject: name,
      cause: checked.reason,
      remedy: "nothing was written; give the right one",
    });
  if (checked.warning !== undefined) exchange.left(`warning: ${checked.warning}`);
  return checked.value;
}

async function existsInOrganization(context: Context, name: string): Promise<RemedyError> {
  const synced = await readLedgers(context.cloud(), context.catalog, context.project.settings);
  return new RemedyError({
    code: "secret-exists",
    subject: name,
    cause: `it exists in GitHub, which cannot give its value back (${knowledgeOf(name, synced)})`,
    remedy: `${COMMAND} set ${name} --replace replaces it for good`,
  });
}

async function setInEnvironment(
  context: Context,
  slot: SlotName,
  deployment: string,
  replace: boolean,
  exchange: ValueExchange,
): Promise<void> {
  const { name, secret } = slot;
  const slots = environmentSlotsOf(context, slot, deployment);
  const github = context.github();
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const places = await observePlaces(github, slots);
  if (!replace) await refuseExistingIn(context, name, places);
  const value = await askFor(secret, name, checkText, exchange);
  await requireStepSize(context, () => spreadOf(context, github), [{ secret, value }], deployment);
  if (!replace) await refuseExistingIn(context, name, await observePlaces(github, slots));
  const had = new Set(places.filter(({ there }) => there.has(name)).map(({ repository }) => repository));
  let written = 0;
  try {
    await writeEnvironmentValue(context, slots, value, ({ repository }) => {
      written += 1;
      exchange.written(`in ${deployment} of ${repository}`, had.has(repository));
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
  const adopt = `If the stack of ${environment} does not manage it yet: ${COMMAND} adopt ${name} --stack STACK, before its next pulumi up`;
  const there = new Set(done.flatMap((place) => [...place.there]));
  return [
    ...(left.length > 0 ? [half] : []),
    ...(done.every((place) => place.there.has(name)) ? [] : [adopt]),
    ...otherNamesLeft([slot], there, dayOf(context.now()), environment),
  ];
}

/** @throws RemedyError naming the places that have one, and whether a value of it was ever synced. */
async function refuseExistingIn(
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
