import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { unfitAddress } from "../addresses";
import { type Problem, RemedyError } from "../errors";
import { Secret } from "../secret";
import { visible } from "../text";

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

/** A token of Pulumi Cloud and where it was found, as people know the place. */
export interface FoundToken {
  token: Secret;
  name: "PULUMI_ACCESS_TOKEN" | "pulumi login";
}

/** What of the file of `pulumi login` counts here (sdk/go/common/workspace/creds.go). */
interface Credentials {
  accounts?: Record<string, { accessToken?: unknown } | null> | null;
  accessTokens?: Record<string, unknown> | null;
  /** There when the rest is encrypted: with PULUMI_CREDENTIAL_STORE auto or os, since 3.259. */
  $pulumiSecureStore?: unknown;
}

/**
 * The token for one Pulumi Cloud, where Pulumi itself and its providers look for it: PULUMI_ACCESS_TOKEN, then what
 * `pulumi login` keeps for that address.
 *
 * @param address as pulumiAddress gives it.
 * @param home folder of whoever runs this.
 * @returns where there is none, the problem: why, and what to do.
 */
export function lookForPulumiToken(
  address: string,
  env: Environment,
  home = homedir(),
): FoundToken | Problem {
  const given = (env.PULUMI_ACCESS_TOKEN ?? "").trim();
  if (/^[\x21-\x7e]+$/.test(given)) return { token: new Secret(given), name: "PULUMI_ACCESS_TOKEN" };
  if (given !== "")
    return {
      code: "pulumi-token-invalid",
      subject: "PULUMI_ACCESS_TOKEN",
      cause: "contains whitespace or non-ASCII characters",
      remedy: "export the token alone: export PULUMI_ACCESS_TOKEN=...",
    };
  return storedLogin(
    address,
    join(env.PULUMI_CREDENTIALS_PATH || env.PULUMI_HOME || join(home, ".pulumi"), FILE),
  );
}

/** The same without the reason: undefined where there is none, and where the file cannot be read. */
export function findPulumiToken(address: string, env: Environment, home = homedir()): Secret | undefined {
  const found = lookForPulumiToken(address, env, home);
  return "token" in found ? found.token : undefined;
}

const FILE = "credentials.json";

function storedLogin(address: string, file: string): FoundToken | Problem {
  const kept = readCredentials(file);
  if ("code" in kept) return kept;
  const { accounts, accessTokens } = kept;
  const stored = accounts?.[address]?.accessToken ?? accessTokens?.[address];
  if (typeof stored === "string" && stored.trim() !== "")
    return { token: new Secret(stored.trim()), name: "pulumi login" };
  if (kept.$pulumiSecureStore !== undefined)
    return {
      code: "login-encrypted",
      subject: "PULUMI_ACCESS_TOKEN",
      cause: `is not set, and pulumi login keeps its token encrypted in ${file}, which only the CLI can read`,
      remedy: `export PULUMI_ACCESS_TOKEN=..., or store it readable: PULUMI_CREDENTIAL_STORE=plaintext pulumi login ${address}`,
    };
  const others = [...new Set([...Object.keys(accounts ?? {}), ...Object.keys(accessTokens ?? {})])]
    .filter((each) => each !== address)
    .map(shownAddress);
  if (others.length === 0) return noToken();
  return {
    code: "login-elsewhere",
    subject: "PULUMI_ACCESS_TOKEN",
    cause: `is not set, and pulumi login keeps a token for ${others.slice(0, 3).join(", ")}${others.length > 3 ? ` and ${others.length - 3} more` : ""}, none for ${address}`,
    remedy: `pulumi login ${address}; if another Pulumi Cloud is meant, pulumi config set pulumiApiUrl ADDRESS for every stack`,
  };
}

function readCredentials(file: string): Credentials | Problem {
  const wrong = (cause: string, remedy: string) => ({
    code: "login-unreadable",
    subject: file,
    cause,
    remedy: `${remedy}, or export PULUMI_ACCESS_TOKEN=...`,
  });
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR"
      ? noToken()
      : wrong(`cannot be read (${code})`, `chmod u+r ${file}`);
  }
  try {
    const kept = JSON.parse(text) as Credentials | null;
    if (typeof kept === "object" && kept !== null && !Array.isArray(kept)) return kept;
  } catch {} // what it says quotes the file
  return wrong("is not what pulumi login writes", "pulumi login writes it again");
}

function noToken(): Problem {
  return {
    code: "pulumi-token-missing",
    subject: "PULUMI_ACCESS_TOKEN",
    cause: "is not set, and pulumi login keeps no token for this address",
    remedy: "pulumi login, or export PULUMI_ACCESS_TOKEN=...",
  };
}

/** A backend's address without what may be a password: its query, and a user name. */
function shownAddress(address: string): string {
  return visible(address.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//")).slice(0, 80);
}
