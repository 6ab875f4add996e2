import { WINDOW_LENGTHS } from "./window-marks";

/** Characters that base64 needs for the shortest window, whatever its alignment. */
const SHORTEST_RUN = Math.ceil(((WINDOW_LENGTHS.at(-1) as number) * 4) / 3);
/** Lines of base64 are wrapped at 64 (PEM) or 76 characters (MIME); a shorter line that goes on is no wrapped one. */
const SHORTEST_LINE = 60;

/** The value of each character of base64, also of the alphabet for URLs; 64 for every other byte. */
const SEXTETS = new Uint8Array(256).fill(64);
for (const alphabet of [
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
])
  for (const [value, letter] of [...alphabet].entries()) SEXTETS[letter.charCodeAt(0)] = value;

interface Decoded {
  bytes: Uint8Array;
  placeOf(offset: number): number;
}

/** Runs of base64 characters, end to end. */
interface Runs {
  sextets: Uint8Array;
  /** Where each sextet's character stands. */
  places: Uint32Array;
  /** Index of the first sextet of each run, and the number of all. */
  bounds: readonly number[];
}

/**
 * What all base64 in some bytes stands for. A run is decoded at four starts, since what precedes it may be of the same
 * letters (`key/AbCd...`); within one, a value is found at each of the three alignments.
 *
 * @param placeOf where an offset of the bytes stands in the file.
 */
export function* base64Forms(bytes: Uint8Array, placeOf: (offset: number) => number): Generator<Decoded> {
  const runs = runsIn(bytes);
  if (runs === undefined) return;
  for (let start = 0; start < 4; start += 1) {
    const decoded = decode(runs, start);
    yield { bytes: decoded.bytes, placeOf: (offset) => placeOf(decoded.placeOf(offset)) };
  }
}

function runsIn(bytes: Uint8Array): Runs | undefined {
  // Begin and end of each line, and for each run the number of lines before it.
  const lines: number[] = [];
  const first: number[] = [];
  for (let at = 0; at + SHORTEST_RUN <= bytes.length; ) {
    // A run that is long enough has a character of base64 at each such step, so most bytes are not looked at.
    const probe = at + SHORTEST_RUN - 1;
    if (SEXTETS[bytes[probe] as number] === 64) {
      at = probe + 1;
      continue;
    }
    let begin = probe;
    while (begin > at && SEXTETS[bytes[begin - 1] as number] !== 64) begin -= 1;
    let end = endOfRun(bytes, probe);
    if (end - begin < SHORTEST_RUN) {
      at = end + 1;
      continue;
    }
    first.push(lines.length);
    lines.push(begin, end);
    for (let next = wrapAfter(bytes, begin, end); next !== undefined; next = wrapAfter(bytes, begin, end)) {
      [begin, end] = [next, endOfRun(bytes, next)];
      lines.push(begin, end);
    }
    at = end + 1;
  }
  return lines.length === 0 ? undefined : joinLines(bytes, lines, first);
}

function joinLines(bytes: Uint8Array, lines: readonly number[], first: readonly number[]): Runs {
  let size = 0;
  for (let line = 0; line < lines.length; line += 2)
    size += (lines[line + 1] as number) - (lines[line] as number);
  const [sextets, places] = [new Uint8Array(size), new Uint32Array(size)];
  const bounds: number[] = [];
  const begins = new Set(first);
  let count = 0;
  for (let line = 0; line < lines.length; line += 2) {
    if (begins.has(line)) bounds.push(count);
    for (let at = lines[line] as number; at < (lines[line + 1] as number); at += 1) {
      sextets[count] = SEXTETS[bytes[at] as number] as number;
      places[count] = at;
      count += 1;
    }
  }
  return { sextets, places, bounds: [...bounds, count] };
}

function endOfRun(bytes: Uint8Array, from: number): number {
  let end = from;
  while (end < bytes.length && SEXTETS[bytes[end] as number] !== 64) end += 1;
  return end;
}

/** Where a wrapped line goes on, behind a line end and the indent; undefined where it does not. */
function wrapAfter(bytes: Uint8Array, begin: number, end: number): number | undefined {
  if (end - begin < SHORTEST_LINE) return undefined;
  let at = end;
  if (bytes[at] === 0x0d) at += 1;
  if (bytes[at] !== 0x0a) return undefined;
  at += 1;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at += 1;
  return at < bytes.length && SEXTETS[bytes[at] as number] !== 64 ? at : undefined;
}

function decode({ sextets, places, bounds }: Runs, start: number): Decoded {
  const bytes = new Uint8Array(sextets.length);
  const sources = new Uint32Array(sextets.length);
  let length = 0;
  for (let run = 0; run < bounds.length - 1; run += 1) {
    const end = bounds[run + 1] as number;
    for (let at = (bounds[run] as number) + start; at + 1 < end; at += 4) {
      const [a, b, c, d] = [sextets[at], sextets[at + 1], sextets[at + 2], sextets[at + 3]] as number[];
      bytes[length] = ((a as number) << 2) | ((b as number) >> 4);
      sources[length++] = places[at] as number;
      if (at + 2 >= end) break;
      bytes[length] = ((b as number) << 4) | ((c as number) >> 2);
      sources[length++] = places[at + 1] as number;
      if (at + 3 >= end) break;
      bytes[length] = ((c as number) << 6) | (d as number);
      sources[length++] = places[at + 2] as number;
    }
  }
  return { bytes: bytes.subarray(0, length), placeOf: (offset) => sources[offset] as number };
}
