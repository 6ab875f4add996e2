import { createHash } from "node:crypto";
import { formsOf } from "./encoded-forms";
import type { ScanFilter } from "./filter-file";
import { formatMatches } from "./format-rules";
import type { VendorRules } from "./vendor-rules";
import { createWindowHashes } from "./window-marks";

/** A place that holds a secret, without a part of it. */
export interface Found {
  /** `own-value`, or the rule of a vendor's format. */
  rule: string;
  /** The secret of the catalog whose value it is, where that is known. */
  name?: string;
  /** Deployment environments that have the value. */
  environments?: readonly string[];
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units, as editors and SARIF count. */
  column: number;
  /** SHA-256 of what was found: for the baseline, and never shown. */
  digest: string;
}

/** Looks through one file's bytes. */
export type ScanBytes = (pieces: AsyncIterable<Piece> | Iterable<Piece>) => Promise<Found[]>;

/** A part of a file; parts overlap, so that nothing is cut in two. */
export interface Piece {
  bytes: Buffer;
  /** Line and column of its first byte, from 1. */
  line: number;
  column: number;
  isText: boolean;
}

/** @param filter undefined: values of the organization are not looked for. */
export function createScan(filter: ScanFilter | undefined, vendors: VendorRules): ScanBytes {
  const marks = filter?.marks ?? [];
  const find = filter && createWindowHashes(filter.key).finder(marks);
  return async (pieces) => {
    const found = new Map<string, Ranged>();
    const add = (each: Ranged) => {
      const place = `${each.line}:${each.column}:${each.name ?? ""}`;
      if (!found.has(place)) found.set(place, each);
    };
    for await (const piece of pieces) {
      if (find !== undefined) for (const each of ownValues(piece, find, marks)) add(each);
      if (!piece.isText) continue;
      const text = piece.bytes.toString("utf8");
      for (const { rule, from, to } of [...(await vendors(text)), ...formatMatches(text)]) {
        const digest = digestOf(text.slice(from, to));
        add({ rule, ...placeInText(piece, text, from), digest, width: to - from });
      }
    }
    return withoutRepeats([...found.values()]);
  };
}

/** With the characters that a vendor's rule took; 0 for a value of our own. */
type Ranged = Found & { width: number };

type Find = ReturnType<ReturnType<typeof createWindowHashes>["finder"]>;

function ownValues(piece: Piece, find: Find, marks: ScanFilter["marks"]): Ranged[] {
  const found: Ranged[] = [];
  const look = (bytes: Uint8Array, placeOf: (offset: number) => number) =>
    find(bytes, ({ offset, mark }) => {
      const known = marks[mark];
      if (known === undefined) return;
      const { name, environments, length } = known;
      const digest = digestOf(bytes.subarray(offset, offset + length));
      const place = placeInBytes(piece, placeOf(offset));
      found.push({ rule: OWN_VALUE, name, environments, ...place, digest, width: 0 });
    });
  look(piece.bytes, (offset) => offset);
  for (const { bytes, placeOf } of formsOf(piece.bytes)) look(bytes, placeOf);
  return found;
}

/** The rule of values that the filter knows. */
export const OWN_VALUE = "own-value";

/** Where a vendor's rule took what is a value of our own, the finding that has its name is kept. */
function withoutRepeats(found: readonly Ranged[]): Found[] {
  const own = found.filter(({ name }) => name !== undefined);
  const isOwn = ({ line, column, width }: Ranged) =>
    own.some((each) => each.line === line && each.column >= column && each.column < column + width);
  return found
    .filter((each) => each.name !== undefined || !isOwn(each))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ width: _, ...each }) => each);
}

function digestOf(secret: string | Uint8Array): string {
  return createHash("sha256").update(secret).digest("base64");
}

const LINE_END = 0x0a;

function placeInBytes({ bytes, line, column }: Piece, offset: number): { line: number; column: number } {
  let [count, begin] = [0, 0];
  for (let at = bytes.indexOf(LINE_END); at !== -1 && at < offset; at = bytes.indexOf(LINE_END, at + 1)) {
    count += 1;
    begin = at + 1;
  }
  const before = bytes.toString("utf8", begin, offset).length;
  return { line: line + count, column: count === 0 ? column + before : before + 1 };
}

function placeInText(piece: Piece, text: string, offset: number): { line: number; column: number } {
  return placeInBytes(piece, Buffer.byteLength(text.slice(0, offset), "utf8"));
}
