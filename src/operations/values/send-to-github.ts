import { dayOf, isDue } from "../../catalog/dates";
import type { ResolvedEntry } from "../../catalog/entry";
import { slotNames } from "../../catalog/slots";
import { runId } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import type { Secret } from "../../secret";
import { type Context, requireCloud } from "../context";
import { checkText, whyConfigs } from "./check-value";
import { namedSlots, requireCapacity, spreadOf } from "./named-entries";
import { openValues } from "./open-values";
import { requireStepSize } from "./require-step-size";
import { environmentSlotsOf, observePlaces, writeEnvironmentValue } from "./write-environment-value";
import { type NewValue, writeValues } from "./write-values";

/** Values of ESC that are to become GitHub's: names, and a way to write them. */
export interface Sending {
  /** Organization secrets: all deployment environments get these values with their next sync. */
  organization: readonly string[];
  /** Secrets with a value per deployment environment: this one's alone. */
  environment: readonly string[];
  /** Why a name is left out, a sentence each. */
  left: readonly string[];
  /** @param onWritten told of each as it is written. @throws RemedyError at the first that GitHub refuses. */
  write(onWritten: (name: string) => void): Promise<void>;
}

/**
 * Plans what brings values from ESC back to GitHub: those that a person synced by hand and no run of the workflow has
 * written since, or the ones that are named. GitHub is the record: without this the next run puts its older values back.
 *
 * @throws RemedyError when ESC may not be opened, or for a name that the catalog does not have.
 */
export async function planSending(
  context: Context,
  environment: string,
  asked: readonly string[],
): Promise<Sending> {
  const { catalog, project, now } = context;
  const today = dayOf(now());
  const ledger = await ledgerOf(requireCloud(context), project.settings, environment).read();
  const byHand = (entry: ResolvedEntry) => {
    const known = ledger.secrets[entry.name];
    return known !== undefined && runId(known.run) === undefined && known.source !== "default";
  };
  const named = new Set(namedSlots(catalog, asked).map(({ secret }) => secret.name));
  const wanted = catalog.entries.filter(
    (entry) =>
      !entry.bootstrap &&
      !isDue(entry.tombstone, today) &&
      entry.environments.includes(environment) &&
      (asked.length === 0 ? byHand(entry) : named.has(entry.name)),
  );
  const { values } =
    wanted.length === 0 ? { values: new Map<string, Secret>() } : await openValues(context, environment);
  const left: string[] = [];
  const ready = wanted.flatMap((entry): NewValue[] => {
    const value = values.get(entry.name);
    const why = value === undefined ? "ESC has no value" : (whyConfigs(entry) ?? refusal(entry, value));
    if (why !== undefined) left.push(`${entry.name}: ${why}`);
    const slots = slotNames([entry]).filter(({ tombstone }) => !isDue(tombstone, today));
    return value === undefined || why !== undefined ? [] : slots.map((slot) => ({ slot, value }));
  });
  const [own, shared] = [
    ready.filter(({ slot }) => slot.secret.perEnvironment),
    ready.filter(({ slot }) => !slot.secret.perEnvironment),
  ];
  const namesOf = (some: readonly NewValue[]) => some.map(({ slot }) => slot.name);
  return {
    organization: namesOf(shared),
    environment: namesOf(own),
    left,
    write: async (onWritten) => {
      const github = context.github();
      const spread = await spreadOf(context, github);
      requireCapacity(
        shared.map(({ slot }) => slot.secret),
        spread,
      );
      const sized = ready.map(({ slot, value }) => ({ secret: slot.secret, value }));
      await requireStepSize(context, () => spread, sized);
      const places = own.map(({ slot }) => environmentSlotsOf(context, slot, environment));
      for (const each of places) await observePlaces(github, each);
      if (shared.length > 0) await writeValues(github, spread.shards, shared, ({ name }) => onWritten(name));
      for (const [index, { slot, value }] of own.entries()) {
        await writeEnvironmentValue(context, places[index] ?? [], value, () => undefined);
        onWritten(slot.name);
      }
    },
  };
}

function refusal(entry: ResolvedEntry, value: Secret): string | undefined {
  return checkText({ ...entry, aliases: [] }, { [entry.name]: value.unwrap() }).reason;
}
