import type { Properties } from "../provider/wire";

/** The provider's configuration, with the defaults of terraform-provider-github 6.13 (github/provider.go). */
export interface GitHubSettings {
  /** With a slash at the end; `api/v3/` is already appended where the host wants it. */
  apiUrl: string;
  owner: string | undefined;
  token: string | undefined;
  legacyClient: boolean;
  writeDelayMs: number;
  readDelayMs: number;
  retryDelayMs: number;
  maxRetries: number;
  retryableStatuses: readonly number[];
  parallelRequests: boolean;
  /** Results asked for per page. */
  perPage: number;
}

const dotComApi = "https://api.github.com/";

/**
 * @throws when the base URL is not one, or a number or boolean is none.
 * @param environment variables GITHUB_BASE_URL, GITHUB_OWNER, GITHUB_ORGANIZATION, GITHUB_TOKEN and
 *   GITHUB_LEGACY_CLIENT. As in the real provider GITHUB_OWNER wins over a configured `owner`, and an organization
 *   over both.
 */
export function gitHubSettings(args: Properties, environment: NodeJS.ProcessEnv): GitHubSettings {
  const text = (name: string) => nonEmpty(args[name]);
  const organization = text("organization") ?? nonEmpty(environment.GITHUB_ORGANIZATION);
  return {
    apiUrl: restUrl(text("baseUrl") ?? nonEmpty(environment.GITHUB_BASE_URL) ?? dotComApi),
    owner: organization ?? nonEmpty(environment.GITHUB_OWNER) ?? text("owner"),
    token: text("token") ?? nonEmpty(environment.GITHUB_TOKEN),
    legacyClient: parsed(args, "legacyClient", environment.GITHUB_LEGACY_CLIENT ?? "true") === true,
    writeDelayMs: Number(parsed(args, "writeDelayMs", "1000")),
    readDelayMs: Number(parsed(args, "readDelayMs", "0")),
    retryDelayMs: Number(parsed(args, "retryDelayMs", "1000")),
    maxRetries: Number(parsed(args, "maxRetries", "3")),
    retryableStatuses: parsed(args, "retryableErrors", "[500,502,503,504]") as number[],
    parallelRequests: parsed(args, "parallelRequests", "false") === true,
    perPage: Number(parsed(args, "maxPerPage", environment.GITHUB_MAX_PER_PAGE ?? "100")),
  };
}

/** Where the REST interface is: github.com and ghe.com have it at `/`, every other host is taken for Enterprise Server. */
function restUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined) throw new Error("base url must be absolute");
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  if (url.host === "github.com") url.host = "api.github.com";
  else if (/^(?!api\.).*\.ghe\.com$/.test(url.host)) url.host = `api.${url.host}`;
  if (url.host === "api.github.com" || /^api\.[a-zA-Z0-9-]+\.ghe\.com$/.test(url.host)) {
    if (url.protocol === "https:") return url.href;
    throw new Error("base url for github.com or ghe.com must use the https scheme");
  }
  url.pathname = `${url.pathname.replace(/api\/v3\/$/, "")}api/v3/`;
  return url.href;
}

/** Provider arguments that are not strings travel as JSON text. */
function parsed(args: Properties, name: string, fallback: string): unknown {
  const value = args[name] ?? fallback;
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Error(`the github provider's ${name} must be JSON, not ${JSON.stringify(value)}`);
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
