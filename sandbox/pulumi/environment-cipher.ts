import type { PulumiSecurity } from "./principal";

/** Characters of an environment's identifier (a UUID), written before each secret. */
const ID_LENGTH = 36;

/**
 * Encrypts the secrets of one environment so that only it can use them: a ciphertext copied by somebody who may
 * merely read one environment into another that they may open must not open there.
 */
export const encrypterFor =
  (security: PulumiSecurity, environmentId: string) =>
  (plaintext: string): string =>
    security.encrypt(Buffer.from(environmentId + plaintext));

/** Decrypts secrets of one environment, or of several. Throws for a ciphertext of any other. */
export const decrypterFor =
  (security: PulumiSecurity, ...environmentIds: string[]) =>
  (ciphertext: string): string => {
    const text = Buffer.from(security.decrypt(ciphertext)).toString("utf8");
    if (environmentIds.includes(text.slice(0, ID_LENGTH))) return text.slice(ID_LENGTH);
    throw new Error("the ciphertext was not made by this environment");
  };
