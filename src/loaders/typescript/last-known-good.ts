import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";

/** An encrypted copy of the last secrets that were loaded, for a start during an outage. Off unless it is asked for. */
export interface LastKnownGood {
  path: string;
  /** 32 random bytes in base64, from anywhere but Pulumi Cloud: openssl rand -base64 32. */
  key: Secret;
  /** Seconds after which the copy is of no use. */
  maxAge: number;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** Seconds that the clock may have been set back since. */
const CLOCK_SECONDS = 60;

/**
 * Replaces the copy: AES-256-GCM, in the form that the Python loader has too (src/loaders/contract/README.md).
 *
 * @param about names the environment: a copy of another one does not open.
 * @throws RemedyError for a key that is none; what the file system says.
 */
export function saveCopy(
  options: LastKnownGood,
  about: string,
  values: Readonly<Record<string, string>>,
): void {
  const saved = Math.floor(Date.now() / 1000);
  // Loaded where a copy is asked for: no other load needs it.
  const { createCipheriv, randomBytes } = process.getBuiltinModule("node:crypto");
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(options), nonce).setAAD(associated(about, saved));
  const sealed = Buffer.concat([
    cipher.update(JSON.stringify(values), "utf8"),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const text = JSON.stringify({
    version: 1,
    saved,
    nonce: nonce.toString("base64"),
    data: sealed.toString("base64"),
  });
  const unfinished = `${options.path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: "wx" });
    renameSync(unfinished, options.path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** The copy; undefined where there is none that is fit: too old, another environment's, changed. */
export function readCopy(options: LastKnownGood, about: string): ReadonlyMap<string, Secret> | undefined {
  const key = keyOf(options);
  const { createDecipheriv } = process.getBuiltinModule("node:crypto");
  try {
    const kept = JSON.parse(readFileSync(options.path, "utf8")) as Record<"nonce" | "data", string> & {
      saved: number;
    };
    const data = Buffer.from(kept.data, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(kept.nonce, "base64"), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(associated(about, kept.saved))
      .setAuthTag(data.subarray(-TAG_BYTES));
    const opened = Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]);
    const age = Date.now() / 1000 - kept.saved;
    if (age < -CLOCK_SECONDS || age > options.maxAge) return undefined;
    const values = JSON.parse(opened.toString("utf8")) as Record<string, string>;
    return new Map(Object.entries(values).map(([name, value]) => [name, new Secret(value)]));
  } catch {
    return undefined;
  }
}

const associated = (about: string, saved: number): Buffer => Buffer.from(`1|${about}|${saved}`, "utf8");

function keyOf({ key }: LastKnownGood): Buffer {
  const text = key.unwrap();
  const bytes = Buffer.from(text, "base64");
  // Buffer leaves out what is not base64: a key with a mistake in it would be another key.
  if (bytes.length === KEY_BYTES && bytes.toString("base64") === text) return bytes;
  throw new RemedyError({
    code: "copy-key-invalid",
    subject: "lastKnownGood",
    cause: "its key is not 32 bytes in base64",
    remedy: "give it a key from openssl rand -base64 32",
  });
}
