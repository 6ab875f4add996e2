import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { defineCatalog } from "../../src/catalog/entry";
import type { RotatedDatabase } from "../../src/catalog/rotators";
import { createCatalogLoader } from "../../src/loaders/typescript/catalog-loader";
import { Secret } from "../../src/secret";
import { type EngineProject, startProject } from "../engine/engine-project";
import { CATALOG_FILES, NAMING, otherOrganization, PULUMI_ORGANIZATION } from "../engine/other-organization";
import { receiveWebhooks, type WebhookReceiver } from "../engine/webhook-receiver";

/** A catalog of one entry and two rotators; the other organization's, as its application is built with it. */
const catalogOf = (database: RotatedDatabase) =>
  defineCatalog({
    environments: ["test", "live"],
    groups: {
      payments: { description: "Payment providers", rotationDays: 30, owner: "Payments" },
      platform: { description: "Everything else", rotationDays: 90, owner: "Platform" },
    },
    secrets: [{ name: "STRIPE_KEY", group: "payments" }],
    rotators: [
      {
        name: "orders",
        group: "payments",
        kind: "postgres",
        schedule: "0 3 1 * *",
        users: ["orders_a", "orders_b"],
        databases: { live: database },
        username: "ORDERS_USER",
        password: "ORDERS_PASSWORD",
      },
      {
        name: "sessions",
        group: "platform",
        kind: "password",
        schedule: "0 4 * * 0",
        value: "SESSION_KEY",
        previous: "SESSION_KEY_BEFORE",
      },
    ],
  });

const ROTATED = `${PULUMI_ORGANIZATION}/vault/shop-live-rotated-orders`;
const MANAGING = `${PULUMI_ORGANIZATION}/vault/shop-live-managing-orders`;
const STRIPE = "sk_live_canary-of-stripe";

/** What is looked at of Pulumi Cloud's answers. */
interface Answer {
  tokenValue: string;
  schedules: { scheduleCron: string }[];
  environments: string[];
}

