import sodium from "libsodium-wrappers";

/** A value only GitHub can open: libsodium's sealed box over its public key, base64. */
export async function sealedBox(value: string, publicKey: string): Promise<string> {
  await sodium.ready;
  const box = sodium.crypto_box_seal(
    sodium.from_string(value),
    sodium.from_base64(publicKey, sodium.base64_variants.ORIGINAL),
  );
  return sodium.to_base64(box, sodium.base64_variants.ORIGINAL);
}
