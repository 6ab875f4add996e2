import { createHmac, randomBytes } from "node:crypto";
import type { Secret } from "../secret";

/** Bytes of a key: as many as the hash gives (RFC 2104, section 3). */
const KEY_BYTES = 32;

/** A new key for an environment's fingerprints: 32 random bytes, base64. */
export function newFingerprintKey(): string {
  return randomBytes(KEY_BYTES).toString("base64");
}

/** Whether a text is such a key. With an empty or cut one, fingerprints of short values could be guessed. */
export function isFingerprintKey(text: string): boolean {
  return Buffer.from(text, "base64").length === KEY_BYTES;
}

/**
 * Fingerprint of a value: HMAC-SHA-256 under the ledger's key, base64url. Without the key nothing can be guessed
 * from it, not even that of a short value. The name is part of it, so equal values of two secrets do not show.
 */
export function fingerprint(key: string, name: string, value: Secret): string {
  return createHmac("sha256", Buffer.from(key, "base64"))
    .update(name)
    .update("\0")
    .update(value.unwrap())
    .digest("base64url");
}
