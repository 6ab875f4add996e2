import { crc32 } from "node:zlib";

// The format of esc v0.26.0 eval/crypt.go: "escx", version 1, the ciphertext, CRC-32 of all before; big-endian.
const MAGIC = "escx";
const VERSION = 1;
const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;
const MIN_BYTES = 16;

/** Wraps a ciphertext (base64) into the envelope (base64) that stands in an environment's text. */
export function wrapCiphertext(ciphertext: string): string {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(VERSION);
  const body = Buffer.concat([Buffer.from(MAGIC), version, Buffer.from(ciphertext, "base64")]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([body, checksum]).toString("base64");
}

/**
 * The ciphertext (base64) inside an envelope (base64).
 * @throws InvalidEnvelope if it is damaged, was written by hand, or has another version
 */
export function unwrapCiphertext(envelope: string): string {
  const compact = envelope.replaceAll(/[\r\n]/g, "");
  if (!isBase64(compact)) throw new InvalidEnvelope("illegal base64 data");
  const bytes = Buffer.from(compact, "base64");
  if (bytes.length < MIN_BYTES) throw new InvalidEnvelope("EOF");
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  if (body.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new InvalidEnvelope("invalid header");
  if (crc32(body) !== bytes.readUInt32BE(body.length)) throw new InvalidEnvelope("invalid checksum");
  if (body.readUInt32BE(MAGIC.length) !== VERSION) throw new InvalidEnvelope("unsupported version");
  return body.subarray(HEADER_BYTES).toString("base64");
}

/** A `fn::secret: {ciphertext: ...}` whose text is no intact envelope. */
export class InvalidEnvelope extends Error {
  override name = "InvalidEnvelope";
}

/** Whether a text is padded standard base64, which alone Go's decoder accepts. */
export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}
