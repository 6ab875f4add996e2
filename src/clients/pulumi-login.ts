import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { unfitAddress } from "../addresses";
import { RemedyError } from "../errors";
import { Secret } from "../secret";

type Environment = Readonly<Record<string, string | undefined>>;

export const PULUMI_CLOUD = "https://api.pulumi.com";

/**
 * Address of Pulumi Cloud, without a slash at the end.
 *
 * @param configured the stack's config `pulumiApiUrl`, which goes before the environment's PULUMI_BACKEND_URL.
 * @throws RemedyError when it is none to send a token to.
 */
export function pulumiAddress(configured: string | undefined, env: Environment): string {
  if (configured !== undefined) return checkedAddress("config pulumiApiUrl", configured);
  // The backend may also be a folder or a bucket: those hold no ESC.
  const backend = /^https?:/i.test(env.PULUMI_BACKEND_URL ?? "") ? env.PULUMI_BACKEND_URL : undefined;
  return checkedAddress("PULUMI_BACKEND_URL", backend ?? PULUMI_CLOUD);
}

/**
 * An address that somebody gave, without a slash at the end.
 *
 * @param thing by which people know it, for the error.
 * @throws RemedyError when it is none to send a token to; it is not quoted.
 */
export function checkedAddress(thing: string, text: string): string {
  const cause = unfitAddress(text);
  if (cause === undefined) return text.replace(/\/+$/, "");
  throw new RemedyError({
    code: "address-invalid",
    subject: thing,
    cause,
    remedy: `leave it out for ${PULUMI_CLOUD}, or give the service's own address`,
  });
}

/** What of the file of `pulumi login` counts here (sdk/go/common/workspace/creds.go). */
interface Credentials {
  accounts?: Record<string, { accessToken?: unknown } | null> | null;
  accessTokens?: Record<string, unknown> | null;
}

/**
 * The token for one Pulumi Cloud, where Pulumi itself and its providers look for it: PULUMI_ACCESS_TOKEN, then what
 * `pulumi login` keeps for that address.
 *
 * @param address as pulumiAddress gives it.
 * @param home folder of whoever runs this.
 * @returns undefined where there is none, and where the file cannot be read: to the CLI that is "not logged in" too.
 */
export function findPulumiToken(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
  home = homedir(),
): Secret | undefined {
  const folder = env.PULUMI_CREDENTIALS_PATH || env.PULUMI_HOME || join(home, ".pulumi");
  return secretIn(env.PULUMI_ACCESS_TOKEN) ?? storedToken(address, folder);
}

function storedToken(address: string, folder: string): Secret | undefined {
  try {
    const text = readFileSync(join(folder, "credentials.json"), "utf8");
    const { accounts, accessTokens } = JSON.parse(text) as Credentials;
    return secretIn(accounts?.[address]?.accessToken) ?? secretIn(accessTokens?.[address]);
  } catch {
    return undefined;
  }
}

function secretIn(text: unknown): Secret | undefined {
  return typeof text === "string" && text.trim() !== "" ? new Secret(text.trim()) : undefined;
}
