import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isNode, parseDocument } from "yaml";
import { ledgerEnvironment, type Naming, pathOf } from "../catalog/layout";
import type { EnvironmentText, PulumiCloud } from "../clients/pulumi-cloud";
import { inRounds } from "../clients/write-rounds";
import { RemedyError } from "../errors";
import { boundedDocument } from "../yaml-text";
import { type Ledger, type LedgerEntry, type OpenCase, parseLedger, renderLedger } from "./ledger";
import type { Pause } from "./pause";

/** What changes in a ledger. The key and what it does not name stay, also what other versions of this program wrote. */
export interface LedgerChange {
  /** The pause to set; undefined lifts the one that stands. Leave it out to keep that. */
  paused?: Pause | undefined;
  /** Entries of secrets; undefined removes a secret's. */
  entries?: Readonly<Record<string, LedgerEntry | undefined>>;
  /** Open cases by secret; undefined ends one. */
  cases?: Readonly<Record<string, OpenCase | undefined>>;
}

/** One environment's ledger in ESC. Every method throws RemedyError when the service refuses. */
export interface LedgerStore {
  /** `project/name`. */
  readonly place: string;
  /** Reads it without its key. Needs the right to read. */
  read(): Promise<Ledger>;
  /** Reads it with its key. Needs the right to open. */
  open(): Promise<Ledger>;
  /**
   * Changes some of it without opening it: the key stays as ciphertext.
   *
   * @param change gives what changes in the ledger that stands. It is asked again where somebody wrote in between, or
   *   where a write may have been carried out; what it throws ends the update.
   */
  update(change: (ledger: Ledger) => LedgerChange): Promise<void>;
  /**
   * Replaces it whole, key included. Needs the right to open.
   *
   * @param next gives the ledger that is to stand, from the one that does; undefined writes nothing. Asked as above.
   */
  replace(next: (ledger: Ledger) => Promise<Ledger | undefined>): Promise<void>;
}

/** The ledger of one deployment environment, as a stack's config names it. */
export function ledgerOf(
  cloud: PulumiCloud,
  settings: Naming & { carriers: readonly string[] },
  deployment: string,
): LedgerStore {
  return ledgerAt(cloud, pathOf(ledgerEnvironment(settings, deployment)), settings.carriers.length > 1);
}

/**
 * @param place `project/name`.
 * @param isShared whether carriers share it: all of them write when `up` commits their workflows, one at a time.
 */
export function ledgerAt(
  cloud: Pick<PulumiCloud, "read" | "decrypt" | "write">,
  place: string,
  isShared = false,
): LedgerStore {
  const edit = (
    read: () => Promise<EnvironmentText>,
    next: (text: string) => Promise<string | undefined> | string | undefined,
  ) =>
    inRounds({ isShared }, async ({ sends }) => {
      const stored = await read();
      const text = await next(ledgerTextOf(stored, place));
      if (text === undefined) return;
      sends();
      await cloud.write(place, text, stored.etag);
    });
  return {
    place,
    read: async () => parseLedger(ledgerTextOf(await cloud.read(place), place)),
    open: async () => parseLedger(ledgerTextOf(await cloud.decrypt(place), place)),
    update: (change) =>
      edit(
        () => cloud.read(place),
        (text) => changed(text, change(parseLedger(text))),
      ),
    replace: (next) =>
      edit(
        () => cloud.decrypt(place),
        async (text) => {
          const ledger = await next(parseLedger(text));
          const rendered = ledger && renderLedger(ledger);
          return rendered === renderLedger(parseLedger(text)) ? undefined : rendered;
        },
      ),
  };
}

/**
 * Changes the pause of one ledger.
 *
 * @param change gives the pause that is to stand, from the one that does; asked again where somebody wrote in between.
 *   What it throws ends the change.
 * @returns the pause that stood before.
 * @throws RemedyError when the ledger cannot be read or written.
 */
