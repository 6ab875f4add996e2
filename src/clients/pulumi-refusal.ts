import { type Problem, RemedyError, TokenError } from "../errors";
import type { Secret } from "../secret";
import type { HttpAnswer } from "./http";
import type { FoundToken } from "./pulumi-login";
import { saidBy } from "./said-by-service";

/** Somebody wrote between our read and our write: read again, plan again. */
export class ConflictError extends RemedyError {}

/** The service is down or overloaded: nothing is wrong with what was asked. */
export class UnavailableError extends RemedyError {}

/** What was asked for is not there, or does not show to this token. */
export class NotFoundError extends RemedyError {}

export const LOOK_BETWEEN = "check that the address is Pulumi Cloud's API, and what is in between";

type Refusals = Readonly<Record<number, readonly [reason: string, remedy: string]>>;

const UNKNOWN_TOKEN = [
  "the token is unknown, revoked or expired",
  "get a new token: run the job again, or pulumi login",
] as const;

export const OF_ENVIRONMENTS: Refusals = {
  401: UNKNOWN_TOKEN,
  403: [
    "the token may not do this",
    "grant its team the right on this environment (secrets/access-policies.ts), then pulumi up",
  ],
  404: [
    "there is no such environment, or the token may not see it",
    "pulumi up for the stack that owns it; then check the token's team",
  ],
  413: ["the text is larger than the service takes", "move secrets to another group"],
};

export const OF_ORGANIZATION: Refusals = {
  401: UNKNOWN_TOKEN,
  403: ["the token may not do this", "use the token of an administrator of the organization"],
  404: [
    "there is no such thing, or the token may not see it",
    "check its name; use the token of an administrator of the organization",
  ],
};

const CODES: Readonly<Record<number, string>> = {
  401: "pulumi-token-invalid",
  403: "pulumi-permission-denied",
  404: "pulumi-not-found",
  413: "environment-text-too-large",
};
const KINDS: Readonly<Record<number, typeof RemedyError>> = { 401: TokenError, 404: NotFoundError };

/** What was refused. */
export interface Refused {
  /** What the request was about, for errors. */
  thing: string;
  /** Address of Pulumi Cloud. */
  url: string;
  organization: string;
  tokenName: FoundToken["name"] | undefined;
  /** What the service says, as saidInRefusal gives it. */
  said: string;
  known: Refusals;
  /** Whether that may be shown: an environment's text, or a change of one, has values that a message may repeat. */
  quotes: boolean;
}

/** Statuses whose message speaks of the token, the organization or a limit, and so of no text that was sent. */
const QUOTED = [401, 402, 403, 429];

/** What the service says of a refusal, in one line. */
export function saidInRefusal(answer: HttpAnswer, token: Secret): string {
  return QUOTED.includes(answer.status) ? saidBy(answer.text, [token.unwrap()]) : "";
}

/** Words for editions and payment: the service has no code of its own for them. */
const OF_PLAN = /\b(edition|trial|upgrade|subscription|billing|payment)\b/i;