describe("credentials that ESC rotates, with the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;
  let database: NonNullable<EngineProject["sandbox"]["database"]>;
  let application: Secret;
  let receiver: WebhookReceiver;

  const writeCatalog = (change = (text: string) => text) => {
    const { host, port, name } = database;
    const catalog = JSON.stringify(catalogOf({ host, port, database: name }));
    const text = `import type { Catalog } from "../src/catalog/entry";\nexport const catalog = ${catalog} as const satisfies Catalog;\n`;
    writeFileSync(join(project.folder, "secrets", "catalog.ts"), change(text));
  };
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `token ${project.sandbox.tokens.pulumi}` };
    const answer = await fetch(project.sandbox.pulumi.url + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return (await answer.json()) as Answer;
  };
  /** As the application does it: with the token of its own team, which may open and nothing else. */
  const load = () => {
    const { host, port, name } = database;
    const settings = { ...NAMING, pulumiOrganization: PULUMI_ORGANIZATION };
    return createCatalogLoader(catalogOf({ host, port, database: name }), settings, {
      environment: "live",
      url: project.sandbox.pulumi.url,
      token: application,
      variables: {},
    }).load();
  };
  const login = async (user: Secret, password: Secret) => {
    const { host, port, name } = database;
    const client = new Client({
      host,
      port,
      database: name,
      user: user.unwrap(),
      password: password.unwrap(),
      ssl: false,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return (await client.query("SELECT current_user")).rows[0].current_user as string;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const nothingToDo = async (...args: string[]) =>
    project.ok("preview", "-s", "live", "--expect-no-changes", ...args);

  before(async () => {
    const { "secrets/catalog.ts": _, ...others } = CATALOG_FILES;
    project = await startProject(otherOrganization(others));
    assert.ok(project.sandbox.database);
    database = project.sandbox.database;
    writeCatalog();
    receiver = await receiveWebhooks("canary");
    const set = (...args: string[]) => project.ok("config", "set", "-s", "live", ...args);
    await set("--secret", "webhookUrl", receiver.url);
    await set("webhookFormat", "raw");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    const made = await ask("POST", `/api/orgs/${PULUMI_ORGANIZATION}/teams/shop-live-application/tokens`, {
      name: "application",
      description: "",
    });
    application = new Secret(made.tokenValue);
    await project.people.setSecret("STRIPE_KEY", STRIPE);
    assert.equal((await project.people.sync("live")).conclusion, "success");
  });
  after(async () => {
    await project?.close();
    receiver?.close();
  });

  it("have no slot in GitHub, and stand on Pulumi Cloud's clock", async () => {
    const { data } = await project.people.octokit.rest.actions.listOrgSecrets({ org: "corner-shop" });
    assert.deepEqual(
      data.secrets.map(({ name }) => name),
      ["STRIPE_KEY"],
    );
    const { schedules } = await ask("GET", `/api/esc/environments/${ROTATED}/schedules`);
    assert.deepEqual(
      schedules.map(({ scheduleCron }) => scheduleCron),
      ["0 3 1 * *"],
    );
  });

  it("keep no application from its other secrets before their first rotation, and never pass for a password", async () => {
    const { stdout } = await project.ok("env", "open", `${PULUMI_ORGANIZATION}/vault/shop-live`);
    assert.equal(JSON.parse(stdout).credentials.stripe_key, STRIPE);
    await assert.rejects(
      load(),
      /orders_password.*has never been rotated[\s\S]*session_key[\s\S]*rotate each once/,
    );
  });

  it("wait for the managing user, whom a person gives to ESC alone; the webhook tells of both", async () => {
    await ask("POST", "/_sandbox/schedules/run?at=2098-12-01T03:00:00Z");
    const before = await project.pulumi("env", "rotate", ROTATED);
    assert.match(before.output, /Error rotating user 'orders_a': the database refused \(28P01\)/);
    await receiver.told(/^environment_rotation .*shop-live-rotated-orders.*"action":"failed"/);
    await project.ok("env", "set", MANAGING, "managingUser.username", "rotation");
    await project.ok(
      "env",
      "set",
      MANAGING,
      "managingUser.password",
      project.sandbox.tokens.database,
      "--secret",
    );
    await receiver.told(/^environment_revision .*shop-live-managing-orders/);
  });

  it("come by the clock, are told of, reach the application and log in", async () => {
    const { environments } = await ask("POST", "/_sandbox/schedules/run?at=2099-01-01T03:00:00Z");
    assert.ok(environments.includes(ROTATED), String(environments));
    await receiver.told(/^environment_rotation .*shop-live-rotated-orders.*"action":"succeeded"/);
    const secrets = await load();
    assert.equal(secrets.stripe_key.unwrap(), STRIPE);
    assert.equal(await login(secrets.orders_user, secrets.orders_password), "orders_a");
    assert.match(secrets.session_key.unwrap(), /^[A-Za-z0-9]{64}$/);
  });

  it("stay valid for one more rotation, and no longer", async () => {
    const first = await load();
    await project.ok("env", "rotate", ROTATED);
    const second = await load();
    assert.equal(await login(second.orders_user, second.orders_password), "orders_b");
    assert.equal(await login(first.orders_user, first.orders_password), "orders_a");
    await project.ok("env", "rotate", ROTATED);
    const third = await load();
    assert.equal(await login(third.orders_user, third.orders_password), "orders_a");
    assert.equal(await login(first.orders_user, first.orders_password), "28P01");
    assert.equal(third.session_key_before?.unwrap(), first.session_key_before?.unwrap());
  });

  it("leave nothing for the stack to do, refreshed or not, and nothing to undo", async () => {
    await nothingToDo();
    await nothingToDo("--refresh");
    const before = await load();
    await project.ok("up", "-s", "live", "--refresh", "--yes", "--skip-preview");
    assert.equal((await load()).orders_password.unwrap(), before.orders_password.unwrap());
  });

  it("are out of the reach of the application's team for all but opening, and their managing user altogether", async () => {
    const as = async (method: string, path: string) => {
      const headers = { authorization: `token ${application.unwrap()}` };
      return (await fetch(`${project.sandbox.pulumi.url}/api/esc/environments/${path}`, { method, headers }))
        .status;
    };
    assert.equal(await as("GET", ROTATED), 200);
    assert.equal(await as("POST", `${ROTATED}/rotate`), 403);
    assert.equal(await as("GET", MANAGING), 404);
  });

  it("change their schedule in the place where they have one; preview says what of the database does not follow, and what no approval guards", async () => {
    writeCatalog((text) =>
      text.replace("0 3 1 * *", "0 5 2 * *").replace('"database":"orders"', '"database":"moved"'),
    );
    await ask("POST", "/api/orgs/corner-shop-cloud/teams/pulumi", { name: "guardians" });
    await project.ok("config", "set", "-s", "live", "--path", "approvers[0]", "guardians");
    const preview = await project.ok("preview", "-s", "live");
    await project.ok("config", "rm", "-s", "live", "approvers");
    assert.match(
      preview.output,
      /\[rotation-not-approved\] config approvers: nobody is asked before ESC rotates orders, sessions; only admin/,
    );
    assert.match(preview.output, /rotator orders: the catalog's database or users differ.*pulumi env edit/);
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    const { schedules } = await ask("GET", `/api/esc/environments/${ROTATED}/schedules`);
    assert.deepEqual(
      schedules.map(({ scheduleCron }) => scheduleCron),
      ["0 5 2 * *"],
    );
  });

  it("are printed nowhere and stand nowhere in plain text", async () => {
    const { orders_password, session_key } = await load();
    await project.ok("stack", "export", "-s", "live");
    const canaries = [orders_password.unwrap(), session_key.unwrap(), project.sandbox.tokens.database];
    const texts = project.printed.filter((text) => !text.includes('"environmentVariables"'));
    const files = ["pulumi/cloud.json", "database/database.json", "audit.jsonl"].map((file) =>
      readFileSync(join(project.folder, ".sandbox", "state", file), "utf8"),
    );
    for (const text of [...texts, ...files, ...receiver.heard])
      for (const each of canaries) assert.ok(!text.includes(each));
  });
});
