import assert from "node:assert/strict";
import { openAdoptDoor } from "../../src/cli/adopt-door";
import { createHttp } from "../../src/clients/http";
import { ORG, putSecret, type StartedGitHub, startGitHub } from "../github/started-github";

describe("the door for adopting", () => {
  let github: StartedGitHub;
  let door: Awaited<ReturnType<typeof openAdoptDoor>>;
  let adopted: string[];

  beforeEach(async () => {
    adopted = [];
    github = await startGitHub();
    for (const name of ["FIRST", "SECOND", "THIRD"]) await putSecret(github.octokit(), name, "canary");
    await github.fetch("/_sandbox/requests", { method: "DELETE" });
    door = await openAdoptDoor({
      upstream: github.url,
      names: new Set(["SECOND"]),
      http: createHttp({ waitMs: 1, tries: 2 }),
      onAdopted: (name) => adopted.push(name),
    });
  });
  afterEach(async () => {
    await door.close();
    await github.close();
  });

  const SECRETS = `/api/v3/orgs/${ORG}/actions/secrets`;
  const ask = (path: string, method = "GET", token = "owner-token") =>
    fetch(door.url + path, { method, headers: { authorization: `Bearer ${token}` } });
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
    assert.ok(next.startsWith(`${door.url}/api/v3/orgs/`), next);
    const second = (await (await ask(next.slice(door.url.length))).json()) as { secrets: unknown[] };
    assert.deepEqual(second.secrets, []);
  });

  it("answers the creation of a name to adopt, and of its list, and carries out neither", async () => {
    assert.equal((await ask(`${SECRETS}/SECOND`, "PUT")).status, 204);
    assert.equal((await ask(`${SECRETS}/SECOND/repositories`, "PUT")).status, 204);
    assert.deepEqual(adopted, ["SECOND"]);
    assert.deepEqual(door.refused(), []);
    assert.deepEqual(await writes(), []);
  });

  it("refuses and names every other write", async () => {
    for (const [method, path] of [
      ["PUT", `${SECRETS}/FIRST`],
      ["DELETE", `${SECRETS}/SECOND`],
      ["DELETE", `${SECRETS}/SECOND/repositories/1`],
      ["PUT", `/api/v3/repos/${ORG}/carrier/contents/x`],
      ["POST", "/api/v3/graphql"],
    ] as const) {
      assert.equal((await ask(path, method)).status, 403, path);
      assert.ok(door.refused().includes(`${method} ${path}`));
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
