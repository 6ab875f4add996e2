import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGitHubAudit } from "../../src/clients/github-audit";
import { createGitHubCall } from "../../src/clients/github-call";
import { createGitHubComments, createGitHubIssues } from "../../src/clients/github-issues";
import { createGitHub } from "../../src/clients/github-secrets";
import { createHttp } from "../../src/clients/http";
import { createPulumiCall } from "../../src/clients/pulumi-call";
import { createPulumiOrganization } from "../../src/clients/pulumi-organization";
import { Secret } from "../../src/secret";

const PAGE = Array.from({ length: 100 }, (_, index) => ({
  name: `NAME_${index}`,
  created_at: "2026-08-01T00:00:00Z",
  updated_at: "2026-08-01T00:00:00Z",
}));

/** Asks a service that gives the same answer to everything but whose token it is. @returns how many requests it took to give up. */
async function asking(answer: object, ask: (url: string) => Promise<unknown>): Promise<number> {
  let requests = 0;
  const server = createServer(({ url = "" }, response) => {
    if (url.endsWith("/graphql")) {
      response.end(JSON.stringify({ data: { viewer: { login: "ada" } } }));
      return;
    }
    requests += 1;
    // Enough to tell an endless list, and an end for a test that fails.
    if (requests > 20) response.statusCode = 418;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await assert.rejects(
      ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      /the (service's )?answer repeats itself\. Remedy: check that the address is/,
    );
    return requests;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("a list that repeats itself ends with an error", () => {
  const token = new Secret("t");
  const http = createHttp({ waitMs: 1, tries: 1 });
  const gitHub = (url: string) => ({ url, organization: "acme", token, http });

  it("of Pulumi Cloud's members", async () => {
    const answer = { members: [{ user: { githubLogin: "ada" } }], continuationToken: "same" };
    const requests = await asking(answer, (url) =>
      createPulumiOrganization(createPulumiCall({ url, organization: "acme", token, http })).members(),
    );
    assert.equal(requests, 2);
  });

  it("of GitHub's secrets, runs, issues and comments", async () => {
    const lists: [object, (url: string) => Promise<unknown>][] = [
      [{ secrets: PAGE }, (url) => createGitHub(gitHub(url)).listSecrets()],
      [
        { workflow_runs: PAGE },
        (url) => createGitHubAudit(createGitHubCall(gitHub(url))).runs("carrier", "sync.yml", new Date(0)),
      ],
      [PAGE, (url) => createGitHubIssues(createGitHubCall(gitHub(url)), "carrier").ownOpen()],
      [PAGE, (url) => createGitHubComments(createGitHubCall(gitHub(url)), "acme/infra").replace(1, "m", "b")],
    ];
    for (const [answer, ask] of lists) assert.equal(await asking(answer, ask), 2);
  });
});
