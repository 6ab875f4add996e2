import { RemedyError, TokenError } from "../errors";
import { COMMAND } from "../text";
import type { HttpAnswer } from "./http";

const RIGHTS =
  "give the token the scope admin:org (classic) or the organization permission Secrets, read and write (fine-grained)";

const REPOSITORY_RIGHTS =
  "give the token the scope repo (classic) or Metadata, Environments and Secrets, read, on it (fine-grained)";

const ENVIRONMENT_RIGHTS =
  "give the token the scope repo (classic) or Environments, read and write, on the repository (fine-grained)";

const RIGHTS_OF = { organization: RIGHTS, repository: REPOSITORY_RIGHTS, environment: ENVIRONMENT_RIGHTS };

/** What a refused request was about: organization secrets, a repository, or a write to one's environment. */
export interface Asked {
  thing: string;
  kind: keyof typeof RIGHTS_OF;
  /** What to do where the token may not do it, or GitHub does not show the thing; by `kind` when left out. */
  remedy?: string;
}

/** What was asked for is not there, or is not shown to this token: GitHub does not say which. */
export class NotShownError extends RemedyError {}

/** GitHub's refusal in the terms of what was asked. Its own message is told only where it cannot quote a value. */
export function refusal(asked: Asked, answer: HttpAnswer): RemedyError {
  const { thing, kind } = asked;
  const rights = asked.remedy ?? RIGHTS_OF[kind];
  switch (answer.status) {
    case 401:
      return new TokenError({
        code: "github-token-invalid",
        subject: "GITHUB_TOKEN",
        cause: "GitHub does not know it, or it has expired",
        remedy: "set a valid one",
      });
    case 403:
      return isLimit(answer)
        ? new RemedyError({
            code: "github-rate-limited",
            subject: thing,
            cause: "GitHub's rate limit is used up",
            remedy: `run again ${afterOf(answer)}`,
          })
        : new RemedyError({
            code: "github-permission-denied",
            subject: thing,
            cause: "the token may not do this",
            remedy: rights,
          });
    case 404:
      return new NotShownError({
        code: "github-not-found",
        subject: thing,
        cause: "GitHub does not show it to this token",
        remedy: asked.remedy ?? `check its name; ${rights}`,
      });
    case 409:
      if (kind !== "organization") return refusedByGitHub(thing, answer);
      return new RemedyError({
        code: "visibility-not-selected",
        subject: thing,
        cause: "its visibility is not selected, so it has no list of repositories",
        remedy: `${COMMAND} drift shows what differs`,
      });
    case 422:
      return refusedByGitHub(thing, answer);
    case 429:
      return new RemedyError({
        code: "github-rate-limited",
        subject: thing,
        cause: "GitHub's rate limit is used up",
        remedy: `run again ${afterOf(answer)}`,
      });
    default:
      return new RemedyError({
        code: answer.status >= 500 ? "github-unavailable" : "github-answer-unexpected",
        subject: thing,
        cause: `GitHub answered ${answer.status}`,
        remedy: "run again later",
      });
  }
}

function refusedByGitHub(thing: string, answer: HttpAnswer): RemedyError {
  return new RemedyError({
    code: "github-refused",
    subject: thing,
    cause: `GitHub refuses it: ${saidOf(answer)}`,
    remedy: "fix what it names, then run this again",
  });
}

/** An answer of 200 that is no JSON comes from something in between: a proxy, a login page. */
export function notGitHub(asked: Asked, what = "is not GitHub's"): RemedyError {
  const remedy = "check that the address is GitHub's API, and what stands in between";
  return new RemedyError({
    code: "github-answer-unreadable",
    subject: asked.thing,
    cause: `the answer ${what}`,
    remedy,
  });
}

function isLimit(answer: HttpAnswer): boolean {
  const { headers } = answer;
  return headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0";
}

function afterOf(answer: HttpAnswer): string {
  const seconds = Number(answer.headers["retry-after"]);
  if (Number.isFinite(seconds) && seconds > 0) return `in ${seconds} s`;
  const reset = Number(answer.headers["x-ratelimit-reset"]);
  return Number.isFinite(reset) && reset > 0 ? `after ${new Date(reset * 1000).toISOString()}` : "later";
}

/** A value is sent sealed, so GitHub's message cannot quote one. One line of it, cut. */
function saidOf(answer: HttpAnswer): string {
  try {
    const { message } = JSON.parse(answer.text) as { message?: unknown };
    if (typeof message === "string") return message.replace(/\s+/g, " ").slice(0, 200);
  } catch {}
  return `it answered ${answer.status}`;
}
