import { readFileSync } from "node:fs";
import type { Http } from "../../clients/http";
import { claimsIn, idTokenEndpoint, requestIdToken, tradeQuietly } from "../../clients/oidc";
import { lookForPulumiToken } from "../../clients/pulumi-login";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";

/** For whom a token is wanted. */
export interface TokenContext {
  url: string;
  organization: string;
  /** The application's team in this deployment environment. */
  team: string;
  variables: Readonly<Record<string, string | undefined>>;
  http: Http;
}

/** Where a token comes from. */
export interface TokenSource {
  /** A token that is good for at least a minute. */
  token(context: TokenContext): Promise<Secret>;
  /** Drops a token that the service has refused. */
  forget(): void;
}

/** Where docs/ and the generated manifests project a service account's token for Pulumi Cloud. */
export const KUBERNETES_TOKEN = "/var/run/secrets/pulumi/token";
const SECONDS = 3600;
/** A traded token is used until this long before its end. */
const MARGIN_SECONDS = 60;

/** PULUMI_ACCESS_TOKEN, then what `pulumi login` keeps for the service's address. The default. */
export function storedToken(): TokenSource {
  return {
    token: async ({ url, variables }) => {
      const found = lookForPulumiToken(url, variables, variables.HOME);
      if ("token" in found) return usable(found.token, "PULUMI_ACCESS_TOKEN");
      if (found.code === "login-encrypted")
        throw new RemedyError({
          code: "login-encrypted",
          subject: "credentials.json",
          cause:
            "pulumi login keeps its token encrypted (PULUMI_CREDENTIAL_STORE), which only the CLI can read",
          remedy: "set PULUMI_ACCESS_TOKEN, or start the program with pulumi env run",
        });
      if (found.code === "pulumi-token-invalid") throw malformed("PULUMI_ACCESS_TOKEN");
      throw new RemedyError({
        code: "token-missing",
        subject: "PULUMI_ACCESS_TOKEN",
        cause: "neither it nor the option token is set, and pulumi login keeps no token for this service",
        remedy: "give it a token of the application's team, or run pulumi login",
      });
    },
    forget: () => undefined,
  };
}

/** A token that the caller gave, and renews. */
export function fixedToken(token: Secret): TokenSource {
  return { token: async () => usable(token, "the option token"), forget: () => undefined };
}

/** The identity of a GitHub Actions job with `permissions: id-token: write`, traded for a token of a team. */
export function githubActions(options: { team?: string } = {}): TokenSource {
  return tradedIdentity(
    async (context) => requestIdToken(idTokenEndpoint(context.variables), audienceOf(context), context.http),
    options.team,
  );
}

/** The identity of a Kubernetes service account, from a token that is projected into a file for Pulumi Cloud. */
export function kubernetes(options: { path?: string; team?: string } = {}): TokenSource {
  const { path = KUBERNETES_TOKEN, team } = options;
  return tradedIdentity(async (context) => identityIn(path, context), team);
}

function tradedIdentity(read: (context: TokenContext) => Promise<Secret>, team?: string): TokenSource {
  let kept: { token: Secret; until: number } | undefined;
  return {
    token: async (context) => {
      if (kept !== undefined && performance.now() < kept.until) return kept.token;
      const idToken = usable(await read(context), "the identity token");
      const { url, organization, http } = context;
      const wish = { url, organization, idToken, expiration: SECONDS, team: team ?? context.team };
      const { token, seconds } = await tradeQuietly(wish, http);
      kept = { token, until: performance.now() + (seconds - Math.min(MARGIN_SECONDS, seconds / 10)) * 1000 };
      return token;
    },
    forget: () => {
      kept = undefined;
    },
  };
}

const audienceOf = ({ organization }: TokenContext): string => `urn:pulumi:org:${organization}`;

function identityIn(path: string, context: TokenContext): Secret {
  const wrong = (cause: string, remedy: string) =>
    new RemedyError({ code: "identity-missing", subject: path, cause, remedy });
  const identity = textOf(path);
  if (identity === undefined)
    throw wrong("the file cannot be read", "project a service account's token there, or name another file");
  // A token for another audience opens something else, the cluster's own API say: it must not leave the machine.
  const audience = claimsIn(identity).aud;
  if (![audience].flat().includes(audienceOf(context)))
    throw wrong(`the token is not for ${audienceOf(context)}`, "project one with that audience");
  return identity;
}

function textOf(path: string): Secret | undefined {
  try {
    return new Secret(readFileSync(path, "utf8").trim());
  } catch {
    return undefined;
  }
}

function usable(token: Secret, subject: string): Secret {
  // What an HTTP header cannot hold; a line end copied along is taken off.
  const text = token.unwrap().trim();
  if (/^[\x21-\x7e]+$/.test(text)) return new Secret(text);
  throw malformed(subject);
}

function malformed(subject: string): RemedyError {
  const cause = "it is empty, or has white space or other characters that no token has";
  const remedy = "give it a token of the application's team, or your own";
  return new RemedyError({ code: "token-malformed", subject, cause, remedy });
}
