import { createHmac, randomBytes } from "node:crypto";
import type { Secret } from "../secret";

/** A new key for an environment's fingerprints: 32 random bytes, base64. */
export function newFingerprintKey(): string {
  return randomBytes(32).toString("base64");
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
