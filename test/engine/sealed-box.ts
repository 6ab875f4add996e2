import sodium from "libsodium-wrappers";

/** Seals a value for GitHub, as `gh secret set` does. */
export async function sealed(publicKey: string, value: string): Promise<string> {
  await sodium.ready;
  const box = sodium.crypto_box_seal(Buffer.from(value, "utf8"), Buffer.from(publicKey, "base64"));
  return Buffer.from(box).toString("base64");
}
