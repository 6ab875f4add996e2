import { base64Forms } from "./base64-forms";

/** Bytes that a file holds in another form, and where each of them stands in the file. */
export interface Form {
  bytes: Uint8Array;
  placeOf(offset: number): number;
}

/**
 * The forms in which a value can stand in some bytes besides its own: escaped for a URL, escaped as JSON and programming
 * languages do, and base64 at each of its alignments, of the bytes and of what the escapes hide. So a filter needs one
 * mark a value, and not one a form.
 */
export function* formsOf(bytes: Uint8Array): Generator<Form> {
  yield* base64Forms(bytes, (offset) => offset);
  for (const plainOf of [unescapeUrl, unescapeText]) {
    const form = plainOf(bytes);
    if (form === undefined) continue;
    yield form;
    yield* base64Forms(form.bytes, form.placeOf);
  }
}

/** What an escape stands for, and how many bytes it has in the file. */
interface Escape {
  length: number;
  bytes: readonly number[];
}

/** With every %41 decoded; undefined where there is none. */
function unescapeUrl(bytes: Uint8Array): Form | undefined {
  return unescapeAll(bytes, "%".charCodeAt(0), (at) => {
    const byte = hexIn(bytes, at + 1, 2);
    return byte === undefined ? undefined : { length: 3, bytes: [byte] };
  });
}

/** Escapes of one letter that JSON, JavaScript, Python, C and shells share, as pairs. */
const LETTERS = new Map(
  ["n\n", "r\r", "t\t", '""', "''", "\\\\", "//"].map((pair) => [
    pair.charCodeAt(0),
    { length: 2, bytes: [pair.charCodeAt(1)] },
  ]),
);
/** `\x41` and `\u0041`. */
const DIGITS = new Map([
  ["x".charCodeAt(0), 2],
  ["u".charCodeAt(0), 4],
]);

/** With every escape of a string literal decoded; undefined where there is none. */
function unescapeText(bytes: Uint8Array): Form | undefined {
  return unescapeAll(bytes, "\\".charCodeAt(0), (at) => {
    const kind = bytes[at + 1] ?? 0;
    const letter = LETTERS.get(kind);
    if (letter !== undefined) return letter;
    const digits = DIGITS.get(kind);
    const unit = digits === undefined ? undefined : hexIn(bytes, at + 2, digits);
    if (digits === undefined || unit === undefined) return undefined;
    return { length: 2 + digits, bytes: [...Buffer.from(String.fromCharCode(unit), "utf8")] };
  });
}

function unescapeAll(
  bytes: Uint8Array,
  sign: number,
  escapeAt: (at: number) => Escape | undefined,
): Form | undefined {
  let next = bytes.indexOf(sign);
  if (next === -1) return undefined;
  const plain = new Uint8Array(bytes.length);
  // After each escape: where it went on in the plain bytes, and in the file.
  const resumes: number[] = [0, 0];
  let [length, from] = [0, 0];
  for (; next !== -1; next = bytes.indexOf(sign, next)) {
    const found = escapeAt(next);
    if (found === undefined) {
      next += 1;
      continue;
    }
    plain.set(bytes.subarray(from, next), length);
    length += next - from;
    plain.set(found.bytes, length);
    length += found.bytes.length;
    next += found.length;
    from = next;
    resumes.push(length, from);
  }
  if (resumes.length === 2) return undefined;
  plain.set(bytes.subarray(from), length);
  length += bytes.length - from;
  return { bytes: plain.subarray(0, length), placeOf: (offset) => placeIn(resumes, offset) };
}

/**
 * @param resumes pairs: an offset here, and the one in the file that it stands for; rising.
 * @returns where an offset stands in the file: as far after the last pair's as here.
 */
export function placeIn(resumes: readonly number[], offset: number): number {
  let [low, high] = [0, resumes.length / 2 - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((resumes[middle * 2] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return (resumes[low * 2 + 1] as number) + offset - (resumes[low * 2] as number);
}

function hexIn(bytes: Uint8Array, at: number, digits: number): number | undefined {
  const text = String.fromCharCode(...bytes.subarray(at, at + digits));
  return text.length === digits && /^[0-9a-fA-F]+$/.test(text) ? Number.parseInt(text, 16) : undefined;
}
