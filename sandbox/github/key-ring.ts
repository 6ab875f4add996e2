import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
} from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import jwt from "jsonwebtoken";
import sodium from "libsodium-wrappers";
import { GitHubError } from "./github-error";

interface Keys {
  /** X25519 pair that secrets are sealed for; base64. */
  boxPublic: string;
  boxPrivate: string;
  boxId: string;
  /** RSA key that id tokens are signed with; PKCS #8 PEM. Made at the first use: it takes half a second. */
  signing?: { key: string; id: string };
  /** AES-256 key that values are kept under; base64. */
  values: string;
}

/** GitHub's words for a box that does not open (terraform-provider-github#2315). */
const IMPROPERLY_ENCRYPTED = "Bad request - validation failed due to an improperly encrypted secret";

/** GitHub's own pattern for `encrypted_value`; GitHub's error repeats the value, ours never does. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

/** All keys of the sandbox's GitHub: made on the first start, kept in one file that only its owner reads. */
export class KeyRing {
  private constructor(
    private readonly file: string | undefined,
    private keys: Keys,
  ) {}

  /** @param file where the keys are kept; undefined keeps them in memory only. */
  static open(file: string | undefined): KeyRing {
    const ring = new KeyRing(file, (file && read(file)) || newKeys());
    ring.save();
    return ring;
  }

  /** New keys: all that was sealed, encrypted or signed under the old ones is void. */
  reset(): void {
    if (this.file !== undefined) rmSync(this.file, { force: true });
    this.keys = newKeys();
    this.save();
  }

  /** What `GET .../actions/secrets/public-key` answers. */
  publicKey(): { key_id: string; key: string } {
    return { key_id: this.keys.boxId, key: this.keys.boxPublic };
  }

  /**
   * Opens a sealed box.
   * @param sealed base64 of libsodium's crypto_box_seal for `publicKey()`.
   * @throws GitHubError 422 on a key id of another key, on text that is not base64 and on a box that does not open.
   */
  async unseal(keyId: string, sealed: string): Promise<Uint8Array> {
    await sodium.ready;
    if (!BASE64.test(sealed)) {
      throw new GitHubError(422, `Invalid request.\n\nencrypted_value does not match ${BASE64}.`);
    }
    if (keyId !== this.keys.boxId) throw new GitHubError(422, IMPROPERLY_ENCRYPTED);
    const [box, pub, secret] = [sealed, this.keys.boxPublic, this.keys.boxPrivate].map((text) =>
      Uint8Array.from(Buffer.from(text, "base64")),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    try {
      return sodium.crypto_box_seal_open(box, pub, secret);
    } catch {
      throw new GitHubError(422, IMPROPERLY_ENCRYPTED);
    }
  }

  /** @param place what the value belongs to: a ciphertext moved elsewhere in the state does not open. */
  encrypt(value: Uint8Array, place: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", Buffer.from(this.keys.values, "base64"), iv);
    cipher.setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(value), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
  }

  /** @throws when the ciphertext was made under another key or for another place. */
  decrypt(ciphertext: string, place: string): string {
    const bytes = Buffer.from(ciphertext, "base64");
    const decipher = createDecipheriv(
      "aes-256-gcm",
      Buffer.from(this.keys.values, "base64"),
      bytes.subarray(0, 12),
    );
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
  }

  /** Signs claims as they are (an `iat` of theirs stays), with RS256 and the key that `jwks()` shows. */
  sign(claims: Record<string, unknown>): string {
    const { key, id } = this.signingKey();
    return jwt.sign(claims, key, { algorithm: "RS256", keyid: id });
  }

  jwks(): { keys: JsonWebKey[] } {
    const { key, id } = this.signingKey();
    const jwk = createPublicKey(createPrivateKey(key)).export({ format: "jwk" });
    return { keys: [{ ...jwk, kid: id, use: "sig", alg: "RS256" }] };
  }

  private signingKey(): { key: string; id: string } {
    if (this.keys.signing !== undefined) return this.keys.signing;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    this.keys.signing = { key, id: randomBytes(20).toString("hex").toUpperCase() };
    this.save();
    return this.keys.signing;
  }

  private save(): void {
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.file}.next`, JSON.stringify(this.keys), { mode: 0o600 });
    renameSync(`${this.file}.next`, this.file);
  }
}

function newKeys(): Keys {
  const box = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
  const boxPublic = Buffer.from(box.x ?? "", "base64url");
  return {
    boxPublic: boxPublic.toString("base64"),
    boxPrivate: Buffer.from(box.d ?? "", "base64url").toString("base64"),
    // GitHub's key ids are decimal numbers in a string.
    boxId: createHash("sha256").update(boxPublic).digest().readBigUInt64BE().toString(),
    values: randomBytes(32).toString("base64"),
  };
}

function read(file: string): Keys | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Keys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`The sandbox's GitHub keys ${file} cannot be read. Remedy: make sandbox-reset`);
  }
}
