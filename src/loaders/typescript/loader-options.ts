import { unfitAddress } from "../../addresses";
import { createHttp, type Http } from "../../clients/http";
import { PULUMI_CLOUD } from "../../clients/pulumi-login";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import type { LoaderSpec } from "../generator/loader-spec";
import type { LastKnownGood } from "./last-known-good";
import { fixedToken, storedToken, type TokenSource } from "./token-sources";

/** What an application may say about loading; everything has a default but the deployment environment. */
export interface LoaderOptions<Environment extends string = string> {
  /** The deployment environment. Default: the environment variable that the stacks' config names. None is guessed. */
  environment?: Environment;
  /** Pulumi Cloud organization. Default: PULUMI_ORG, then the one in the stacks' config. */
  organization?: string;
  /** Pulumi Cloud's address, https and without a path. Default: PULUMI_BACKEND_URL, then https://api.pulumi.com. */
  url?: string;
  /** Who asks. Default: PULUMI_ACCESS_TOKEN, then what `pulumi login` keeps. Also githubActions(), kubernetes(). */
  token?: Secret | string | TokenSource;
  /** Seconds for a whole load, every retry and wait included. Default: 30. */
  timeout?: number;
  /** Seconds after which a snapshot is asked for again at its next use. Default: never. */
  maxAge?: number;
  /** Whether a timer refreshes before `maxAge` is over, so that no use waits. It keeps no process alive. */
  background?: boolean;
  /** Seconds beyond `maxAge` for which an outage leaves the old snapshot in use. Default: 0. */
  staleIfError?: number;
  /** An encrypted copy for a start during an outage. Default: none. */
  lastKnownGood?: LastKnownGood;
  /** Environment variables. Default: the process's own. */
  variables?: Readonly<Record<string, string | undefined>>;
  /** A client to ask with, for tests. Default: node:https with retries. */
  http?: Http;
}

/** Every option decided. */
export interface LoaderTarget {
  environment: string;
  organization: string;
  url: string;
  source: TokenSource;
  variables: Readonly<Record<string, string | undefined>>;
  /** A client for one load, whose time counts every retry and wait. */
  http: () => Http;
}

const TIMEOUT_SECONDS = 30;

/** @throws RemedyError naming the option and the variable; never what they hold, except a wrong environment's name. */
export function decideOptions(options: LoaderOptions, spec: LoaderSpec): LoaderTarget {
  const variables = options.variables ?? process.env;
  const { token, timeout = TIMEOUT_SECONDS } = options;
  const ms = timeout * 1000;
  return {
    environment: environmentOf(options, spec, variables),
    organization: options.organization ?? (variables.PULUMI_ORG || spec.organization),
    url: checkUrl(options.url ?? (variables.PULUMI_BACKEND_URL || PULUMI_CLOUD)),
    source: sourceOf(token),
    variables,
    http: () =>
      options.http ??
      createHttp({ timeoutMs: ms, requestMs: ms, totalMs: ms, patienceMs: ms, env: variables }),
  };
}

/** @throws RemedyError for times that mean nothing. */
export function checkTimes({ timeout, maxAge, background, staleIfError = 0 }: LoaderOptions): void {
  const cause =
    timeout !== undefined && timeout <= 0
      ? "timeout must be more than 0 seconds"
      : maxAge !== undefined && maxAge <= 0
        ? "maxAge must be more than 0 seconds"
        : maxAge === undefined && (background === true || staleIfError > 0)
          ? "background and staleIfError need maxAge"
          : staleIfError < 0
            ? "staleIfError must not be negative"
            : undefined;
  if (cause === undefined) return;
  const remedy = "give the option another value";
  throw new RemedyError({ code: "option-invalid", subject: "the loader's options", cause, remedy });
}

function sourceOf(token: LoaderOptions["token"]): TokenSource {
  if (token === undefined) return storedToken();
  if (typeof token === "string") return fixedToken(new Secret(token));
  return token instanceof Secret ? fixedToken(token) : token;
}

function environmentOf(
  options: LoaderOptions,
  spec: LoaderSpec,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const wanted = options.environment ?? variables[spec.variable] ?? "";
  if (Object.hasOwn(spec.environments, wanted)) return wanted;
  const isMissing = wanted === "";
  throw new RemedyError({
    code: isMissing ? "deployment-missing" : "deployment-unknown",
    subject: spec.variable,
    cause: isMissing
      ? "neither it nor the option environment is set"
      : `${wanted} is not an environment here`,
    remedy: `set one of ${Object.keys(spec.environments).join(", ")}`,
  });
}

function checkUrl(text: string): string {
  const cause = unfitAddress(text);
  if (cause === undefined) return new URL(text).origin;
  throw new RemedyError({
    code: "address-invalid",
    subject: "PULUMI_BACKEND_URL",
    cause: `it, or the option url, ${cause}; the address of a state file is none`,
    remedy: `leave it out for ${PULUMI_CLOUD}, or give the option url`,
  });
}
