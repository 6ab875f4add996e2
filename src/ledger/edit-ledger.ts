import { type Document, isMap, isNode, parseDocument } from "yaml";
import type { EnvironmentText } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import { boundedDocument } from "../yaml-text";
import type { Ledger, LedgerEntry } from "./ledger";
import type { Pause } from "./pause";

/**
 * A ledger's text with a pause, or without one. The text is edited in place, so that its key stays as ciphertext: who
 * pauses needs no right to open it. What is no ledger is replaced by one that holds the pause alone.
 */
export function withPause(text: string, pause: Pause | undefined): string {
  return edited(text, (document) => {
    const path = ["values", "ledger", "paused"];
    if (pause !== undefined) put(document, path, pause);
    else if (document.hasIn(path)) document.deleteIn(path);
  });
}

/** A ledger's text with other entries for some secrets; undefined takes a secret's away. */
export function withEntries(
  text: string,
  entries: Readonly<Record<string, LedgerEntry | undefined>>,
): string {
  return edited(text, (document) => {
    for (const [name, entry] of Object.entries(entries)) {
      const path = ["values", "ledger", "secrets", name];
      if (entry !== undefined) put(document, path, entry);
      else if (document.hasIn(path)) document.deleteIn(path);
    }
  });
}

function edited(text: string, edit: (document: Document) => void): string {
  const parsed = boundedDocument(text);
  const isLedger = isMap(parsed?.getIn(["values", "ledger"]));
  const document: Document =
    parsed !== undefined && isLedger ? parsed : parseDocument("values:\n  ledger: {}\n");
  edit(document);
  return document.toString({ lineWidth: 0 });
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

/**
 * A ledger's text, unless it arrived empty: that would say that nobody has paused the sync and that no value is known.
 * Before it is first written it may be empty; nothing of ours leaves it so.
 *
 * @param place `project/name`.
 * @throws RemedyError for an empty text of a later revision.
 */
export function requireLedgerText(stored: EnvironmentText, place: string): string {
  if (stored.revision === 1 || stored.text.trim() !== "") return stored.text;
  const remedy =
    "run again; where it is empty indeed, bring an earlier revision of it back (pulumi env version rollback), or write values: {} there (pulumi env edit)";
  throw new RemedyError({
    code: "?",
    subject: place,
    cause: `the ledger's text is empty at revision ${stored.revision}`,
    remedy,
  });
}
