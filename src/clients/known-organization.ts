import { EndingError, type Problem, RemedyError } from "../errors";
import { likelyName } from "../text";
import type { Http } from "./http";
import { createPulumiCall, type PulumiCall, parseAnswer } from "./pulumi-call";

/** Refusals by which the service also hides an organization from those outside of it. */
const HIDING = ["pulumi-not-found", "pulumi-permission-denied"];

/**
 * Whether the service does not show an organization to a token that has others.
 *
 * @returns undefined where it shows it, and where nobody can tell: a machine's token may list no organization.
 */
export async function unknownOrganization(call: PulumiCall): Promise<Problem | undefined> {
  const { organization } = call;
  try {
    if (await isShown(call)) return undefined;
    const thing = "the token's organizations";
    const { organizations } = parseAnswer(thing, await call(thing, "/api/user")) as User;
    const names = (organizations ?? []).map(({ githubLogin }) => githubLogin);
    return names.length === 0 || names.includes(organization) ? undefined : unknown(organization, names);
  } catch (error) {
    // Whatever it is, the request that is really needed tells it.
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}

/** By the service's specification. */
interface User {
  organizations?: { githubLogin: string }[];
}

async function isShown(call: PulumiCall): Promise<boolean> {
  const { organization } = call;
  try {
    await call(`organization ${organization}`, `/api/orgs/${encodeURIComponent(organization)}/metadata`);
    return true;
  } catch (error) {
    if (error instanceof RemedyError && HIDING.includes(error.problem.code)) return false;
    throw error;
  }
}

function unknown(organization: string, names: readonly string[]): Problem {
  const near = likelyName(organization, names);
  const set = (name: string) => `for every stack: pulumi config set pulumiOrganization ${name}`;
  return {
    code: "pulumi-organization-unknown",
    subject: "config pulumiOrganization",
    cause: `names ${organization}, which Pulumi Cloud does not show to this token; the token's organizations are ${names.join(", ")}`,
    remedy:
      near === undefined
        ? `name one of those, ${set("ORGANIZATION")}; or use a token of a member of ${organization}`
        : set(near),
  };
}

/**
 * A client that asks once, when the service hides something, whether the organization is there at all: a misspelled one
 * would look like one in which nothing was ever made.
 *
 * @param at the organization, as createPulumiCall takes it.
 * @throws EndingError when it is not.
 */
export function withKnownOrganization(
  http: Http,
  at: Omit<Parameters<typeof createPulumiCall>[0], "http">,
): Http {
  let asked: Promise<Problem | undefined> | undefined;
  return async (request) => {
    const answer = await http(request);
    if (answer.status !== 403 && answer.status !== 404) return answer;
    asked ??= unknownOrganization(createPulumiCall({ ...at, http }));
    const problem = await asked;
    if (problem !== undefined) throw new EndingError(problem);
    return answer;
  };
}