/** The service's refusal in the terms of what was asked. */
export function refusal(refused: Refused, answer: HttpAnswer): RemedyError {
  const { thing: subject, said, known } = refused;
  const quoted = said === "" || !refused.quotes ? "" : `: ${said}`;
  if (answer.status === 409) {
    return new ConflictError({
      code: "write-conflict",
      subject,
      cause: "somebody else wrote it in between",
      remedy: "run again: it reads and plans again",
    });
  }
  if (answer.status < 400) {
    const cause = `the service answered ${answer.status}, which is a redirect: something is in between`;
    return new RemedyError({ code: "pulumi-redirected", subject, cause, remedy: LOOK_BETWEEN });
  }
  if (answer.status === 401) return unknownToken(refused, quoted);
  if (answer.status === 402 || (answer.status === 403 && OF_PLAN.test(said)))
    return new RemedyError({
      code: "pulumi-plan-lacks-feature",
      subject,
      cause: `the organization's edition does not allow it (${answer.status})${quoted}`,
      remedy:
        "let an administrator of the organization look at its billing in Pulumi Cloud's console, then say in every stack which edition it has: pulumi config set edition EDITION; docs/permissions.md says what each has",
    });
  const [why, what] = known[answer.status] ?? [];
  const code = CODES[answer.status];
  if (why !== undefined && what !== undefined && code !== undefined)
    return new (KINDS[answer.status] ?? RemedyError)({
      code,
      subject,
      cause: `${why}${quoted}`,
      remedy: what,
    });
  const reason = `the service answered ${answer.status}${diagnosticsOf(answer)}${quoted}`;
  if (answer.status >= 500 || answer.status === 429) {
    const remedy = `run again ${againAfter(answer)}`;
    return new UnavailableError({ code: "pulumi-unavailable", subject, cause: reason, remedy });
  }
  const isText = known === OF_ENVIRONMENTS;
  const problem = {
    code: "pulumi-refused",
    subject,
    cause: reason,
    remedy: isText ? "fix the text of the environment" : "check what was asked for, then run this again",
  };
  return isText ? new RefusedTextError(problem, linesOf(answer)) : new RemedyError(problem);
}

/** The service does not take an ESC environment's text, or does not open it. */
export class RefusedTextError extends RemedyError {
  /** @param lines of the text that it names, from 1. */
  constructor(
    problem: Problem,
    readonly lines: readonly number[],
  ) {
    super(problem);
  }
}

function unknownToken({ thing, url, organization, tokenName, said }: Refused, quoted: string): TokenError {
  if (/\bSAML\b|\bSSO\b/.test(said))
    return new TokenError({
      code: "pulumi-sso-required",
      subject: thing,
      cause: `Pulumi Cloud asks for a new login by single sign-on${quoted}`,
      remedy: `open ${reauthenticationPage(url, organization)}, then run this again`,
    });
  const [why, what] = UNKNOWN_TOKEN;
  if (tokenName === undefined)
    return new TokenError({
      code: "pulumi-token-invalid",
      subject: thing,
      cause: `${why}${quoted}`,
      remedy: what,
    });
  return new TokenError({
    code: "pulumi-token-invalid",
    subject: tokenName,
    cause: `${tokenName === "pulumi login" ? `the token that it keeps for ${url}` : "its token"} is unknown, revoked or expired${quoted}`,
    remedy:
      tokenName === "pulumi login"
        ? `pulumi login ${url}`
        : "set a valid one, or use what pulumi login keeps: unset PULUMI_ACCESS_TOKEN",
  });
}

/** The page that the CLI names too (pulumi/pulumi#22259). A self-hosted service's console has an address of its own. */
function reauthenticationPage(url: string, organization: string): string {
  const { hostname } = new URL(url);
  if (!hostname.startsWith("api.")) return "Pulumi Cloud's console and sign in by single sign-on";
  return `https://app.${hostname.slice("api.".length)}/signin/sso/${encodeURIComponent(organization)}/reauth`;
}

function againAfter({ headers }: HttpAnswer): string {
  const seconds = Number(headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? `in ${seconds} s` : "later";
}

/** Lines of the service's diagnostics. Their summaries and its message may quote text, so they stay out. */
function diagnosticsOf(answer: HttpAnswer): string {
  const lines = linesOf(answer);
  return lines.length === 0 ? "" : ` (lines ${lines.join(", ")})`;
}

function linesOf(answer: HttpAnswer): number[] {
  try {
    const body = JSON.parse(answer.text) as { diagnostics?: { range?: { begin?: { line?: number } } }[] };
    return (body.diagnostics ?? [])
      .map((each) => each.range?.begin?.line)
      .filter((line) => line !== undefined);
  } catch {
    return [];
  }
}
