import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12; // 96 bits: what NIST SP 800-38D recommends for GCM
const TAG_BYTES = 16;

/** The sandbox's AES-256-GCM key: made on first use, kept in `file` (owner-readable only), made again by `reset`. */
export class ServiceKey {
  private key: Buffer;

  /** @param file where the key is kept; undefined keeps it in memory only. */
  constructor(private readonly file: string | undefined) {
    this.key = this.read() ?? this.make();
  }

  /** Bytes to base64 of nonce, ciphertext and tag. A fresh random nonce each time. */
  encrypt(plaintext: Uint8Array): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce);
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString(
      "base64",
    );
  }

  /** @throws when the ciphertext was not made by this key or was changed since. */
  decrypt(ciphertext: string): Uint8Array {
    const bytes = Buffer.from(ciphertext, "base64");
    if (bytes.length < NONCE_BYTES + TAG_BYTES)
      throw new Error("The ciphertext is too short to be this key's");
    const decipher = createDecipheriv(ALGORITHM, this.key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const body = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
  }

  /** Everything encrypted before can no longer be read. */
  reset(): void {
    if (this.file !== undefined) rmSync(this.file, { force: true });
    this.key = this.make();
  }

  private make(): Buffer {
    const key = randomBytes(KEY_BYTES);
    if (this.file !== undefined) {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      writeFileSync(this.file, key, { mode: 0o600 });
    }
    return key;
  }

  private read(): Buffer | undefined {
    if (this.file === undefined) return undefined;
    try {
      const key = readFileSync(this.file);
      if (key.length === KEY_BYTES) return key;
      throw new Error(
        `The sandbox's key ${this.file} has ${key.length} bytes, not ${KEY_BYTES}. Remedy: make sandbox-reset`,
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}
