/** What stands in place of a value. */
const SHOWN = Buffer.from("[secret]");

/** Bytes. A shorter text (`true`, a port, `postgres`'s half) stands in any output, and is not a credential's. */
export const SHORTEST_REDACTED = 8;

/** Takes values out of one stream of output, whatever its chunks. */
export interface StreamRedactor {
  /** @returns what can be shown: all but an end that may be the beginning of a value. */
  push(chunk: Uint8Array): Buffer;
  /** The rest, when the stream has ended. */
  end(): Buffer;
}

/**
 * Makes redactors for several streams. A value of eight bytes and more is found as it is, each of its lines, escaped as
 * JSON does, percent-encoded, in hexadecimal, and in base64 wherever it stands in a longer text.
 */
export function createRedactors(values: readonly string[]): () => StreamRedactor {
  const patterns = [...new Set(values.flatMap(formsOf).map((form) => form.toString("latin1")))]
    .map((form) => Buffer.from(form, "latin1"))
    .filter(({ length }) => length >= SHORTEST_REDACTED)
    .sort((a, b) => b.length - a.length);
  // Most positions of an output begin no value: two bytes say so, and eight name the few that can.
  const pairs = new Uint8Array(0x10000);
  const beginnings = new Set<string>();
  const byBeginning = new Map<string, Buffer[]>();
  for (const pattern of patterns) {
    pairs[pattern.readUInt16BE(0)] = 1;
    for (let length = 1; length < SHORTEST_REDACTED; length += 1)
      beginnings.add(pattern.toString("latin1", 0, length));
    const beginning = pattern.toString("latin1", 0, SHORTEST_REDACTED);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), pattern]);
  }
  return () =>
    createRedactor((data, at, isLast) => {
      const left = data.length - at;
      if (left >= 2 && pairs[((data[at] ?? 0) << 8) | (data[at + 1] ?? 0)] === 0) return 0;
      if (left < SHORTEST_REDACTED)
        return !isLast && beginnings.has(data.toString("latin1", at)) ? "undecided" : 0;
      const candidates = byBeginning.get(data.toString("latin1", at, at + SHORTEST_REDACTED));
      return candidates === undefined ? 0 : longestOf(candidates, data, at, isLast);
    });
}

/** Bytes of the longest value at a position; `undecided` if one may go on in the next chunk. */
type Find = (data: Buffer, at: number, isLast: boolean) => number | "undecided";

function createRedactor(find: Find): StreamRedactor {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes at the beginning of `held` that a value found earlier covers. */
  let covered = 0;
  const read = (chunk: Uint8Array, isLast: boolean): Buffer => {
    const data = Buffer.concat([held, chunk]);
    const shown: Buffer[] = [];
    let [at, clean] = [0, covered];
    for (; at < data.length; at += 1) {
      const found = find(data, at, isLast);
      if (found === "undecided") break;
      if (found === 0) continue;
      // Values that overlap are one `[secret]`: the rest of the second would be shown otherwise.
      if (at >= clean) shown.push(data.subarray(clean, at), SHOWN);
      clean = Math.max(clean, at + found);
    }
    if (at > clean) shown.push(data.subarray(clean, at));
    covered = Math.max(0, clean - at);
    held = Buffer.from(data.subarray(at));
    return Buffer.concat(shown);
  };
  return { push: (chunk) => read(chunk, false), end: () => read(Buffer.alloc(0), true) };
}

function longestOf(
  candidates: readonly Buffer[],
  data: Buffer,
  at: number,
  isLast: boolean,
): ReturnType<Find> {
  const left = data.length - at;
  let longest = 0;
  for (const pattern of candidates) {
    const length = Math.min(pattern.length, left);
    if (length < pattern.length && isLast) continue;
    if (pattern.compare(data, at, at + length, 0, length) !== 0) continue;
    if (length < pattern.length) return "undecided";
    longest = Math.max(longest, length);
  }
  return longest;
}

/** The texts by which a value can be found. */
function formsOf(value: string): Buffer[] {
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length < SHORTEST_REDACTED) return [];
  const escaped = JSON.stringify(value).slice(1, -1);
  const percent = encodeURIComponent(value.toWellFormed());
  const texts = [
    value,
    ...value.split(/\r?\n/),
    escaped,
    escaped.replaceAll("/", "\\/"),
    percent,
    percent.replaceAll("%20", "+"),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...base64Forms(bytes),
  ];
  return texts.map((text) => Buffer.from(text, "utf8"));
}

/** The characters of base64 that hold the value alone, for each way it can lie across groups of three bytes. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const isWhole = (offset + bytes.length) % 3 === 0;
    const own = text.slice(Math.ceil((offset * 8) / 6), isWhole ? undefined : -1);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
