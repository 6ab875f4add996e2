import { randomBytes } from "node:crypto";
import { dayOf } from "../../catalog/dates";
import { valueNames } from "../../catalog/slots";
import { ledgerOf } from "../../ledger/ledger-store";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { openValues, variablesOf } from "../values/open-values";
import { chooseWindow, type Uncovered } from "./choose-window";
import type { NamedMark, ScanFilter } from "./filter-file";
import { createWindowHashes } from "./window-marks";

/** A credential that the filter cannot have. */
export interface LeftOut {
  environment: string;
  name: string;
  why: Uncovered | "never in ESC";
}

export interface BuiltFilter {
  filter: ScanFilter;
  leftOut: LeftOut[];
}

/**
 * Makes the marks of all credentials of some deployment environments, which it opens. Of the others the filter keeps what
 * it has, and its key: marks of unchanged values stay the same, so that two versions of the file tell no more than one.
 *
 * @throws RemedyError when an environment cannot be opened. What its values were must not be lost.
 */
export async function buildFilter(
  context: Context,
  environments: readonly string[],
  before: ScanFilter | undefined,
): Promise<BuiltFilter> {
  const key = before?.key ?? randomBytes(32);
  const { markOf } = createWindowHashes(key);
  const known = context.catalog.environments;
  const kept = (environment: string) => known.includes(environment) && !environments.includes(environment);
  const marks = new Map<string, NamedMark>();
  const add = (mark: NamedMark) => {
    const id = [mark.name, mark.length, mark.rolling, mark.tag].join(".");
    const standing = marks.get(id)?.environments ?? [];
    const all = known.filter((each) => [...standing, ...mark.environments].includes(each));
    marks.set(id, { ...mark, environments: all });
  };
  for (const mark of before?.marks ?? []) {
    const others = mark.environments.filter(kept);
    if (others.length > 0) add({ ...mark, environments: others });
  }
  const opened = await inParallel(environments, async (environment) => ({
    environment,
    values: (await openValues(context, environment)).values,
    changed: await lastChange(context, environment),
  }));
  const leftOut = opened.flatMap(({ environment, values }) => {
    const secret = credentialsOf(context, environment);
    const windows = [...values]
      .filter(([name]) => secret.has(name))
      .map(([name, value]) => ({ name, window: chooseWindow(value.unwrap()) }));
    for (const { name, window } of windows)
      if (typeof window !== "string") add({ name, environments: [environment], ...markOf(window) });
    return [...without(windows, environment), ...pipelinesOwn(context, environment)];
  });
  const of = <Value>(
    fresh: (environment: string) => Value | undefined,
    old: Readonly<Record<string, Value>>,
  ) =>
    Object.fromEntries(
      known.flatMap((environment) => {
        const value = kept(environment) ? old[environment] : fresh(environment);
        return value === undefined ? [] : [[environment, value]];
      }),
    );
  const filter: ScanFilter = {
    key,
    marks: [...marks.values()],
    asOf: of((name) => opened.find(({ environment }) => environment === name)?.changed, before?.asOf ?? {}),
    notCovered: of(
      (name) =>
        leftOut
          .filter(({ environment }) => environment === name)
          .map((each) => each.name)
          .sort(),
      before?.notCovered ?? {},
    ),
  };
  return { filter, leftOut };
}

function without(
  windows: readonly { name: string; window: Buffer | Uncovered }[],
  environment: string,
): LeftOut[] {
  return windows.flatMap(({ name, window }) =>
    typeof window === "string" ? [{ environment, name, why: window }] : [],
  );
}

/** The pipeline's own credentials, which nobody can open. */
function pipelinesOwn({ catalog }: Context, environment: string): LeftOut[] {
  return catalog.entries
    .filter(({ bootstrap, environments }) => bootstrap && environments.includes(environment))
    .map(({ name }) => ({ environment, name, why: "never in ESC" }));
}

/** Names whose values are credentials: an address or an account's name in code is not a leak. */
function credentialsOf(context: Context, environment: string): Set<string> {
  const plain = context.catalog.entries.filter((each) => !each.credential || each.default !== undefined);
  const names = new Set(variablesOf(context, environment).map(({ name }) => name));
  for (const { name } of plain) names.delete(name);
  return names;
}

async function lastChange(context: Context, environment: string): Promise<string | undefined> {
  const changes = await changesIn(context, environment);
  return [...changes.values()].sort().at(-1);
}

async function changesIn(context: Context, environment: string): Promise<Map<string, string>> {
  const ledger = await ledgerOf(requireCloud(context), context.project.settings, environment).read();
  return new Map(Object.entries(ledger.secrets).map(([name, { changed }]) => [name, changed]));
}

/** A credential whose value changed after the filter was made. */
export interface StaleMark {
  environment: string;
  name: string;
  changed: string;
}

/**
 * Compares a filter with the ledgers. Nothing is opened: the right to read them is enough.
 *
 * @throws RemedyError when a ledger cannot be read.
 */
export async function staleMarks(
  context: Context,
  environments: readonly string[],
  filter: ScanFilter,
): Promise<StaleMark[]> {
  const today = dayOf(context.now());
  const found = await inParallel(environments, async (environment) => {
    const secret = credentialsOf(context, environment);
    const names = new Set(
      context.catalog.entries
        .filter(({ name }) => secret.has(name))
        .flatMap((entry) => valueNames(entry, today)),
    );
    const changes = [...(await changesIn(context, environment))];
    return changes
      .filter(([name, changed]) => names.has(name) && changed > (filter.asOf[environment] ?? ""))
      .map(([name, changed]) => ({ environment, name, changed }));
  });
  return found.flat();
}
