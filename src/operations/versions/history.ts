import { pathOf, valuesEnvironment } from "../../catalog/layout";
import type { Revision } from "../../clients/pulumi-cloud";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { readPins } from "../observation/composite-imports";
import { type Difference, differencesOf, nameOf, placesOf, referenceIn } from "../observation/text-places";

/** One revision of a values environment: names and times, never a value. */
export interface HistoryLine extends Partial<TextChanges> {
  environment: string;
  group: string;
  revision: number;
  /** RFC 3339. */
  created: string;
  by: string;
  tags: readonly string[];
  /** The composite imports this one, not the newest. */
  pinned: boolean;
  /** It can not be read any more, and was not compared. */
  retracted: boolean;
}

/**
 * The newest revisions of an environment's values, newest first, with the names that each changed against the one
 * before. Needs the right to read; two texts for each revision are read at most.
 *
 * @param group this one alone; undefined: all.
 * @throws RemedyError when there is no token for Pulumi Cloud, or a values environment cannot be read.
 */
export async function readHistory(
  context: Context,
  { environment, group: only, limit }: { environment: string; group: string | undefined; limit: number },
): Promise<{ lines: HistoryLine[]; hasOlder: boolean }> {
  const { settings } = context.project;
  const cloud = requireCloud(context);
  const groups = only === undefined ? Object.keys(context.catalog.groups).sort() : [only];
  const [pins, ...lists] = await Promise.all([
    readPins(cloud, settings, environment),
    ...groups.map(async (group) => {
      const path = pathOf(valuesEnvironment(settings, environment, group));
      // One more than is shown: each is compared with the one before it.
      return { group, path, revisions: await cloud.revisions.list(path, limit + 1) };
    }),
  ]);
  const textOf = onceEach((path, revision) => cloud.revisions.text(path, revision));
  const found = lists.flatMap(({ group, path, revisions }) =>
    revisions.map((revision, index) => ({
      group,
      path,
      revision,
      before: revisions.slice(index + 1).find((each) => !each.retracted),
    })),
  );
  const newest = found
    .sort((a, b) => Date.parse(b.revision.created) - Date.parse(a.revision.created))
    .slice(0, limit);
  const lines = await inParallel(newest, async ({ group, path, revision, before }) => {
    const { number, created, by, tags, retracted } = revision;
    const line = { environment, group, revision: number, created, by, tags, retracted };
    const pinned = isPinned(revision, pins[path]);
    if (retracted) return { ...line, pinned };
    const [older, newer] = await Promise.all([
      before === undefined ? "" : textOf(path, before.number),
      textOf(path, number),
    ]);
    return { ...line, pinned, ...compareTexts(older, newer) };
  });
  return { lines, hasOlder: found.length > limit };
}

/** Whether an import's version names a revision: its number, or one of its tags. */
function isPinned({ number, tags }: Revision, version: string | undefined): boolean {
  return version !== undefined && (version === String(number) || tags.includes(version));
}

function onceEach(read: (path: string, revision: number) => Promise<string>) {
  const texts = new Map<string, Promise<string>>();
  return (path: string, revision: number): Promise<string> => {
    const key = `${path}@${revision}`;
    const text = texts.get(key) ?? read(path, revision);
    texts.set(key, text);
    return text;
  };
}

/** What one text of a values environment has that another has not: names, never what they hold. */
export type TextChanges = Record<Difference, string[]>;

/**
 * Compares two texts with their secrets as ciphertext, which the service does not touch while a value stays: another
 * ciphertext is another value, or the same one set again. A value is called by the variable that refers to it, anything
 * else by its place; references are left out where what they refer to changed itself.
 *
 * @returns undefined when one of them is not YAML.
 */
export function compareTexts(older: string, newer: string): TextChanges | undefined {
  const [before, after] = [placesOf(older), placesOf(newer)];
  if (before === undefined || after === undefined) return undefined;
  const differing = differencesOf(before, after);
  const changes: TextChanges = { added: [], changed: [], removed: [] };
  for (const [place, difference] of differing) {
    const target = referenceIn(after.get(place) ?? before.get(place));
    if (target !== undefined && differing.has(target)) continue;
    changes[difference].push(nameOf(place, difference === "removed" ? before : after));
  }
  for (const names of Object.values(changes)) names.sort();
  return changes;
}
