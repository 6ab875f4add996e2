import assert from "node:assert/strict";
import { createGitHubCall } from "../../src/clients/github-call";
import { createGitHubPullRequests, type ProposedFiles } from "../../src/clients/github-pull-requests";
import { createHttp } from "../../src/clients/http";
import { RemedyError } from "../../src/errors";
import { Secret } from "../../src/secret";
import { ORG, type StartedGitHub, startGitHub } from "../github/started-github";

const REPO = `/repos/${ORG}/carrier`;
const OURS = "# ours\n";
const HEAD = "sophia-secrets/shop-main";

/** Two files, of which each begins with the line by which it is known for ours. */
const wanted = (version: string): ProposedFiles => ({
  repository: "carrier",
  branch: "main",
  head: HEAD,
  files: { "scripts/a.txt": `${OURS}a ${version}\n`, ".github/workflows/b.yml": `${OURS}b: ${version}\n` },
  title: "Update files",
  body: "From the catalog",
  message: (path) => `Sync ${path}`,
  isOurs: (_, text) => text.startsWith(OURS),
});

describe("files that people merge", function () {
  this.timeout(30_000);
  let github: StartedGitHub;

  beforeEach(async () => {
    github = await startGitHub();
    await ask("PUT", `${REPO}/branches/main/protection`, {
      required_status_checks: null,
      enforce_admins: true,
      required_pull_request_reviews: { required_approving_review_count: 1 },
      restrictions: null,
    });
  });
  afterEach(() => github.close());

  const pulls = () =>
    createGitHubPullRequests(
      createGitHubCall({
        url: github.url,
        organization: ORG,
        token: new Secret("owner-token"),
        http: createHttp(),
      }),
    );
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the vendor's JSON
  const ask = async (method: string, path: string, body?: unknown, token = "owner-token"): Promise<any> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await github.fetch(path, { method, token, ...sent });
    const text = await answer.text();
    assert.ok(answer.status < 400, `${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const merge = async (number: number, method = "squash") => {
    await ask("POST", `${REPO}/pulls/${number}/reviews`, { event: "APPROVE" }, "writer-token");
    await ask("PUT", `${REPO}/pulls/${number}/merge`, { merge_method: method });
  };
  const textOn = async (path: string, ref: string) =>
    Buffer.from((await ask("GET", `${REPO}/contents/${path}?ref=${ref}`)).content, "base64").toString();
  const edit = async (path: string, branch: string, text: string) => {
    const known = await github.fetch(`${REPO}/contents/${path}?ref=${branch}`);
    const sha = known.ok ? { sha: ((await known.json()) as { sha: string }).sha } : {};
    const content = Buffer.from(text).toString("base64");
    await ask("PUT", `${REPO}/contents/${path}`, { message: "By hand", content, branch, ...sha });
  };
  const numberOf = async (version: string) => {
    const standing = await pulls().propose(wanted(version));
    assert.equal(standing.state, "waiting");
    return "pull" in standing ? standing.pull?.number : undefined;
  };
  const codeOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof RemedyError);
    return error.problem.code;
  };

  it("come by one pull request, which is updated while it is open, and leave the branch alone until it is merged", async () => {
    assert.deepEqual(await pulls().look(wanted("1")), {
      state: "missing",
      pull: undefined,
      obstacle: undefined,
    });
    assert.equal(await numberOf("1"), 1);
    assert.equal((await github.fetch(`${REPO}/contents/scripts/a.txt`)).status, 404);
    assert.equal(await numberOf("2"), 1);
    assert.equal(await textOn("scripts/a.txt", HEAD), "# ours\na 2\n");
    assert.equal((await pulls().open(wanted("2")))?.number, 1);
    await merge(1);
    assert.deepEqual(await pulls().look(wanted("2")), { state: "current" });
    assert.equal(await pulls().open(wanted("2")), undefined);
  });

  it("change nothing when they are proposed again", async () => {
    await numberOf("1");
    const { object } = await ask("GET", `${REPO}/git/ref/heads/${HEAD}`);
    await numberOf("1");
    assert.deepEqual((await ask("GET", `${REPO}/git/ref/heads/${HEAD}`)).object, object);
    assert.equal((await ask("GET", `${REPO}/pulls?state=all`)).length, 1);
  });

  for (const method of ["merge", "squash"])
    it(`come by another branch after a ${method} that left the first one`, async () => {
      await numberOf("1");
      await merge(1, method);
      assert.equal(await numberOf("2"), 2);
      const open = await pulls().open(wanted("2"));
      assert.equal(open?.head, `${HEAD}-2`);
      await merge(2);
      assert.deepEqual(await pulls().look(wanted("2")), { state: "current" });
    });

  it("come by the same branch again after people deleted it", async () => {
    await numberOf("1");
    await merge(1);
    await ask("DELETE", `${REPO}/git/refs/heads/${HEAD}`);
    assert.equal(await numberOf("2"), 2);
    assert.equal((await pulls().open(wanted("2")))?.head, HEAD);
  });

  it("go on with a branch that an interrupted run left without a pull request", async () => {
    const { object } = await ask("GET", `${REPO}/git/ref/heads/main`);
    await ask("POST", `${REPO}/git/refs`, { ref: `refs/heads/${HEAD}`, sha: object.sha });
    assert.equal(await numberOf("1"), 1);
    assert.equal((await pulls().open(wanted("1")))?.head, HEAD);
  });

  it("stay declined where people closed the pull request, until its branch is gone or the texts change", async () => {
    await numberOf("1");
    await ask("PATCH", `${REPO}/pulls/1`, { state: "closed" });
    assert.equal((await pulls().propose(wanted("1"))).state, "declined");
    assert.equal((await ask("GET", `${REPO}/pulls?state=all`)).length, 1);
    assert.equal(await numberOf("2"), 2);
    await ask("PATCH", `${REPO}/pulls/2`, { state: "closed" });
    await ask("DELETE", `${REPO}/git/refs/heads/${HEAD}-2`);
    assert.equal(await numberOf("2"), 3);
  });

  it("are not written over what people changed on the branch", async () => {
    await numberOf("1");
    await edit("scripts/a.txt", HEAD, "# ours\na, better\n");
    assert.equal(await codeOf(pulls().propose(wanted("2"))), "pull-request-edited");
    assert.equal(await textOn("scripts/a.txt", HEAD), "# ours\na, better\n");
    assert.equal(await textOn(".github/workflows/b.yml", HEAD), "# ours\nb: 1\n");
    // Files of their own are theirs, and disturb nothing.
    await edit("scripts/a.txt", HEAD, "# ours\na 1\n");
    assert.equal(await codeOf(pulls().propose(wanted("2"))), "pull-request-edited");
  });

  it("never take the place of a file that people put there", async () => {
    await ask("DELETE", `${REPO}/branches/main/protection`);
    await edit("scripts/a.txt", "main", "theirs\n");
    const standing = await pulls().look(wanted("1"));
    assert.equal(standing.state === "missing" && standing.obstacle?.code, "file-of-people");
    assert.equal(await codeOf(pulls().propose(wanted("1"))), "file-of-people");
    assert.deepEqual(await ask("GET", `${REPO}/pulls?state=all`), []);
  });

  it("are told to conflict where people changed the same file on the branch", async () => {
    await numberOf("1");
    await ask("DELETE", `${REPO}/branches/main/protection`);
    await edit("scripts/a.txt", "main", "# ours\nchanged by hand\n");
    assert.equal((await pulls().look(wanted("1"))).state, "conflicts");
  });

  it("quote GitHub where it refuses the branch", async () => {
    await ask("POST", `/orgs/${ORG}/rulesets`, {
      name: "nobody",
      target: "branch",
      enforcement: "active",
      conditions: { ref_name: { include: ["~ALL"], exclude: [] } },
      rules: [{ type: "update" }],
    });
    const error = await pulls()
      .propose(wanted("1"))
      .catch((thrown: unknown) => thrown);
    assert.match(String(error), /Repository rule violations found Cannot update this protected ref/);
  });
});
