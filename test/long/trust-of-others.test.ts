import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf, type FoundRule } from "../../src/access/trust-of-others";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { otherOrganization, PULUMI_ORGANIZATION, STACK_FILES } from "../engine/other-organization";

const PACK = join(__dirname, "..", "..", "policies");
const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");
const URL = "https://token.actions.githubusercontent.com";
const ORG = `/api/orgs/${PULUMI_ORGANIZATION}`;

/** As Pulumi's documentation has them for its login action. */
const OPS = {
  decision: "allow",
  tokenType: "team",
  teamName: "ops",
  rules: { aud: `urn:pulumi:org:${PULUMI_ORGANIZATION}`, sub: "repo:corner-shop/infra:*" },
};
const ADMIN = {
  decision: "allow",
  tokenType: "organization",
  authorizedPermissions: ["admin"],
  rules: { aud: `urn:pulumi:org:${PULUMI_ORGANIZATION}`, sub: "repo:corner-shop/landing-zone:*" },
};
const LATER = { ...OPS, teamName: "data" };

describe("an issuer that others have rules at, with the real engine", function () {
  this.timeout(300_000);
  let project: EngineProject;

  const cloud = async (method: string, path: string, body?: object) => {
    const answer = await fetch(project.sandbox.pulumi.url + ORG + path, {
      method,
      headers: { authorization: `token ${project.sandbox.tokens.pulumi}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.json() as Promise<Record<string, unknown>>;
  };
  const issuer = async () => {
    const { oidcIssuers } = (await cloud("GET", "/oidc/issuers")) as {
      oidcIssuers: Record<string, string>[];
    };
    const [only, ...others] = oidcIssuers;
    assert.deepEqual(others, []);
    assert.ok(only);
    return only;
  };
  const policy = async () =>
    (await cloud("GET", `/auth/policies/oidcissuers/${(await issuer()).id}`)) as {
      id: string;
      policies: FoundRule[];
    };
  const rules = async () => (await policy()).policies;
  /** As a person does in the console. */
  const write = async (policies: readonly object[]) => {
    await cloud("PATCH", `/auth/policies/${(await policy()).id}`, { policies });
  };
  const has = async (...wanted: FoundRule[]) => {
    const there = (await rules()).map(digestOf);
    for (const each of wanted) assert.ok(there.includes(digestOf(each)), JSON.stringify(each));
  };
  const ours = async () => (await rules()).filter(({ teamName = "" }) => teamName.startsWith("shop-"));
  const up = (...options: string[]) => project.ok("up", "-s", "live", "--yes", "--skip-preview", ...options);
  const config = (change: Record<string, unknown>) => {
    const { config: keys } = JSON.parse(STACK_FILES["Pulumi.live.yaml"]) as { config: object };
    const changed = Object.entries(change).map(([key, value]) => [`sophia-secrets:${key}`, value]);
    const text = JSON.stringify({ config: { ...keys, ...Object.fromEntries(changed) } });
    writeFileSync(join(project.folder, "Pulumi.live.yaml"), text);
  };

  before(async () => {
    project = await startProject(otherOrganization());
    await cloud("POST", "/oidc/issuers", { name: "github-of-all", url: URL, maxExpiration: 7200 });
    await write([OPS, ADMIN]);
  });
  after(() => project?.close());

  it("is shown by preview: what is imported, what stays, and which rule may reach our values", async () => {
    const { output } = await project.ok("preview", "-s", "live");
    assert.match(output, /issuer github-of-all: exists for https:/);
    assert.match(output, new RegExp(`kept: 1 rule of others: ${digestOf(OPS)} allows team tokens of ops`));
    assert.match(
      output,
      new RegExp(`that may reach this program's values: ${digestOf(ADMIN)} allows organization`),
    );
  });

  it("gets our rules beside theirs in one up, and keeps its name, its thumbprints and its limit", async () => {
    const before = await issuer();
    await up();
    await has(OPS, ADMIN);
    assert.equal((await ours()).length, 2);
    // A job has used it by now: the push of the workflow starts a sync.
    const times = { modified: "", lastUsed: "" };
    assert.deepEqual({ ...(await issuer()), ...times }, { ...before, ...times });
    await project.ok("preview", "-s", "live", "--expect-no-changes");
    await up("--refresh", "--expect-no-changes");
  });

  it("stops no up with the policy pack, which names what others have", async () => {
    const file = join(project.folder, "policies.json");
    // The catalog of this organization has a secret for every repository.
    writeFileSync(
      file,
      JSON.stringify({ "organization-secrets-not-for-all": { allowed: ["SMTP_PASSWORD"] } }),
    );
    const { output } = await up("--policy-pack", PACK, "--policy-pack-config", file);
    assert.match(output, /\[advisory\] +trust-of-others-is-narrow/);
    assert.match(output, new RegExp(`\\(${digestOf(OPS)}, of others\\) does not pin the claim repository`));
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  it("keeps a rule that someone adds later, with and without a refresh", async () => {
    await write([...(await rules()), LATER]);
    await up();
    await has(OPS, ADMIN, LATER);
    const latest = { ...LATER, teamName: "web" };
    await write([...(await rules()), latest]);
    await up("--refresh");
    await has(OPS, ADMIN, LATER, latest);
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
  });

  it("loses a rule of ours that the config no longer declares, and none of theirs", async () => {
    const theirs = (await rules()).length - 2;
    config({ carriers: ["infrastructure", "another-reader"] });
    await up();
    assert.deepEqual([(await ours()).length, (await rules()).length], [4, theirs + 4]);
    config({});
    await up();
    assert.deepEqual([(await ours()).length, (await rules()).length], [2, theirs + 2]);
    await project.ok("preview", "-s", "live", "--expect-no-changes");
    await has(OPS, ADMIN, LATER);
  });

  it("is taken by recover after the state lost it, and the next up keeps all of it", async () => {
    const before = await rules();
    const { stdout } = await project.ok("stack", "export", "-s", "live");
    const [urn = ""] = /urn:[^"]*OidcIssuer::[^"]*/.exec(stdout) ?? [];
    await project.ok("state", "delete", urn, "-s", "live", "--yes", "--target-dependents");
    const recovered = await ending(
      spawn(process.execPath, [COMMAND, "recover", "--stack", "live"], {
        cwd: project.folder,
        env: project.env,
      }),
      project.printed,
    );
    assert.equal(recovered.code, 0, recovered.output);
    await up();
    assert.deepEqual((await rules()).map(digestOf).sort(), before.map(digestOf).sort());
  });

  it("refuses more rules than an issuer takes before it changes anything", async () => {
    const before = await rules();
    const crowd = Array.from({ length: 36 }, (_, index) => ({ ...OPS, teamName: `team-${index}` }));
    await write([...(await ours()), ...crowd, OPS, ADMIN, LATER]);
    await project.requests("github");
    await project.requests("pulumi");
    const { code, output } = await project.pulumi("up", "-s", "live", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /needs 2 rules beside 39 of others, and Pulumi Cloud's issuer takes 40/);
    const written = [...(await project.requests("github")), ...(await project.requests("pulumi"))].filter(
      (each) => !each.startsWith("GET ") && !each.includes("/api/stacks/"),
    );
    assert.deepEqual(written, []);
    await write(before);
  });

  it("refuses the update that the provider would change a rule of others with", async () => {
    const before = await rules();
    const withRole = { ...OPS, roleID: "0123" };
    await write([...before, withRole]);
    // Nothing of ours changes, so nothing is written.
    await up();
    await has(withRole as FoundRule, OPS, ADMIN);
    config({ carriers: ["infrastructure", "another-reader"] });
    const { code, output } = await project.pulumi("up", "-s", "live", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /would be changed by the update: it gives a role/);
    await has(withRole as FoundRule, OPS, ADMIN);
    config({});
    await write(before);
  });

  it("stays for the others when the stack declares no trust any more", async () => {
    config({ syncAuthentication: "token" });
    await up();
    assert.equal((await ours()).length, 0);
    await has(OPS, ADMIN, LATER);
    await project.ok("preview", "-s", "live", "--expect-no-changes");
  });

  it("is not deleted while others have rules there", async () => {
    const { stdout } = await project.ok("stack", "export", "-s", "live");
    const [urn = ""] = /urn:[^"]*OidcIssuer::[^"]*/.exec(stdout) ?? [];
    const options = ["--target", urn, "--target-dependents", "--yes", "--skip-preview", "--run-program"];
    const { code, output } = await project.pulumi("destroy", "-s", "live", ...options);
    assert.notEqual(code, 0);
    // The stack's guard depends on the issuer, so it refuses first; trust-guard.test.ts has the issuer's own refusal.
    assert.match(output, /destroy-refused/);
    await has(OPS, ADMIN, LATER);
  });
});