export async function changePause(
  store: LedgerStore,
  change: (standing: Pause | undefined) => Pause | undefined,
): Promise<Pause | undefined> {
  let before: { pause: Pause | undefined } | undefined;
  await store.update(({ paused: standing }) => {
    // In later rounds it may be our own, whose answer was lost.
    before ??= { pause: standing };
    return { paused: change(standing) };
  });
  return before?.pause;
}

/**
 * A ledger's text, unless it arrived empty: that would say that nobody has paused the sync and that no value is known.
 * Before it is first written it may be empty; nothing of ours leaves it so.
 *
 * @throws RemedyError for an empty text of a later revision.
 */
export function ledgerTextOf({ text, revision }: EnvironmentText, place: string): string {
  if (revision === 1 || text.trim() !== "") return text;
  throw new RemedyError({
    code: "ledger-empty",
    subject: place,
    cause: `the ledger's text is empty at revision ${revision}`,
    remedy:
      "run again; if it stays empty, restore an earlier revision (pulumi env version rollback), or write values: {} there (pulumi env edit)",
  });
}

/**
 * A ledger's text with a change, edited in place so that the key stays as ciphertext. What is not a ledger is replaced by
 * one that holds the change alone.
 *
 * @returns undefined when nothing would change.
 */
export function changed(text: string, change: LedgerChange): string | undefined {
  const parsed = boundedDocument(text);
  const isLedger = isMap(parsed?.getIn(["values", "ledger"]));
  const document: Document =
    parsed !== undefined && isLedger ? parsed : parseDocument("values:\n  ledger: {}\n");
  const known = parseLedger(text);
  let isChanged = false;
  const set = (path: readonly string[], standing: object | undefined, next: object | undefined) => {
    if (next === undefined ? !document.hasIn(path) : isDeepStrictEqual(standing, next)) return;
    isChanged = true;
    if (next === undefined) document.deleteIn(path);
    else put(document, path, next);
  };
  if ("paused" in change) set(["values", "ledger", "paused"], known.paused, change.paused);
  for (const [name, entry] of Object.entries(change.entries ?? {}))
    set(["values", "ledger", "secrets", name], known.secrets[name], entry);
  for (const [name, open] of Object.entries(change.cases ?? {}))
    set(["values", "ledger", "cases", name], known.cases?.[name], open);
  return isChanged ? document.toString({ lineWidth: 0 }) : undefined;
}

/** Sets a node in block style: beside the flow style of an empty mapping it would be one long line. */
function put(document: Document, path: readonly string[], value: object): void {
  for (let depth = 1; depth < path.length; depth += 1) {
    const above = document.getIn(path.slice(0, depth), true);
    if (isMap(above)) above.flow = false;
    else document.setIn(path.slice(0, depth), document.createNode({}));
  }
  const node = document.createNode(value);
  if (isNode(node)) document.setIn(path, node);
}

/**
 * Several carriers share an environment's ledger. What one knows of a revision holds for its own secrets alone, so each
 * keeps revisions of its own: `group@carrier`.
 *
 * @param shard the carrier, where there are several.
 * @returns the ledger as that carrier sees it.
 */
export function ownPart(ledger: Ledger, shard: string | undefined): Ledger {
  if (shard === undefined) return ledger;
  const own = Object.entries(ledger.revisions).filter(([key]) => key.endsWith(`@${shard}`));
  const revisions = own.map(([key, revision]) => [key.slice(0, -shard.length - 1), revision]);
  return { ...ledger, revisions: Object.fromEntries(revisions) };
}

/** The whole ledger with one carrier's part brought up to date; the others' revisions stay. */
export function withPart(whole: Ledger, part: Ledger, shard: string | undefined): Ledger {
  if (shard === undefined) return part;
  const others = Object.entries(whole.revisions).filter(([key]) => !key.endsWith(`@${shard}`));
  const own = Object.entries(part.revisions).map(([group, revision]) => [`${group}@${shard}`, revision]);
  return { ...part, revisions: Object.fromEntries([...others, ...own]) };
}
