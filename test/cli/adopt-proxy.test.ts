import assert from "node:assert/strict";
import { createHttp } from "../../src/clients/http";
import { openAdoptProxy } from "../../src/operations/adoption/adopt-proxy";
import { ORG, putSecret, type StartedGitHub, seal, startGitHub } from "../github/started-github";

describe("the proxy for adopting", () => {
  let github: StartedGitHub;
  let proxy: Awaited<ReturnType<typeof openAdoptProxy>>;
  let adopted: string[];
  let repositoryId: number;

  beforeEach(async () => {
    adopted = [];
    github = await startGitHub();
    for (const name of ["FIRST", "SECOND", "THIRD"]) await putSecret(github.octokit(), name, "canary");
    repositoryId = await environmentOf(github);
    await github.fetch("/_sandbox/requests", { method: "DELETE" });
    proxy = await openAdoptProxy({
      upstream: github.url,
      adoptable: {
        names: new Set(["SECOND"]),
        environmentSecrets: new Map([[`${repositoryId}/blue green`, new Set(["OF_ENVIRONMENT"])]]),
        environments: new Set(["carrier/blue green"]),
        branchRules: new Set(["carrier/blue green"]),
      },
      http: createHttp({ waitMs: 1, tries: 2 }),
      onAdopted: (name) => adopted.push(name),
    });
  });
  afterEach(async () => {
    await proxy.close();
    await github.close();
  });

  const SECRETS = `/api/v3/orgs/${ORG}/actions/secrets`;
  const ask = (path: string, method = "GET", token = "owner-token", body?: string) =>
    fetch(proxy.url + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });
  const writes = async () =>
    ((await (await github.fetch("/_sandbox/requests")).json()) as string[]).filter(
      (each) => !each.startsWith("GET "),
    );

  it("shows what GitHub has, but for the names to adopt in the list", async () => {
    const list = (await (await ask(SECRETS)).json()) as { secrets: { name: string }[] };
    assert.deepEqual(
      list.secrets.map(({ name }) => name),
      ["FIRST", "THIRD"],
    );
    const one = (await (await ask(`${SECRETS}/SECOND`)).json()) as { name: string };
    assert.equal(one.name, "SECOND");
  });

  it("leads from page to page through itself", async () => {
    const page = await ask(`${SECRETS}?per_page=1`);
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    assert.ok(next.startsWith(`${proxy.url}/api/v3/orgs/`), next);
    const second = (await (await ask(next.slice(proxy.url.length))).json()) as { secrets: unknown[] };
    assert.deepEqual(second.secrets, []);
  });

  it("answers the creation of a name to adopt, and of its list, and carries out neither", async () => {
    assert.equal((await ask(`${SECRETS}/SECOND`, "PUT")).status, 204);
    assert.equal((await ask(`${SECRETS}/SECOND/repositories`, "PUT")).status, 204);
    assert.deepEqual(adopted, ["SECOND"]);
    assert.deepEqual(proxy.refused(), []);
    assert.deepEqual(await writes(), []);
  });

  const PLACE = `/api/v3/repos/${ORG}/carrier/environments/blue%20green`;
  const RULES = `${PLACE}/deployment-branch-policies`;

  it("does the same for secrets of an environment", async () => {
    const secrets = `/api/v3/repositories/${repositoryId}/environments/blue%20green/secrets`;
    const list = (await (await ask(secrets)).json()) as { secrets: { name: string }[] };
    assert.deepEqual(
      list.secrets.map(({ name }) => name),
      ["ANOTHER"],
    );
    assert.equal((await ask(`${secrets}/OF_ENVIRONMENT`, "PUT")).status, 204);
    assert.deepEqual(adopted, [`${repositoryId}/blue green/OF_ENVIRONMENT`]);
    assert.equal((await ask(`${secrets}/ANOTHER`, "PUT")).status, 403);
    assert.deepEqual(await writes(), []);
  });

  it("answers the creation of an environment and its rule with those that are there", async () => {
    const environment = (await (await ask(PLACE, "PUT", "owner-token", "{}")).json()) as { name: string };
    assert.equal(environment.name, "blue green");
    const rule = await ask(RULES, "POST", "owner-token", JSON.stringify({ name: "main", type: "branch" }));
    assert.equal(rule.status, 200);
    assert.equal(typeof ((await rule.json()) as { id: unknown }).id, "number");
    const other = await ask(RULES, "POST", "owner-token", JSON.stringify({ name: "release" }));
    assert.equal(other.status, 404);
    assert.deepEqual(await writes(), []);
    assert.deepEqual(proxy.refused(), []);
  });

  it("hands on the id without which the provider takes an answer for none", async () => {
    const answer = await ask(`/api/v3/repos/${ORG}/carrier/actions/organization-secrets`);
    assert.match(answer.headers.get("x-github-request-id") ?? "", /^[0-9A-F]+$/);
  });

  it("refuses and names every other write", async () => {
    for (const [method, path] of [
      ["PUT", `${SECRETS}/FIRST`],
      ["DELETE", `${SECRETS}/SECOND`],
      ["DELETE", `${SECRETS}/SECOND/repositories/1`],
      ["PUT", `/api/v3/repos/${ORG}/carrier/contents/x`],
      ["PUT", `/api/v3/repos/${ORG}/carrier/environments/another`],
      ["POST", `/api/v3/repos/${ORG}/carrier/environments/another/deployment-branch-policies`],
      ["DELETE", PLACE],
      ["POST", "/api/v3/graphql"],
    ] as const) {
      assert.equal((await ask(path, method)).status, 403, path);
      assert.ok(proxy.refused().includes(`${method} ${path}`));
    }
    assert.deepEqual(await writes(), []);
    assert.deepEqual(adopted, []);
  });

  it("passes on what GitHub answers to a wrong token, and says 502 when GitHub is gone", async () => {
    assert.equal((await ask(SECRETS, "GET", "nobody")).status, 401);
    await github.close();
    assert.equal((await ask(SECRETS)).status, 502);
    github = await startGitHub();
  });
});

/** An environment with two secrets and a rule. @returns the repository's id. */
async function environmentOf(github: StartedGitHub): Promise<number> {
  const { actions, repos } = github.octokit().rest;
  const place = { owner: ORG, repo: "carrier", environment_name: "blue green" };
  const policy = { protected_branches: false, custom_branch_policies: true };
  await repos.createOrUpdateEnvironment({ ...place, deployment_branch_policy: policy });
  await repos.createDeploymentBranchPolicy({ ...place, name: "main" });
  const { key, key_id } = (await actions.getEnvironmentPublicKey(place)).data;
  for (const secret_name of ["OF_ENVIRONMENT", "ANOTHER"]) {
    const encrypted_value = await seal(key, "canary");
    await actions.createOrUpdateEnvironmentSecret({ ...place, secret_name, key_id, encrypted_value });
  }
  return (await repos.get({ owner: ORG, repo: "carrier" })).data.id;
}
