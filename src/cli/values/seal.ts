import sodium from "libsodium-wrappers";
import type { Secret } from "../../secret";

/**
 * Seals a value so that GitHub alone can open it (libsodium's crypto_box_seal, which GitHub asks for).
 *
 * @param key the organization's public key, base64.
 * @returns base64.
 */
export async function seal(key: string, value: Secret): Promise<string> {
  await sodium.ready;
  const publicKey = sodium.from_base64(key, sodium.base64_variants.ORIGINAL);
  const box = sodium.crypto_box_seal(sodium.from_string(value.unwrap()), publicKey);
  return sodium.to_base64(box, sodium.base64_variants.ORIGINAL);
}
