import { InvalidEnvelope, unwrapCiphertext } from "./envelope";
import type { Expression } from "./expression";

/** What became of a `fn::secret: {ciphertext: ...}`; neither member when it was to stay hidden. */
export interface RevealedSecret {
  plaintext?: string;
  failure?: string;
}

/**
 * Decrypts the ciphertext of an environment's secret; a damaged envelope is a failure even where nothing is decrypted.
 * @param decrypt absent to leave the secret hidden
 */
export function revealCiphertext(
  envelope: Expression | undefined,
  decrypt: ((ciphertext: string) => string) | undefined,
): RevealedSecret {
  if (envelope?.kind !== "literal") return {};
  try {
    const ciphertext = unwrapCiphertext(String(envelope.value));
    return decrypt ? { plaintext: decrypt(ciphertext) } : {};
  } catch (error) {
    const cause = error instanceof Error ? error.message : "failed";
    return { failure: `${error instanceof InvalidEnvelope ? "invalid ciphertext" : "decrypting"}: ${cause}` };
  }
}
