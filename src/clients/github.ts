import { RemedyError } from "../errors";
import type { Http, HttpAnswer } from "./http";

/** An organization secret as GitHub lists it: everything but its value. */
export interface OrganizationSecret {
  name: string;
  visibility: "all" | "private" | "selected";
  /** RFC 3339, UTC. Moves also when only the repositories change. */
  updatedAt: string;
}

/** The part of GitHub's API that commands use, for one organization. */
export interface GitHub {
  /** Address of the API, with no slash at the end. */
  url: string;
  listOrganizationSecrets(): Promise<OrganizationSecret[]>;
}

/** GitHub's largest page. */
const PAGE = 100;

/**
 * A client of GitHub for one organization.
 *
 * @param authorization the whole header, made where the token is unwrapped.
 * @throws RemedyError from every method, naming what was asked, the cause and the remedy.
 */
export function createGitHub(options: {
  url: string;
  organization: string;
  authorization: string;
  http: Http;
}): GitHub {
  const { url, organization, authorization, http } = options;
  const headers = {
    authorization,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
    "user-agent": "sophia-secrets",
  };
  const get = async (path: string): Promise<unknown> => {
    const answer = await http({ method: "GET", url: `${restOf(url)}${path}`, headers });
    if (answer.status === 200) return JSON.parse(answer.text) as unknown;
    throw refusal(`organization ${organization}`, answer);
  };
  return {
    url,
    listOrganizationSecrets: async () => {
      const found: OrganizationSecret[] = [];
      for (let page = 1; ; page += 1) {
        const list = (await get(`/orgs/${organization}/actions/secrets?per_page=${PAGE}&page=${page}`)) as {
          secrets: { name: string; visibility: OrganizationSecret["visibility"]; updated_at: string }[];
        };
        found.push(
          ...list.secrets.map((each) => ({
            name: each.name,
            visibility: each.visibility,
            updatedAt: each.updated_at,
          })),
        );
        if (list.secrets.length < PAGE) return found;
      }
    },
  };
}

/** A server's API lies under /api/v3; github.com's has a host of its own. */
function restOf(url: string): string {
  return new URL(url).hostname === "api.github.com" ? url : `${url}/api/v3`;
}

function refusal(thing: string, answer: HttpAnswer): RemedyError {
  if (answer.status === 401)
    return new RemedyError("GITHUB_TOKEN", "GitHub does not know it, or it has expired", "set a valid one");
  const rights =
    "give the token the scope admin:org (classic) or the organization permission Secrets (fine-grained)";
  if (answer.status === 403) return new RemedyError(thing, "the token may not read its secrets", rights);
  if (answer.status === 404)
    return new RemedyError(thing, "GitHub does not show it to this token", `check its name; ${rights}`);
  return new RemedyError(thing, `GitHub answered ${answer.status}`, "run again later");
}
