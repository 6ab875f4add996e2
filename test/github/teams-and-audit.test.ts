import assert from "node:assert/strict";
import { auditFilter } from "../../sandbox/github/audit-phrase";
import { ORG, putSecret, refusal, type StartedGitHub, startGitHub } from "./started-github";

describe("teams", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  it("are made, found by slug and by id, renamed and deleted", async () => {
    const { rest, request } = github.octokit();
    const { data: team } = await rest.teams.create({ org: ORG, name: "Platform Engineers" });
    assert.equal(team.slug, "platform-engineers");
    const byId = await request(`GET ${new URL(team.url).pathname}`);
    assert.equal(byId.data.id, team.id);
    const renamed = await rest.teams.updateInOrg({ org: ORG, team_slug: team.slug, name: "Platform" });
    assert.equal(renamed.data.slug, "platform");
    assert.deepEqual(
      (await rest.teams.list({ org: ORG })).data.map((each) => each.slug),
      ["platform"],
    );
    await rest.teams.deleteInOrg({ org: ORG, team_slug: "platform" });
    assert.equal((await refusal(rest.teams.getByName({ org: ORG, team_slug: "platform" }))).status, 404);
  });

  it("take members of the organization and nobody else", async () => {
    const { rest } = github.octokit();
    await rest.teams.create({ org: ORG, name: "platform" });
    const team = { org: ORG, team_slug: "platform" };
    const joined = await rest.teams.addOrUpdateMembershipForUserInOrg({ ...team, username: "member" });
    assert.deepEqual([joined.data.role, joined.data.state], ["member", "active"]);
    assert.deepEqual(
      (await rest.teams.listMembersInOrg(team)).data.map((each) => each.login),
      ["member"],
    );
    const outsider = rest.teams.addOrUpdateMembershipForUserInOrg({ ...team, username: "outsider" });
    assert.equal((await refusal(outsider)).status, 404);
    const url = new URL(joined.data.url).pathname;
    assert.equal((await github.octokit().request(`GET ${url}`)).data.role, "member");
    await rest.teams.removeMembershipForUserInOrg({ ...team, username: "member" });
    assert.deepEqual((await rest.teams.listMembersInOrg(team)).data, []);
  });

  it("have names of their own, and are made by owners", async () => {
    await github.octokit().rest.teams.create({ org: ORG, name: "platform" });
    const again = await refusal(github.octokit().rest.teams.create({ org: ORG, name: "Platform" }));
    assert.deepEqual(again.data.errors, [
      {
        resource: "Team",
        field: "name",
        code: "already_exists",
        message: "Name must be unique for this org",
      },
    ]);
    const member = github.octokit("member-token").rest.teams.create({ org: ORG, name: "mine" });
    assert.equal((await refusal(member)).status, 403);
  });
});

describe("the organization's audit log", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());
  const search = async (phrase: string, more = "") => {
    const answer = await github.fetch(`/orgs/${ORG}/audit-log?phrase=${encodeURIComponent(phrase)}${more}`);
    return (await answer.json()) as { action: string; actor: string; org: string; key?: string }[];
  };

  it("tells under GitHub's names who did what to which secret, newest first", async () => {
    await putSecret(github.octokit(), "KEY", "v");
    await putSecret(github.octokit(), "KEY", "v");
    await github.octokit().rest.actions.deleteOrgSecret({ org: ORG, secret_name: "KEY" });
    const all = await search("action:org");
    assert.deepEqual(
      all.map(({ action, actor, org, key }) => [action, actor, org, key]),
      [
        ["org.remove_actions_secret", "owner", ORG, "KEY"],
        ["org.update_actions_secret", "owner", ORG, "KEY"],
        ["org.create_actions_secret", "owner", ORG, "KEY"],
      ],
    );
    assert.equal((await search("action:org.update_actions_secret")).length, 1);
    assert.equal((await search("action:org.update_actions_secret actor:member")).length, 0);
    assert.equal((await search("", "&order=asc"))[0]?.action, "org.create_actions_secret");
  });

  it("has nothing that was refused", async () => {
    await refusal(putSecret(github.octokit("writer-token"), "KEY", "v"));
    assert.deepEqual(await search(""), []);
  });

  it("is for owners of an Enterprise organization", async () => {
    const of = async (org: string, token: string) =>
      (await github.fetch(`/orgs/${org}/audit-log`, { token })).status;
    assert.equal(await of(ORG, "owner-token"), 200);
    assert.equal(await of(ORG, "writer-token"), 403);
    assert.equal(await of("small", "owner-token"), 404);
  });

  it("lets nothing happen that it cannot record", async () => {
    const { append } = github.audit;
    github.audit.append = () => {
      throw new Error("disk full");
    };
    const complain = console.error;
    console.error = () => {};
    try {
      assert.equal((await refusal(putSecret(github.octokit(), "KEY", "v"))).status, 500);
    } finally {
      github.audit.append = append;
      console.error = complain;
    }
    assert.deepEqual((await github.octokit().rest.actions.listOrgSecrets({ org: ORG })).data.secrets, []);
  });
});

describe("audit phrases", () => {
  const record = {
    ...{
      at: "2026-07-15T12:00:00.000Z",
      service: "github" as const,
      actor: "owner",
      outcome: "success" as const,
    },
    ...{ action: "repo.create_actions_secret", target: "ai-cherry/carrier/KEY" },
  };
  for (const [phrase, expected] of [
    ["", true],
    ["action:repo", true],
    ["action:rep", false],
    ["action:org action:repo", true],
    ["-action:repo", false],
    ["repo:ai-cherry/carrier", true],
    ["repo:ai-cherry/car", false],
    ["created:2026-07-15", true],
    ["created:>2026-07-15", false],
    ["created:>=2026-07-15", true],
    ["created:<=2026-07-15", true],
    ["created:<2026-07-15", false],
    ["created:2026-07-01..2026-07-15", true],
    ["created:2026-07-16..2026-07-31", false],
    ["KEY", true],
    ["OTHER", false],
  ] as const) {
    it(`${expected ? "finds" : "does not find"} a record by "${phrase}"`, () => {
      assert.equal(auditFilter(phrase)(record), expected);
    });
  }
});
