import { closeSync, fstatSync, constants as modes, openSync, readSync } from "node:fs";
import { piecesOf } from "./file-pieces";
import { parseFilter } from "./filter-file";
import { type Env, readObjects } from "./git-objects";
import type { Item } from "./list-content";
import { createScan, type Found, type ScanBytes } from "./scan-bytes";
import { loadVendorRules } from "./vendor-rules";

/** What a worker is told once. */
export interface ScanJob {
  /** The filter's text; undefined: values of the organization are not looked for. */
  filter: string | undefined;
  /** Where items that are objects are read. */
  repository: string | undefined;
  env: Env;
}

/** What some items have. */
export interface Scanned {
  findings: (Found & { path: string; oid?: string })[];
  files: number;
  bytes: number;
  /** What could not be read: a sentence each. */
  unread: string[];
}

/** Looks through items, some at a time. @throws RemedyError for a text that is not a filter. */
export async function createItemScan(job: ScanJob): Promise<(items: readonly Item[]) => Promise<Scanned>> {
  const filter = job.filter === undefined ? undefined : parseFilter(job.filter, "the filter");
  const scan = createScan(filter, await loadVendorRules());
  return async (items) => {
    const scanned: Scanned = { findings: [], files: 0, bytes: 0, unread: [] };
    await scanObjects(job, items, scan, scanned);
    for (const item of items) if (item.oid === undefined) await scanFile(item, scan, scanned);
    return scanned;
  };
}

async function scanObjects(job: ScanJob, items: readonly Item[], scan: ScanBytes, scanned: Scanned) {
  const paths = new Map<string, string[]>();
  for (const { path, oid } of items) if (oid !== undefined) paths.set(oid, [...(paths.get(oid) ?? []), path]);
  for await (const { oid, bytes } of readObjects(job.repository ?? ".", [...paths.keys()], job.env)) {
    const found = await scan(piecesOf([bytes]));
    scanned.bytes += bytes.length;
    for (const path of paths.get(oid) ?? []) {
      scanned.files += 1;
      for (const each of found) scanned.findings.push({ ...each, path, oid });
    }
  }
}

async function scanFile({ path }: Item, scan: ScanBytes, scanned: Scanned): Promise<void> {
  try {
    // A link is not followed, and a pipe would wait for a writer.
    const file = openSync(path, modes.O_RDONLY | modes.O_NOFOLLOW | modes.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return;
      const found = await scan(piecesOf(chunksOf(file, scanned)));
      scanned.files += 1;
      for (const each of found) scanned.findings.push({ ...each, path });
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    // A link; a file that git still lists and somebody deleted; a submodule's folder.
    if (code === "ELOOP" || code === "ENOENT" || code === "EISDIR") return;
    scanned.unread.push(`${path}: cannot be read (${code})`);
  }
}

const CHUNK = 4 * 1024 * 1024;

/** A file's bytes, a few at a time: the first chunk of a file smaller than that is the whole. */
function* chunksOf(file: number, scanned: Scanned): Generator<Buffer> {
  const { size } = fstatSync(file);
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(size + 1, 4096)));
    const count = readSync(file, chunk);
    if (count === 0) return;
    scanned.bytes += count;
    yield chunk.subarray(0, count);
    // A file gives less than it is asked for at its end alone, so a small one is read once.
    if (count < chunk.length) return;
  }
}
