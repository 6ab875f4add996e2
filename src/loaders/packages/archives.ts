import { crc32 } from "node:zlib";

/** A file of an archive: its path with `/`, and its text. */
export interface ArchiveFile {
  path: string;
  text: string;
}

/*
 * Both archives have the same bytes for the same files, whatever the machine, the folder and the time. Nothing is
 * compressed, because the bytes that zlib makes differ between its versions; indexes compress on their way.
 */

const MODE = 0o100644;

/** A zip of the files in the order of their paths, which wheels are. */
export function zipOf(files: readonly ArchiveFile[]): Buffer {
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, text } of inOrder(files)) {
    const [name, data] = [Buffer.from(path, "utf8"), Buffer.from(text, "utf8")];
    const common = zipFields(name, data);
    const entry = Buffer.concat([bytes(0x04034b50, 4), common, name, data]);
    // 0x0314: made on Unix, version 2.0 (PKWARE's APPNOTE, 4.4.2). No comment, first disk, no attributes of DOS.
    const attributes = Buffer.concat([bytes(0, 2 + 2 + 2), bytes(MODE * 0x10000, 4), bytes(offset, 4)]);
    directory.push(Buffer.concat([bytes(0x02014b50, 4), bytes(0x0314, 2), common, attributes, name]));
    entries.push(entry);
    offset += entry.length;
  }
  const listed = Buffer.concat(directory);
  const counts = [bytes(files.length, 2), bytes(files.length, 2), bytes(listed.length, 4), bytes(offset, 4)];
  const end = Buffer.concat([bytes(0x06054b50, 4), bytes(0, 4), ...counts, bytes(0, 2)]);
  return Buffer.concat([...entries, listed, end]);
}

/** Version needed 2.0, names in UTF-8, stored, 1980-01-01 (the first day that a zip can write), sum, sizes, no extra. */
function zipFields(name: Buffer, data: Buffer): Buffer {
  const sizes = [bytes(data.length, 4), bytes(data.length, 4), bytes(name.length, 2), bytes(0, 2)];
  return Buffer.concat([
    bytes(20, 2),
    bytes(0x0800, 2),
    bytes(0, 2),
    bytes(0, 2),
    bytes(0x21, 2),
    bytes(crc32(data), 4),
    ...sizes,
  ]);
}

/** Bytes of a tar's block (POSIX ustar). */
const BLOCK = 512;
/** 1985-10-26T08:15:00Z, the time that npm writes for every file. */
const NPM_TIME = 499_162_500;

/** A gzipped tar of the files in the order of their paths, which npm's packages are. */
export function tarballOf(files: readonly ArchiveFile[]): Buffer {
  const blocks = inOrder(files).flatMap(({ path, text }) => {
    const data = Buffer.from(text, "utf8");
    return [tarHeader(path, data.length), data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  });
  return gzipStored(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
}

function tarHeader(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for a tar's header`);
  const header = Buffer.alloc(BLOCK);
  const put = (text: string, at: number) => header.write(text, at, "utf8");
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(path, 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(NPM_TIME, 11), 136);
  put(" ".repeat(8), 148); // the checksum counts itself as blanks
  put("0", 156);
  put("ustar\u000000", 257);
  const sum = header.reduce((total, each) => total + each, 0);
  put(`${octal(sum, 6)}\u0000 `, 148);
  return header;
}

/** Longest block that deflate stores (RFC 1951, 3.2.4). */
const LONGEST_STORED = 65_535;

/** A gzip (RFC 1952) without a time, of an unknown system, of stored blocks. */
function gzipStored(data: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])];
  for (let at = 0; at < data.length; at += LONGEST_STORED) {
    const block = data.subarray(at, at + LONGEST_STORED);
    const isLast = at + LONGEST_STORED >= data.length;
    parts.push(bytes(isLast ? 1 : 0, 1), bytes(block.length, 2), bytes(0xffff - block.length, 2), block);
  }
  return Buffer.concat([...parts, bytes(crc32(data), 4), bytes(data.length, 4)]);
}

/** A number as little-endian bytes. */
function bytes(value: number, length: number): Buffer {
  const found = Buffer.alloc(length);
  for (let index = 0; index < length; index += 1) found[index] = Math.floor(value / 2 ** (8 * index)) % 256;
  return found;
}

function inOrder(files: readonly ArchiveFile[]): ArchiveFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}
