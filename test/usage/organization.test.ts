import { deepEqual, equal, match, ok } from "node:assert/strict";
import { resolveCatalog } from "../../src/catalog/entry";
import type { Http } from "../../src/clients/http";
import { findUnusedInOrganization, type ReadRepository } from "../../src/operations/usage/find-unused";
import type { RepositoryNames } from "../../src/operations/usage/look-into-repository";
import { readWorkflow } from "../../src/operations/usage/read-workflow";
import { commandContext } from "../cli/command-context";

const ALL = 3_000;
const CATALOG = resolveCatalog({
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "A_KEY", group: "keys" },
    { name: "B_KEY", group: "keys" },
  ],
});
const WORKFLOW = `on: push
jobs:
  a:
    runs-on: x
    environment: production
    steps:
      - run: deploy
        env:
          KEY: \${{ secrets.A_KEY }}
`;

/** GitHub with 3,000 repositories; the answer to the page of this number says that the limit is used up. */
function organization(limitedAt?: number) {
  const asked: string[] = [];
  const http: Http = async ({ url, body = "" }) => {
    asked.push(new URL(url).pathname);
    const answer = (data: object) => ({ status: 200, headers: {}, text: JSON.stringify(data) });
    if (url.includes("/repository-20/")) return { status: 404, headers: {}, text: '{"message":"Not Found"}' };
    if (url.includes("/repository-10/actions/secrets"))
      return answer({ total_count: 1, secrets: [{ name: "A_KEY" }] });
    if (url.includes("/repository-30/environments/production/secrets"))
      return answer({ total_count: 1, secrets: [{ name: "A_KEY" }] });
    if (url.includes("/secrets")) return answer({ total_count: 0, secrets: [] });
    if (asked.length === limitedAt) return answer({ data: null, errors: [{ type: "RATE_LIMITED" }] });
    const { query } = JSON.parse(body) as { query: string };
    const start = Number(/after: "(\d+)"/.exec(query)?.[1] ?? -1) + 1;
    const count = Math.min(Number(/first: (\d+)/.exec(query)?.[1]), ALL - start);
    const nodes = Array.from({ length: count }, (_, index) => ({
      name: `repository-${start + index}`,
      isArchived: false,
      object: null,
    }));
    const end = start + count - 1;
    const pageInfo = { hasNextPage: end < ALL - 1, endCursor: String(end) };
    return answer({ data: { organization: { repositories: { totalCount: ALL, pageInfo, nodes } } } });
  };
  return { asked, http };
}

/** Every tenth of the first hundred has a workflow that takes A_KEY; one goes before git comes to it. */
const read: ReadRepository = async (_, repository) => {
  const number = Number(repository.split("-")[1]);
  if (number === 2_500) return { missed: "git may not read it, or it is gone" };
  const path = ".github/workflows/a.yml";
  const none = new Map<string, never[]>();
  const workflows = number < 100 && number % 10 === 0 ? [{ ...readWorkflow(path, WORKFLOW, []), path }] : [];
  const found: RepositoryNames = {
    ...{ repository, workflows, reads: none, mentions: none },
    ...{ computed: [], everything: [], asks: [], byWords: [] },
  };
  return { found };
};

async function search(limitedAt?: number) {
  const { asked, http } = organization(limitedAt);
  const told: string[] = [];
  const context = commandContext({ github: { url: "https://github.example" } }, { catalog: CATALOG, http });
  const found = await findUnusedInOrganization(context, (line) => told.push(line), read);
  return { asked, told, found };
}

describe("unused in an organization of 3,000 repositories", () => {
  it("takes 120 requests for the list, and two for each repository whose workflows take a secret", async () => {
    const { asked, found } = await search();
    equal(asked.filter((path) => path.endsWith("/graphql")).length, ALL / 25);
    equal(asked.length, ALL / 25 + 2 * 10);
    equal(found.searched.length, ALL - 1);
    deepEqual(
      found.secrets.filter(({ tombstone }) => tombstone).map(({ name }) => name),
      ["B_KEY"],
    );
  });

  it("names a repository that goes before git comes to it, and one that goes before its own secrets are asked for", async () => {
    const { found } = await search();
    ok(found.notSearched.includes("repository-2500 (git may not read it, or it is gone)"));
    equal(found.unseen.length, 1);
    for (const line of found.unseen) match(line, /repository-20\b/);
  });

  it("tells what hides the organization's secret: a repository's own, and one of an environment", async () => {
    const { found } = await search();
    deepEqual(
      found.shadowed.map(({ repository, by, environment }) => [repository, by, environment]),
      [
        ["repository-10", "repository secret", undefined],
        ["repository-30", "environment secret", "production"],
      ],
    );
  });

  it("says how far it is, and how many were not listed where the rate limit is used up", async () => {
    const { found, told } = await search(41);
    equal(found.searched.length, 1_000);
    match(
      found.notSearched.join("\n"),
      /^2000 that GitHub did not list \(GitHub's rate limit for GraphQL is used up\)$/m,
    );
    ok(told.includes("Listing repositories: 1000 of 3000"));
    ok(told.includes("Searching repositories: 1000 of 3000"));
  });
});
