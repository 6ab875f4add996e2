import { deepEqual, equal, match } from "node:assert/strict";
import { createGitHubCall } from "../../src/clients/github-call";
import { organizationWorkflows } from "../../src/clients/github-organization";
import type { Http } from "../../src/clients/http";
import { Secret } from "../../src/secret";

const ALL = 3_000;

/** A GraphQL server of many repositories; `answers` replaces the answer of a request, by its number from 1. */
function serverOf(answers: Record<number, object> = {}) {
  const asked: string[] = [];
  const http: Http = async ({ body = "" }) => {
    const { query } = JSON.parse(body) as { query: string };
    asked.push(query);
    const first = Number(/first: (\d+)/.exec(query)?.[1]);
    const start = Number(/after: "(\d+)"/.exec(query)?.[1] ?? -1) + 1;
    const node = (index: number) => ({
      name: `repository-${index}`,
      isArchived: false,
      object: index % 3 > 0 ? null : { entries: [{ name: "ci.yml", object: { text: "a: secrets.A" } }] },
    });
    const nodes = Array.from({ length: Math.min(first, ALL - start) }, (_, index) =>
      // One that goes while the page is made.
      start + index === 100 ? null : node(start + index),
    );
    const end = start + nodes.length - 1;
    const pageInfo = { hasNextPage: end < ALL - 1, endCursor: String(end) };
    const data = { organization: { repositories: { totalCount: ALL, pageInfo, nodes } } };
    return { status: 200, headers: {}, text: JSON.stringify(answers[asked.length] ?? { data }) };
  };
  const token = new Secret("token");
  return {
    asked,
    call: createGitHubCall({ url: "https://api.github.com", organization: "acme", token, http }),
  };
}

describe("the workflows of an organization of 3,000 repositories", () => {
  it("are read by 120 requests, without the repository that goes meanwhile", async () => {
    const { asked, call } = serverOf();
    const told: string[] = [];
    const found = await organizationWorkflows(call, (read, total) => told.push(`${read} of ${total}`));
    deepEqual([asked.length, found.total, found.repositories.length], [120, ALL, ALL - 1]);
    equal(told.at(-1), "2999 of 3000");
    equal(found.repositories.filter(({ workflows }) => workflows.length === 1).length, 1_000);
    equal(found.stopped, undefined);
  });

  it("are given as far as they were read when the rate limit is used up", async () => {
    const { call } = serverOf({ 41: { data: null, errors: [{ type: "RATE_LIMITED" }] } });
    const { repositories, total, stopped } = await organizationWorkflows(call, () => {});
    deepEqual([repositories.length, total, stopped?.code], [999, ALL, "github-rate-limited"]);
  });

  it("end where a server repeats a page", async () => {
    const page = { hasNextPage: true, endCursor: "24" };
    const data = { organization: { repositories: { totalCount: ALL, pageInfo: page, nodes: [] } } };
    const { asked, call } = serverOf({ 2: { data } });
    await organizationWorkflows(call, () => {});
    equal(asked.length, 2);
  });

  it("are refused whole where the first answer is none of GitHub's", async () => {
    const { call } = serverOf({ 1: { hello: "proxy" } });
    const error = await organizationWorkflows(call, () => {}).catch((error: unknown) => error);
    match(String(error), /the answer has no repositories/);
  });
});
