import { type Catalog, resolveCatalog } from "../../../secrets/entry";
import { WORKFLOW_PATH } from "../../../secrets/layout";
import { organizationSlots, type SlotName } from "../../../secrets/slots";
import type { Finding } from "./find-drift";

/** What was seen of one repository, as far as it may read a name that is about to go. */
export interface FormerReader {
  repository: string;
  /** Workflow files on its default branch; undefined: the token may not read them. */
  workflows: readonly { path: string; text: string }[] | undefined;
  /** Names of its own secrets. */
  secrets: readonly string[];
}

/** The names that renamed secrets had, for as long as they live. */
export function formerSlots(catalog: Catalog, today: string): SlotName[] {
  return organizationSlots(resolveCatalog(catalog), today).filter(({ name, secret }) => name !== secret.name);
}

/** A former name in GitHub, and who may read it there. */
export interface FormerName {
  slot: SlotName;
  /** Repositories it is granted to by name; undefined: all, or all private ones. */
  granted: readonly string[] | undefined;
}

/**
 * Who still reads the names that renamed secrets had: repositories besides the carriers that are granted one, workflow
 * files that name it, and repositories with a secret of their own by that name. A pure function.
 *
 * What GitHub cannot show is told with each: other branches, workflows that inherit all secrets, and applications that
 * open the old key in ESC.
 */
export function findFormerReaders(
  former: readonly FormerName[],
  seen: readonly FormerReader[],
  carriers: readonly string[],
): Finding[] {
  return former.map(({ slot, granted }) => {
    const { name, secret } = slot;
    const parts = [
      granted === undefined ? "granted to every repository that its visibility covers" : "",
      told("granted to", granted?.filter((each) => !carriers.includes(each)) ?? []),
      told("named in", mentionsOf(name, seen)),
      told("hidden by a secret of its own in", ownersOf(name, seen)),
      told("workflows not shown of", unreadOf(seen)),
    ].filter((part) => part !== "");
    const end = slot.tombstone === undefined ? "has no tombstone yet" : `goes on ${slot.tombstone}`;
    const what = `the name that ${secret.name} had, ${end}; ${parts.length === 0 ? "nothing in sight reads it" : parts.join("; ")}`;
    return { kind: "still-read" as const, name, what, remedy: `move its readers to ${secret.name}` };
  });
}

function told(words: string, items: readonly string[]): string {
  return items.length === 0 ? "" : `${words} ${[...items].sort().join(", ")}`;
}

/** Workflow files that name it, but the one that the stack itself writes. */
function mentionsOf(name: string, seen: readonly FormerReader[]): string[] {
  // GitHub's expressions take names in any case, after a dot or in brackets.
  const pattern = new RegExp(`secrets\\s*(\\.\\s*${name}(?![A-Za-z0-9_-])|\\[\\s*'${name}'\\s*\\])`, "i");
  return seen.flatMap(({ repository, workflows = [] }) =>
    workflows
      .filter(({ path, text }) => path !== WORKFLOW_PATH && pattern.test(text))
      .map(({ path }) => `${repository}/${path}`),
  );
}

function ownersOf(name: string, seen: readonly FormerReader[]): string[] {
  return seen.filter(({ secrets }) => secrets.includes(name)).map(({ repository }) => repository);
}

function unreadOf(seen: readonly FormerReader[]): string[] {
  return seen.filter(({ workflows }) => workflows === undefined).map(({ repository }) => repository);
}
