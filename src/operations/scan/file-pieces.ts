import type { Piece } from "./scan-bytes";

/** Bytes of a part. A file of any size takes a few of these in memory. */
const PIECE = 4 * 1024 * 1024;
/** Bytes that a part repeats of the one before: more than a window has in any form, and than a private key of 4,096 bits. */
const OVERLAP = 8 * 1024;
/** Git's rule for a binary file: a NUL in its first 8,000 bytes (xdiff-interface.c, FIRST_FEW_BYTES). */
const FIRST_BYTES = 8_000;

/** A file's bytes as parts, in UTF-8 whatever they were in. @param chunks of its bytes, each of any length but the first of all that must be told from it. */
export async function* piecesOf(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Piece> {
  let rest: Buffer = Buffer.alloc(0);
  let [line, column] = [1, 1];
  let kind: Kind | undefined;
  let fresh = 0;
  for await (const chunk of chunks) {
    kind ??= kindOf(chunk);
    const bytes = kind.decode(chunk);
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    fresh += bytes.length;
    while (rest.length >= PIECE) {
      yield { bytes: rest.subarray(0, PIECE), line, column, isText: kind.isText };
      const gone = PIECE - OVERLAP;
      ({ line, column } = after(rest.subarray(0, gone), line, column));
      rest = rest.subarray(gone);
      fresh = rest.length - OVERLAP;
    }
  }
  if (fresh > 0) yield { bytes: rest, line, column, isText: kind?.isText === true };
}

interface Kind {
  isText: boolean;
  decode(chunk: Buffer): Buffer;
}

function kindOf(first: Buffer): Kind {
  const encoding = utf16In(first);
  if (encoding !== undefined) {
    const decoder = new TextDecoder(encoding);
    return {
      isText: true,
      decode: (chunk) => Buffer.from(decoder.decode(chunk, { stream: true }), "utf8"),
    };
  }
  const head = first.subarray(0, FIRST_BYTES);
  let begins = head.length >= 3 && head.readUIntBE(0, 3) === 0xefbbbf;
  return {
    isText: !head.includes(0),
    decode: (chunk) => {
      const bytes = begins ? chunk.subarray(3) : chunk;
      begins = false;
      return bytes;
    },
  };
}

/** UTF-16 by its byte order mark, as Windows' tools write it, or by a NUL at every second byte of Latin text. */
function utf16In(first: Buffer): "utf-16le" | "utf-16be" | undefined {
  if (first.length < 2) return undefined;
  const mark = first.readUInt16BE(0);
  if (mark === 0xfffe) return "utf-16le";
  if (mark === 0xfeff) return "utf-16be";
  const head = first.subarray(0, 512);
  if (!head.includes(0)) return undefined;
  let [even, odd] = [0, 0];
  for (let at = 0; at < head.length; at += 2) {
    if (head[at] === 0) even += 1;
    if (head[at + 1] === 0) odd += 1;
  }
  const most = head.length * 0.4;
  if (odd > most && even === 0) return "utf-16le";
  return even > most && odd === 0 ? "utf-16be" : undefined;
}

function after(bytes: Buffer, line: number, column: number): { line: number; column: number } {
  let [ends, begin] = [0, 0];
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) {
    ends += 1;
    begin = at + 1;
  }
  const last = bytes.toString("utf8", begin).length;
  return { line: line + ends, column: ends === 0 ? column + last : last + 1 };
}
