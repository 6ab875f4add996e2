import { type Problem, RemedyError, TokenError } from "../errors";
import type { Secret } from "../secret";
import { COMMAND } from "../text";
import { limitOf, movedTo, reasonOf, rightsOf } from "./github-reasons";
import type { HttpAnswer } from "./http";
import { saidBy } from "./said-by-service";

const RIGHTS =
  "give the token the scope admin:org (classic) or the organization permission Secrets, read and write (fine-grained)";

const REPOSITORY_RIGHTS =
  "give the token the scope repo (classic) or Metadata, Environments and Secrets, read, on it (fine-grained)";

const ENVIRONMENT_RIGHTS =
  "give the token the scope repo (classic) or Environments, read and write, on the repository (fine-grained)";

const OWNER =
  "the token has the scope for it, and its account may not: use the token of an owner of the organization";

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

/** A repository was renamed or transferred. */
export class MovedError extends RemedyError {
  constructor(
    problem: Problem,
    /** Its id, as far as GitHub names it. */
    readonly repositoryId: string | undefined,
  ) {
    super(problem);
  }
}

/**
 * GitHub's refusal in the terms of what was asked, with GitHub's own line: a value is sent sealed, so it cannot quote one.
 *
 * @param token the request's, which stands in no error.
 */
export function refusal(asked: Asked, answer: HttpAnswer, token?: Secret): RemedyError {
  const { thing } = asked;
  const said = saidBy(answer.text, token === undefined ? [] : [token.unwrap()]);
  const quoted = said === "" ? "" : `: ${said}`;
  if (answer.status === 401)
    return new TokenError({
      code: "github-token-invalid",
      subject: "GITHUB_TOKEN",
      cause: `GitHub does not know it, or it has expired${quoted}`,
      remedy: "set a valid one: export GITHUB_TOKEN=...; gh auth token prints the one of the GitHub CLI",
    });
  const limit = limitOf(answer, said);
  if (limit !== undefined)
    return new RemedyError({
      code: "github-rate-limited",
      subject: thing,
      cause: limit.cause,
      remedy: `run again ${limit.again}`,
    });
  const moved = movedTo(answer);
  const reason = moved ?? (answer.status < 500 ? reasonOf(answer, said) : undefined);
  if (reason !== undefined) {
    const problem = {
      code: reason.code,
      subject: thing,
      cause: `GitHub refuses it (${answer.status})${quoted}`,
      remedy: reason.remedy,
    };
    return moved === undefined ? new RemedyError(problem) : new MovedError(problem, moved.repositoryId);
  }
  return plainRefusal(asked, answer, quoted);
}

/** What is left: the token's rights, and what the request itself was about. */
function plainRefusal(asked: Asked, answer: HttpAnswer, quoted: string): RemedyError {
  const { thing: subject, kind } = asked;
  const { hasScope, remedy = RIGHTS_OF[kind] } = rightsOf(answer);
  const refused = (code: string, cause: string, what: string) =>
    new RemedyError({ code, subject, cause, remedy: what });
  switch (answer.status) {
    case 403:
      return refused(
        "github-permission-denied",
        `the token may not do this${quoted}`,
        asked.remedy ?? (hasScope === true ? OWNER : remedy),
      );
    case 404:
      return new NotShownError({
        code: "github-not-found",
        subject,
        cause: "GitHub does not show it to this token",
        remedy:
          asked.remedy ??
          `check its name; ${hasScope === true ? "the token has the scope, so its account must be able to see it" : remedy}`,
      });
    case 409:
      if (kind === "organization")
        return refused(
          "visibility-not-selected",
          `its visibility is not selected, so it has no list of repositories${quoted}`,
          `${COMMAND} drift shows what differs`,
        );
      return refusedByGitHub(subject, answer, quoted);
    case 422:
      return refusedByGitHub(subject, answer, quoted);
    default:
      return refused(
        answer.status >= 500 ? "github-unavailable" : "github-answer-unexpected",
        `GitHub answered ${answer.status}${quoted}`,
        "run again later",
      );
  }
}

function refusedByGitHub(subject: string, answer: HttpAnswer, quoted: string): RemedyError {
  return new RemedyError({
    code: "github-refused",
    subject,
    cause: `GitHub refuses it${quoted || `: it answered ${answer.status}`}`,
    remedy: "fix what it names, then run this again",
  });
}

/** An answer of 200 that is not JSON comes from something in between: a proxy, a login page. */
export function notGitHub(asked: Asked, what = "is not GitHub's"): RemedyError {
  const remedy = "check that the address is GitHub's API, and what is in between";
  return new RemedyError({
    code: "github-answer-unreadable",
    subject: asked.thing,
    cause: `the answer ${what}`,
    remedy,
  });
}
