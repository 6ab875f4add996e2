import { unfitAddress } from "../../addresses";
import type { Http } from "../../clients/http";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";

/** What an application may say about where its secrets are. What it leaves out is read from environment variables. */
export interface LoaderOptions<Environment extends string> {
  /** One of the catalog's environments. Default: SOPHIA_ENVIRONMENT. There is no third choice: none is guessed. */
  environment?: Environment;
  /** Pulumi Cloud organization. Default: PULUMI_ORG, then the one in the stacks' config. */
  organization?: string;
  /** Pulumi Cloud's address, https and without a path. Default: PULUMI_BACKEND_URL, then https://api.pulumi.com. */
  url?: string;
  /** A token that may open the environment. Default: PULUMI_ACCESS_TOKEN. */
  token?: Secret;
  /** Environment variables to read. Default: the process's own. */
  variables?: Readonly<Record<string, string | undefined>>;
  /** Door to HTTP. Default: 30 s a try, 5 tries. */
  http?: Http;
}

/** Where the secrets are and who asks for them: every option decided. */
export interface LoaderTarget<Environment extends string> {
  environment: Environment;
  organization: string;
  url: string;
  token: Secret;
}

const PULUMI_CLOUD = "https://api.pulumi.com";

/**
 * Decides what the options leave open.
 *
 * @param organization the one to use when nothing names another.
 * @throws RemedyError naming the option and the variable; never what they hold, except a wrong environment's name.
 */
export function resolveOptions<Environment extends string>(
  options: LoaderOptions<Environment>,
  variables: Readonly<Record<string, string | undefined>>,
  known: { environments: readonly Environment[]; organization: string },
): LoaderTarget<Environment> {
  const organization = options.organization ?? (variables.PULUMI_ORG || known.organization);
  const url = checkUrl(options.url ?? (variables.PULUMI_BACKEND_URL || PULUMI_CLOUD));
  const token = checkToken(options.token ?? new Secret(variables.PULUMI_ACCESS_TOKEN ?? ""));
  const wanted: string = options.environment ?? variables.SOPHIA_ENVIRONMENT ?? "";
  const environment = known.environments.find((each) => each === wanted);
  if (environment !== undefined) return { environment, organization, url, token };
  throw new RemedyError({
    code: "?",
    subject: "SOPHIA_ENVIRONMENT",
    cause:
      wanted === ""
        ? "neither it nor the option environment is set"
        : `${wanted} is no environment of the catalog`,
    remedy: `set one of ${known.environments.join(", ")}`,
  });
}

function checkUrl(text: string): string {
  const cause = unfitAddress(text);
  if (cause === undefined) return new URL(text).origin;
  throw new RemedyError({
    code: "?",
    subject: "PULUMI_BACKEND_URL",
    cause: `it, or the option url, ${cause}; the address of a state file is none`,
    remedy: `leave it out for ${PULUMI_CLOUD}, or give the option url`,
  });
}

function checkToken(token: Secret): Secret {
  // What an HTTP header cannot hold; the usual cause is a line end copied along.
  if (/^[\x21-\x7e]+$/.test(token.unwrap())) return token;
  throw new RemedyError({
    code: "?",
    subject: "PULUMI_ACCESS_TOKEN",
    cause:
      token.bytes === 0
        ? "neither it nor the option token is set"
        : "it, or the option token, holds white space or other characters no token has",
    remedy: "give it a token of the application's team, or your own from Pulumi Cloud",
  });
}
