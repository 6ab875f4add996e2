import { createHmac } from "node:crypto";

/**
 * Lengths of the windows that are looked for, in bytes, longest first. 20 is the shortest in which the alphabet of most
 * vendors (62 characters) gives 100 bits; 32 holds a UUID's or a hexadecimal key's.
 */
export const WINDOW_LENGTHS = [32, 24, 20] as const;

/** What a filter keeps of one window: 48 bits, of which both halves must fit. */
export interface WindowMark {
  length: number;
  /** 24 bits of the rolling hash. */
  rolling: number;
  /** 24 bits of HMAC-SHA-256. */
  tag: number;
}

/** Bits that a mark tells of its window, and with which a foreign window is refused. */
export const MARK_BITS = 48;

/**
 * Upper bound for the part of all windows that fit one of so many marks by chance.
 *
 * The tag of a window that is not the marked one fits with probability 2^-24, the keyed rolling hash before it with about
 * 2^-24 as well (measured by test/scan/window-marks.test.ts).
 */
export function chanceOfFit(marks: number): number {
  return marks * 2 ** -MARK_BITS;
}

/** A hit of a mark in some bytes. */
export interface MarkedPlace {
  offset: number;
  /** Index of the mark. */
  mark: number;
}

/** The keyed hashes of windows. */
export interface WindowHashes {
  markOf(window: Uint8Array): WindowMark;
  /** Makes what finds windows with these marks: the rolling hash over every byte, the tag for those that it lets pass. */
  finder(marks: readonly WindowMark[]): (bytes: Uint8Array, found: (place: MarkedPlace) => void) => void;
}

/**
 * @param key 32 random bytes. They keep tables that somebody computed beforehand from being of use, and nothing secret:
 *   whoever scans has them.
 */
export function createWindowHashes(key: Buffer): WindowHashes {
  const derive = (purpose: string) => createHmac("sha256", key).update(purpose).digest();
  const table = new Int32Array(256);
  for (let block = 0; block < 32; block += 1) {
    const bytes = derive(`table ${block}`);
    for (let word = 0; word < 8; word += 1) table[block * 8 + word] = bytes.readInt32LE(word * 4);
  }
  const seeds = derive("multipliers");
  // 5 modulo 8 has the longest order modulo 2^32; any odd number will do for the last mixing.
  const base = (seeds.readInt32LE(0) & ~7) | 5;
  const mixer = seeds.readInt32LE(4) | 1;
  const mixed = (hash: number) => Math.imul(hash ^ (hash >>> 16), mixer);
  const tagOf = (window: Uint8Array) => createHmac("sha256", key).update(window).digest().readUIntBE(0, 3);

  const rollingOf = (window: Uint8Array) => {
    let hash = 0;
    for (const byte of window) hash = (Math.imul(hash, base) + (table[byte] as number)) | 0;
    return mixed(hash) >>> 8;
  };

  return {
    markOf: (window) => ({ length: window.length, rolling: rollingOf(window), tag: tagOf(window) }),
    finder: (marks) => {
      const searches = WINDOW_LENGTHS.map((length) => ({
        ...indexOf(marks, length),
        ...{ length, base, mixer, table, leaving: leavingTable(table, base, length) },
      })).filter(({ byRolling }) => byRolling.size > 0);
      return (bytes, found) => {
        for (const search of searches)
          roll(bytes, search, (offset, fitting) => {
            const tag = tagOf(bytes.subarray(offset, offset + search.length));
            for (const mark of fitting) if (marks[mark]?.tag === tag) found({ offset, mark });
          });
      };
    },
  };
}

interface Search extends ReturnType<typeof indexOf> {
  length: number;
  base: number;
  mixer: number;
  table: Int32Array;
  leaving: Int32Array;
}

/** Rolls the hash of one length over some bytes. @param passed gets where it fits, and the marks that it fits. */
function roll(bytes: Uint8Array, search: Search, passed: (offset: number, marks: readonly number[]) => void) {
  const { length, base, mixer, table, leaving, short, byRolling } = search;
  let hash = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    hash = (Math.imul(hash, base) + (table[bytes[at] as number] as number)) | 0;
    if (at >= length) hash = (hash - (leaving[bytes[at - length] as number] as number)) | 0;
    const mix = Math.imul(hash ^ (hash >>> 16), mixer);
    if (short[mix >>> 16] === 0 || at < length - 1) continue;
    const fitting = byRolling.get(mix >>> 8);
    if (fitting !== undefined) passed(at - length + 1, fitting);
  }
}

/** Marks of one length by their rolling hash; before it, by its first 16 bits, in a table that fits the processor's cache. */
function indexOf(marks: readonly WindowMark[], length: number) {
  const short = new Uint8Array(1 << 16);
  const byRolling = new Map<number, number[]>();
  for (const [index, mark] of marks.entries()) {
    if (mark.length !== length) continue;
    short[mark.rolling >>> 8] = 1;
    byRolling.set(mark.rolling, [...(byRolling.get(mark.rolling) ?? []), index]);
  }
  return { short, byRolling };
}

/** What a byte's part in the hash has become when it leaves the window. */
function leavingTable(table: Int32Array, base: number, length: number): Int32Array {
  let power = 1;
  for (let step = 0; step < length; step += 1) power = Math.imul(power, base);
  return table.map((word) => Math.imul(word, power));
}
