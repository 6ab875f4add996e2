import { crc32 } from "node:zlib";

/** Version 2.0, no flags but UTF-8 names, stored, 1980-01-01 00:00: the least a ZIP reader needs. */
const COMMON = { version: 20, flags: 0x0800, method: 0, time: 0, date: 0x21 };

/** A ZIP file of the given files, stored without compression (APPNOTE 4.3). */
export function zip(files: { name: string; bytes: Buffer }[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const path = Buffer.from(name);
    const shared = sharedFields(path, bytes);
    const local = Buffer.concat([uint32(0x04034b50), shared, path, bytes]);
    const rest = Buffer.concat([uint16(0), uint16(0), uint16(0), uint32(0), uint32(offset)]);
    directory.push(uint32(0x02014b50), uint16(COMMON.version), shared, rest, path);
    bodies.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = uint16(files.length);
  const end = [
    uint32(0x06054b50),
    uint16(0),
    uint16(0),
    count,
    count,
    uint32(central.length),
    uint32(offset),
    uint16(0),
  ];
  return Buffer.concat([...bodies, central, ...end]);
}

/** The fields that the local header and the central directory have in common. */
function sharedFields(path: Buffer, bytes: Buffer): Buffer {
  const { version, flags, method, time, date } = COMMON;
  const head = [version, flags, method, time, date].map(uint16);
  const size = uint32(bytes.length);
  return Buffer.concat([...head, uint32(crc32(bytes)), size, size, uint16(path.length), uint16(0)]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}
