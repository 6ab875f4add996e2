import { levelOf } from "./access";
import type { CloudContext } from "./cloud";
import { userInfo } from "./environment-event";
import { wholeNumber } from "./request-body";
import { badRequest } from "./service-error";
import type { Environment, Organization } from "./state";

/** Environments a page holds at most, and by default. */
const PAGE = 500;

/**
 * One page of the environments of some organizations that the caller may read, sorted by path.
 * The continuation token is the last path of the page before.
 */
export function listEnvironments(c: CloudContext, organizations: Organization[]) {
  const after = decode(c.req.query("continuationToken"));
  const count = Math.max(1, Math.min(wholeNumber(c, "maxResults") ?? PAGE, PAGE));
  const seen = organizations.flatMap((organization) =>
    Object.values(organization.environments)
      .filter((e) => levelOf(organization, c.var.principal, e.project, e.name) !== "none")
      .map((environment) => ({
        key: `${organization.name}/${environment.project}/${environment.name}`,
        organization,
        environment,
      })),
  );
  const rest = seen.sort((a, b) => (a.key < b.key ? -1 : 1)).filter(({ key }) => key > after);
  const page = rest.slice(0, count);
  const last = page.at(-1)?.key;
  return {
    environments: page.map(({ organization, environment }) => describe(organization, environment)),
    nextToken: rest.length > page.length && last !== undefined ? Buffer.from(last).toString("base64url") : "",
  };
}

function decode(token: string | undefined): string {
  if (token === undefined || token === "") return "";
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text.split("/").length !== 3) throw badRequest("Invalid continuation token");
  return text;
}

function describe(organization: Organization, environment: Environment) {
  return {
    id: environment.id,
    organization: organization.name,
    project: environment.project,
    name: environment.name,
    created: environment.created,
    modified: environment.modified,
    ownedBy: userInfo(environment.owner),
    settings: { deletionProtected: environment.deletionProtected },
    tags: Object.fromEntries(Object.entries(environment.tags).map(([name, { value }]) => [name, value])),
    referrerMetadata: { environmentReferrerCount: 0, insightsAccountReferrerCount: 0, stackReferrerCount: 0 },
  };
}
