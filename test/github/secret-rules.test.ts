import assert from "node:assert/strict";
import fc from "fast-check";
import { secretName } from "../../sandbox/github/secret-rules";
import { ORG, putSecret, refusal, type StartedGitHub, seal, startGitHub } from "./started-github";

describe("secret names", () => {
  it("takes exactly what GitHub's sentence allows, and keeps it in upper case", () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,40}$/).filter((each) => !/^github_/i.test(each));
    fc.assert(fc.property(name, (each) => secretName(each) === each.toUpperCase()));
  });

  it("refuses every name with a character outside of it, and never answers with another error", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (each) => {
        const good = /^[A-Za-z_][A-Za-z0-9_]*$/.test(each) && !/^github_/i.test(each);
        if (good) return;
        assert.throws(() => secretName(each), { name: "GitHubError", status: 422 });
      }),
    );
  });

  for (const name of ["GITHUB_TOKEN", "github_x", "GitHub_x", "1KEY", "A-B", "A B", "É", "A.B"]) {
    it(`refuses ${name} over HTTP with 422 in GitHub's shape`, async () => {
      const github = await startGitHub();
      try {
        const { status, data } = await refusal(putSecret(github.octokit(), name, "v"));
        assert.equal(status, 422);
        assert.match(data.message, /^Secret names (can only|must not)/);
        assert.equal(data.documentation_url, "https://docs.github.com/rest/actions/secrets");
        assert.equal(data.status, "422");
      } finally {
        await github.close();
      }
    });
  }
});

describe("values of secrets", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  const put = async (body: object, name = "KEY") => {
    const path = `/orgs/${ORG}/actions/secrets/${name}`;
    const answer = await github.fetch(path, { method: "PUT", body: JSON.stringify(body) });
    const data = answer.status === 204 ? undefined : ((await answer.json()) as { message: string });
    return { status: answer.status, message: data?.message };
  };
  const key = async () => (await github.octokit().rest.actions.getOrgPublicKey({ org: ORG })).data;

  it("takes 49,152 bytes and refuses 49,153, counting bytes and not letters", async () => {
    assert.equal(await putSecret(github.octokit(), "FULL", Buffer.alloc(49_152, "x")), 201);
    assert.equal((await refusal(putSecret(github.octokit(), "OVER", Buffer.alloc(49_153, "x")))).status, 422);
    assert.equal((await refusal(putSecret(github.octokit(), "OVER", "é".repeat(24_577)))).status, 422);
  });

  it("keeps an empty value", async () => {
    assert.equal(await putSecret(github.octokit(), "EMPTY", ""), 201);
    assert.deepEqual(github.service.hostOf(`${ORG}/site`).organizationSecrets(), { EMPTY: "" });
  });

  it("refuses a box sealed for another key", async () => {
    const { key_id } = await key();
    const encrypted_value = await seal(Buffer.alloc(32, 9).toString("base64"), "v");
    const { status, message } = await put({ visibility: "all", key_id, encrypted_value });
    assert.equal(status, 422);
    assert.equal(message, "Bad request - validation failed due to an improperly encrypted secret");
  });

  it("refuses an unknown key id even with a good box", async () => {
    const encrypted_value = await seal((await key()).key, "v");
    assert.equal((await put({ visibility: "all", key_id: "1", encrypted_value })).status, 422);
  });

  it("refuses plain text and does not repeat it, as GitHub's own error would", async () => {
    const { key_id } = await key();
    const { status, message } = await put({
      visibility: "all",
      key_id,
      encrypted_value: "my-plain-password",
    });
    assert.equal(status, 422);
    assert.match(message ?? "", /does not match/);
    assert.doesNotMatch(message ?? "", /my-plain-password/);
  });

  for (const [missing, sent] of [
    ["visibility", {}],
    ["encrypted_value", { visibility: "all" }],
    ["key_id", { visibility: "all", encrypted_value: "aaaa" }],
  ] as const) {
    it(`says that ${missing} was not supplied`, async () => {
      assert.deepEqual(await put(sent), {
        status: 422,
        message: `Invalid request.\n\n"${missing}" wasn't supplied.`,
      });
    });
  }

  it("names the field of a wrong visibility, and not what was sent", async () => {
    const { status, message } = await put({ visibility: "everyone-i-know" });
    assert.equal(status, 422);
    assert.match(message ?? "", /properties\/visibility/);
    assert.doesNotMatch(message ?? "", /everyone-i-know/);
  });

  it("answers 400 to a body that is not JSON, and to one that is not an object", async () => {
    const path = `/orgs/${ORG}/actions/secrets/KEY`;
    for (const text of ["{", "[]", "7"]) {
      assert.equal((await github.fetch(path, { method: "PUT", body: text })).status, 400, text);
    }
  });

  it("changes nothing when it refuses", async () => {
    await putSecret(github.octokit(), "KEY", "kept");
    await put({ visibility: "private", key_id: "1", encrypted_value: "aaaa" });
    assert.deepEqual(github.service.hostOf(`${ORG}/site`).organizationSecrets(), { KEY: "kept" });
  });
});

describe("numbers of secrets", () => {
  it("refuses the 1,001st secret of an organization, and still updates the 1,000", async () => {
    const github = await startGitHub({ limits: { pointsPerMinute: null } });
    try {
      const octokit = github.octokit();
      const { data } = await octokit.rest.actions.getOrgPublicKey({ org: ORG });
      const encrypted_value = await seal(data.key, "v");
      const put = (name: string) =>
        octokit.rest.actions.createOrUpdateOrgSecret({
          ...{ org: ORG, secret_name: name, visibility: "all" },
          ...{ key_id: data.key_id, encrypted_value },
        });
      for (let i = 0; i < 1000; i += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, j) => put(`KEY_${i + j}`)));
      }
      const { status, data: answer } = await refusal(put("ONE_MORE"));
      assert.equal(status, 422);
      assert.match(answer.message, /1000/);
      assert.equal((await put("KEY_7")).status, 204);
    } finally {
      await github.close();
    }
  });

  it("shows a workflow the first 100 by name of those its repository may read, and no others", async () => {
    const github = await startGitHub({ limits: { pointsPerMinute: null } });
    try {
      const name = (i: number) => `KEY_${String(i).padStart(3, "0")}`;
      await putSecret(github.octokit(), "AAA_NOT_VISIBLE", "v", { visibility: "selected" });
      for (let i = 104; i >= 0; i -= 1) await putSecret(github.octokit(), name(i), "v");
      const seen = Object.keys(github.service.hostOf(`${ORG}/carrier`).organizationSecrets());
      assert.deepEqual(
        seen,
        Array.from({ length: 100 }, (_, i) => name(i)),
      );
    } finally {
      await github.close();
    }
  });
});
