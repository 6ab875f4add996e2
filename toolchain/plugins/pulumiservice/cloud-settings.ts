import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Properties } from "../provider/wire";

/** Where Pulumi Cloud is and with which token. */
export interface CloudSettings {
  apiUrl: string;
  accessToken: string;
}

/**
 * `apiUrl` as the real provider fills it in: PULUMI_BACKEND_URL, then PULUMI_API, then the public service. With a
 * file backend that is a file:// address nothing can be sent to, which shows at `up`, not at preview.
 */
export function defaultApiUrl(environment: NodeJS.ProcessEnv): string {
  return environment.PULUMI_BACKEND_URL || environment.PULUMI_API || "https://api.pulumi.com";
}

/**
 * @param environment PULUMI_ACCESS_TOKEN, and PULUMI_HOME for the stored login.
 * @throws "pulumi access token not found"
 */
export function cloudSettings(args: Properties, environment: NodeJS.ProcessEnv): CloudSettings {
  const given = [args.accessToken, environment.PULUMI_ACCESS_TOKEN, storedToken(environment)];
  const accessToken = given.find((token) => typeof token === "string" && token !== "");
  if (typeof accessToken !== "string") throw new Error("pulumi access token not found");
  const apiUrl =
    typeof args.apiUrl === "string" && args.apiUrl !== "" ? args.apiUrl : defaultApiUrl(environment);
  return { apiUrl, accessToken };
}

/** The token of `pulumi login`'s current backend. */
function storedToken(environment: NodeJS.ProcessEnv): string | undefined {
  const home = environment.PULUMI_HOME || join(homedir(), ".pulumi");
  try {
    const stored = JSON.parse(readFileSync(join(home, "credentials.json"), "utf8")) as {
      current?: string;
      accessTokens?: Record<string, string>;
    };
    return stored.accessTokens?.[stored.current ?? ""];
  } catch {
    return undefined; // never logged in
  }
}
