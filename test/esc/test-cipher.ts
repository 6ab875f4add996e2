import type { LoadEnvironment } from "../../sandbox/esc/import-closure";

// The oracle's cipher: readable on purpose, the comparison is about documents and not about secrecy.
const PREFIX = "test";

/** From plaintext to "ciphertext" in base64. */
export function encryptForTest(plaintext: string): string {
  return Buffer.from(PREFIX + plaintext).toString("base64");
}

/** The inverse of `encryptForTest`; throws for anything else. */
export function decryptForTest(ciphertext: string): string {
  const text = Buffer.from(ciphertext, "base64").toString();
  if (!text.startsWith(PREFIX)) throw new Error("not encrypted by the test");
  return text.slice(PREFIX.length);
}

/** A loader over a table of texts; throws "not found" like the oracle's. */
export function loadFrom(environments: Record<string, string>): LoadEnvironment {
  return (name) => {
    const text = Object.hasOwn(environments, name) ? environments[name] : undefined;
    if (text === undefined) throw new Error("not found");
    return { text };
  };
}
