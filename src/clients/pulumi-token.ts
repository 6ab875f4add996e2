import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Secret } from "../secret";

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
