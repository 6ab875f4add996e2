import type { CheckFailure } from "../provider/definition";
import { isUnknown, type Properties } from "../provider/wire";
import { text } from "./bridged";
import type { GitHubClient } from "./github-client";
import { sealedBox } from "./sealed-box";

/** Inputs that may carry a secret's value, by their names here and in the upstream provider's messages. */
const valueInputs: Readonly<Record<string, string>> = {
  value: "value",
  valueEncrypted: "value_encrypted",
  encryptedValue: "encrypted_value",
  plaintextValue: "plaintext_value",
};

/** Always secret in the state. */
export const secretProperties = Object.keys(valueInputs);

/** What the upstream provider refuses in a secret's inputs, in its words (github/util.go, terraform-plugin-sdk). */
export function checkSecretInputs(inputs: Properties): CheckFailure[] {
  return [...valueFailures(inputs), ...keyFailures(inputs), ...secretNameFailures(inputs)];
}

/** What the upstream provider refuses in a secret's name. */
export function secretNameFailures(inputs: Properties): CheckFailure[] {
  const name = inputs.secretName;
  if (typeof name !== "string" || isUnknown(name)) return [];
  const failures: CheckFailure[] = [];
  const refuse = (reason: string) => failures.push({ property: "secretName", reason: `Error. ${reason}` });
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    refuse(
      "secret names can only contain alphanumeric characters or underscores and must not start with a number",
    );
  }
  if (name.toUpperCase().startsWith("GITHUB_")) refuse("secret names must not start with the GITHUB_ prefix");
  return failures;
}

/**
 * The body of the PUT: the value sealed for GitHub, or passed on when the program sealed it itself.
 * What is sealed is whatever `properties` holds: on an update that is the state's value, the fault of this resource.
 */
export async function sealSecret(
  client: GitHubClient,
  properties: Properties,
  publicKeyPath: string,
): Promise<{ key_id: string; encrypted_value: string }> {
  const sealed = text(properties, "valueEncrypted") || text(properties, "encryptedValue");
  const keyId = text(properties, "keyId");
  if (keyId !== "" && sealed !== "") return { key_id: keyId, encrypted_value: sealed };
  const key = (await client.call("GET", publicKeyPath)) as { key_id: string; key: string };
  if (sealed !== "") return { key_id: key.key_id, encrypted_value: sealed };
  const value = text(properties, "value") || text(properties, "plaintextValue");
  return { key_id: key.key_id, encrypted_value: await sealedBox(value, key.key) };
}

function valueFailures(inputs: Properties): CheckFailure[] {
  const given = secretProperties.filter((name) => inputs[name] !== undefined);
  if (given.length === 1) return [];
  const all = Object.values(valueInputs).sort().join(",");
  const problem =
    given.length === 0
      ? `one of \`${all}\` must be specified`
      : `only one of \`${all}\` can be specified, but \`${given
          .map((name) => valueInputs[name])
          .sort()
          .join(",")}\` were specified.`;
  return secretProperties.map((property) => ({
    property,
    reason: `Invalid combination of arguments. "${valueInputs[property]}": ${problem}`,
  }));
}

function keyFailures(inputs: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (inputs.keyId !== undefined && inputs.valueEncrypted === undefined) {
    const reason = 'Missing required argument. "key_id": all of `key_id,value_encrypted` must be specified';
    failures.push({ property: "keyId", reason });
  }
  for (const name of ["valueEncrypted", "encryptedValue"]) {
    const value = inputs[name];
    if (typeof value !== "string" || isUnknown(value) || isBase64(value)) continue;
    // Upstream repeats the value here; a stand-in has no reason to.
    failures.push({ property: name, reason: `expected "${valueInputs[name]}" to be a base64 string` });
  }
  return failures;
}

function isBase64(value: string): boolean {
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}
