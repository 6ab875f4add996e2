import { type Document, isMap, isNode, parseDocument } from "yaml";
import type { LedgerEntry } from "./ledger";
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
  const parsed = parseDocument(text, { logLevel: "error" });
  const isLedger = parsed.errors.length === 0 && isMap(parsed.getIn(["values", "ledger"]));
  const document: Document = isLedger ? parsed : parseDocument("values:\n  ledger: {}\n");
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
