import { decryptEnvironment, encryptEnvironment } from "../esc/secret-text";
import type { Cloud } from "./cloud";
import { decrypterFor, encrypterFor } from "./environment-cipher";
import { type Evaluated, evaluate, refuseErrors } from "./evaluation";
import type { Principal } from "./principal";
import { badRequest } from "./service-error";
import type { Environment, Organization } from "./state";

/**
 * Checks a new definition and encrypts its secrets: what comes out may be stored.
 *
 * @returns the text in ciphertext form and the warnings of the check.
 * @throws 400 with diagnostics when the definition has errors, 400 when it holds a ciphertext of another environment.
 */
export async function sealDefinition(
  cloud: Cloud,
  principal: Principal,
  about: { organization: Organization; environment: Environment },
  text: string,
): Promise<{ text: string; warnings: Evaluated["diagnostics"] }> {
  const checked = await evaluate({ cloud, principal, ...about, text, mode: "check" });
  refuseErrors(checked);
  const { environment } = about;
  const sealed = encryptEnvironment(text, encrypterFor(cloud.security, environment.id));
  try {
    revealText(cloud, environment, sealed);
  } catch {
    throw badRequest(
      `a ciphertext in this definition was not made by environment '${environment.project}/${environment.name}'; give its plaintext instead`,
    );
  }
  return { text: sealed, warnings: checked.diagnostics };
}

/** An environment's stored text with its secrets in plaintext. */
export function revealText(cloud: Cloud, environment: Environment, text: string): string {
  return decryptEnvironment(text, decrypterFor(cloud.security, environment.id));
}

/** A stored text of one environment, encrypted for another. */
export function resealText(cloud: Cloud, from: Environment, to: Environment, text: string): string {
  return encryptEnvironment(revealText(cloud, from, text), encrypterFor(cloud.security, to.id));
}
