import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tokenMadeFrom } from "../../sandbox/sandbox-tokens";
import type { Level } from "../../src/catalog/access-policy";
import { type EngineProject, startProject } from "../engine/engine-project";
import { CATALOG_FILES, otherOrganization, PULUMI_ORGANIZATION } from "../engine/other-organization";

/** Policies for three people: one of all groups, one of some, and none; and a team made elsewhere. */
function policies(level: Level): string {
  const policy = (name: string, groups: string, type: string, who: string) =>
    `{ name: "${name}", why: "They need it", groups: ${groups}, environments: ["test"], identities: [{ type: "${type}", name: "${who}" }], level: "${level}" }`;
  return `import type { AccessPolicy } from "./access";
export const ACCESS_POLICIES: readonly AccessPolicy[] = [
  ${policy("readers", '"all"', "user", "reader")},
  ${policy("payers", '["payments"]', "user", "payer")},
  ${policy("helpers", '"all"', "team", "helpers")},
];\n`;
}

const CATALOG = CATALOG_FILES["secrets/catalog.ts"]
  .replace(
    "import { defineCatalog }",
    'import { ACCESS_POLICIES } from "./access-policies";\nimport { defineCatalog }',
  )
  .replace("  groups: GROUPS,", "  groups: GROUPS,\n  accessPolicies: ACCESS_POLICIES as never,");
/** The policies open test alone, and live has the same values. */
const GROUPS = CATALOG_FILES["secrets/groups.ts"].replaceAll(
  /rotationDays: \d+/g,
  '$&, sharedBecause: "A test"',
);
const PEOPLE = ["reader", "payer", "outsider"] as const;

describe("access of three identities, through the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;

  before(async () => {
    const options = otherOrganization({
      "secrets/catalog.ts": CATALOG,
      "secrets/groups.ts": GROUPS,
      "secrets/access-policies.ts": policies("open"),
    });
    const { pulumi } = options.seed;
    for (const organization of pulumi.organizations)
      organization.members.push(...PEOPLE.map((login) => ({ login, role: "member" as const })));
    pulumi.tokens.push(...PEOPLE.map((login) => ({ login })));
    project = await startProject(options);
    await ask(
      "owner",
      "POST",
      `/api/orgs/${PULUMI_ORGANIZATION}/teams/pulumi`,
      JSON.stringify({ name: "helpers" }),
    );
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    for (const group of ["payments", "platform"])
      await ask(
        "owner",
        "PATCH",
        env(`shop-test-${group}`),
        `values:\n  ${group}:\n    fn::secret: of-${group}\n`,
      );
  });
  after(async () => {
    await project?.close();
  });

  const env = (name: string, rest = "") =>
    `/api/esc/environments/${PULUMI_ORGANIZATION}/vault/${name}${rest}`;
  const ask = async (login: string, method: string, path: string, body?: string) => {
    const { pulumi } = project.sandbox.tokens;
    const token = login === "owner" ? pulumi : tokenMadeFrom(pulumi, login);
    const headers = { authorization: `token ${token}` };
    const response = await fetch(`${project.sandbox.pulumi.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, text: await response.text() };
  };
  /** Names of the groups whose values somebody sees by opening an environment, or the status of the refusal. */
  const opened = async (login: string, name: string): Promise<string[] | number> => {
    const session = await ask(login, "POST", env(name, "/open"));
    if (session.status !== 200) return session.status;
    const { id } = JSON.parse(session.text) as { id: string };
    const { text } = await ask(login, "GET", env(name, `/open/${id}`));
    return ["payments", "platform"].filter((group) => text.includes(`of-${group}`));
  };

  it("lets a reader of all groups open the whole composite", async () => {
    assert.deepEqual(await opened("reader", "shop-test"), ["payments", "platform"]);
    assert.equal(await opened("reader", "shop-test-for-payers"), 404);
  });

  it("lets a reader of one group open the composite of it, and neither the whole one nor foreign values", async () => {
    assert.deepEqual(await opened("payer", "shop-test-for-payers"), ["payments"]);
    assert.deepEqual(await opened("payer", "shop-test-payments"), ["payments"]);
    assert.equal(await opened("payer", "shop-test"), 404);
    assert.equal(await opened("payer", "shop-test-platform"), 404);
  });

  it("lets an outsider see nothing", async () => {
    for (const name of [
      "shop-test",
      "shop-test-for-payers",
      "shop-test-payments",
      "shop-test-platform",
      "shop-test-ledger",
    ]) {
      assert.equal(await opened("outsider", name), 404, name);
      assert.equal((await ask("outsider", "GET", env(name))).status, 404, name);
    }
  });

  it("widens without a moment in which a named person has less, and says in preview where a team made elsewhere has", async () => {
    writeFileSync(join(project.folder, "secrets", "access-policies.ts"), policies("write"));
    let running = true;
    const refused: string[] = [];
    const watch = async (login: string, name: string) => {
      while (running) {
        const seen = await opened(login, name);
        if (typeof seen === "number") refused.push(`${login} ${name} ${seen}`);
        await new Promise((done) => setTimeout(done, 20));
      }
    };
    const watched = [watch("reader", "shop-test"), watch("payer", "shop-test-for-payers")];
    await project.requests("pulumi");
    const { output } = await project.ok("up", "-s", "test", "--yes");
    running = false;
    await Promise.all(watched);
    assert.deepEqual(refused, []);

    assert.doesNotMatch(output, /\[default-permission-open\]/, "the organization's default is none");
    // Shown when it is said and again at the end.
    const warned = new Set(output.match(/\[permission-replaced\] team \S+ on \S+: \w+ -> \w+/g));
    assert.deepEqual(
      [...warned].sort(),
      ["payments", "platform"].map(
        (group) => `[permission-replaced] team helpers on vault/shop-test-${group}: open -> write`,
      ),
    );

    const writes = (await project.requests("pulumi")).filter((each) =>
      /^(PATCH|DELETE) .*\/teams\//.test(each),
    );
    for (const policy of ["readers", "payers"]) {
      const last = writes.lastIndexOf(
        `PATCH /api/orgs/${PULUMI_ORGANIZATION}/teams/shop-test-${policy}-write`,
      );
      const first = writes.findIndex((each) => each.endsWith(`/teams/shop-test-${policy}-open`));
      assert.ok(last !== -1 && first > last, `${policy}: ${writes.join("\n")}`);
    }
    const written = await ask("payer", "PATCH", env("shop-test-payments"), "values:\n  payments: mine\n");
    assert.equal(written.status, 200, written.text);
    assert.equal((await ask("payer", "PATCH", env("shop-test-for-payers"), "values: {}\n")).status, 403);
  });

  it("warns in preview of a default that opens everything, and refuses a team that is not there", async () => {
    const organization = `/api/orgs/${PULUMI_ORGANIZATION}`;
    await ask("owner", "PATCH", organization, JSON.stringify({ setDefaultEnvironmentPermission: "write" }));
    const { output } = await project.ok("preview", "-s", "test");
    assert.match(output, /\[default-permission-open\] \S+: its default environment permission is write/);
    writeFileSync(
      join(project.folder, "secrets", "access-policies.ts"),
      policies("write").replace('name: "helpers" }]', 'name: "helper" }]'),
    );
    const refused = await project.pulumi("preview", "-s", "test");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /access policy helpers: names the team helper, which .* Remedy: create it there/,
    );
  });
});
