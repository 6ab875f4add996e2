import { deepEqual, equal, match } from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { skip } from "../skip";
import { type FakeCloud, fakeCloud } from "./fake-cloud";
import { HAS_LANGUAGE_HOST, PULUMI, PulumiCli } from "./pulumi-cli";

const CANARIES = ["canary-in-config", "canary-in-resource"];

describe("the real Pulumi CLI against the sandbox's stacks", function () {
  this.timeout(120_000);
  let cloud: FakeCloud;
  let pulumi: PulumiCli;
  let state: string;

  before(async function () {
    if (PULUMI === undefined) skip(this, "no pulumi in PULUMI_BIN or PATH");
    cloud = await fakeCloud();
    pulumi = new PulumiCli(cloud.url);
    await cloud.close();
    state = join(pulumi.folder, "state");
    mkdirSync(state);
    await restart();
  });
  after(async () => {
    pulumi?.remove();
    await cloud?.close();
  });

  /** The same state, served at another port. */
  const restart = async () => {
    cloud = await fakeCloud(state);
    pulumi.url = cloud.url;
  };

  it("logs in and knows who it is", async () => {
    match(await pulumi.ok("login", cloud.url), /Logged in to http:.* as ann/);
    match(await pulumi.ok("whoami", "--verbose"), /Organizations: acme/);
  });

  it("creates, lists, tags, renames and removes a stack", async () => {
    await pulumi.ok("stack", "init", "draft");
    match((await pulumi.run("stack", "init", "draft")).stderr, /stack 'acme\/shop\/draft' already exists/);
    await pulumi.ok("stack", "tag", "set", "team", "infra");
    match(await pulumi.ok("stack", "tag", "ls"), /team +infra/);
    await pulumi.ok("stack", "rename", "final");
    match(await pulumi.ok("stack", "ls"), /^final\*/m);
    await pulumi.ok("stack", "rm", "--yes");
    deepEqual(JSON.parse(await pulumi.ok("stack", "ls", "--json")), []);
  });

  it("keeps a secret of the configuration with the service's own secrets manager", async () => {
    await pulumi.ok("stack", "init", "dev");
    await pulumi.ok("config", "set", "--secret", "password", "canary-in-config");
    match(await pulumi.ok("config", "get", "password"), /^canary-in-config$/m);
    match(await pulumi.ok("config", "--show-secrets"), /password +canary-in-config/);
  });

  it("says that a stack without an update has nothing to cancel", async () => {
    match((await pulumi.run("cancel", "--yes")).stderr, /has never been updated/);
  });

  describe("with a program", () => {
    before(function () {
      if (!HAS_LANGUAGE_HOST) skip(this, "no Node.js language host for Pulumi on PATH");
    });

    it("previews, also as JSON, and leaves no version behind", async () => {
      const { changeSummary } = JSON.parse(await pulumi.ok("preview", "--json")) as { changeSummary: object };
      deepEqual(changeSummary, { create: 3 });
      deepEqual(JSON.parse(await pulumi.ok("stack", "history", "--json")), []);
    });

    it("brings up exactly the plan that a preview saved", async () => {
      const plan = join(pulumi.folder, "plan.json");
      await pulumi.ok("preview", "--save-plan", plan);
      match(await pulumi.ok("up", "--yes", "--plan", plan), /\+ 3 created/);
    });

    it("shows outputs, secrets only when asked", async () => {
      match(await pulumi.ok("stack", "output"), /password +\[secret\]/);
      deepEqual(JSON.parse(await pulumi.ok("stack", "output", "--json", "--show-secrets")), {
        late: "done",
        password: "canary-in-config",
        size: 3,
      });
    });

    it("left no secret in the files of the state", () => {
      const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      );
      equal(files.length >= 2, true);
      for (const file of files) {
        const text = readFileSync(join(file.parentPath, file.name), "utf8");
        for (const canary of CANARIES) {
          equal(text.includes(canary), false, `${canary} in ${file.name}`);
          equal(text.includes(Buffer.from(canary).toString("base64")), false, `${canary} in ${file.name}`);
        }
      }
    });

    it("finds nothing to change, nothing to refresh, and a history", async () => {
      await pulumi.ok("preview", "--expect-no-changes");
      await pulumi.ok("refresh", "--yes", "--expect-no-changes");
      const history = JSON.parse(await pulumi.ok("stack", "history", "--json")) as Record<string, unknown>[];
      deepEqual(
        history.map(({ version, kind, result }) => [version, kind, result]),
        [
          [2, "refresh", "succeeded"],
          [1, "update", "succeeded"],
        ],
      );
    });

    it("exports, imports and draws the state", async () => {
      const file = join(pulumi.folder, "state.json");
      await pulumi.ok("stack", "export", "--file", file);
      await pulumi.ok("stack", "import", "--file", file);
      await pulumi.ok("stack", "export", "--version", "1");
      await pulumi.ok("stack", "graph", join(pulumi.folder, "graph.dot"));
    });

    it("obeys a policy pack of this machine", async () => {
      const { code, stdout } = await pulumi.run("preview", "--policy-pack", pulumi.policies);
      equal(code === 0, false);
      match(stdout, /no-second-part/);
    });

    it("is kept off a stack that another update holds, from up and import alike", async () => {
      const gate = join(pulumi.folder, "gate");
      const first = pulumi.start({ GATE: gate }, "up", "--yes", "--skip-preview");
      await untilRunning();
      const second = await pulumi.run("up", "--yes", "--skip-preview");
      match(second.stderr, /\[409\] Conflict: Another update is currently in progress\./);
      const file = join(pulumi.folder, "state.json");
      match((await pulumi.run("stack", "import", "--file", file)).stderr, /\[409\] Conflict/);
      match((await pulumi.run("stack", "rm", "--yes", "--force")).stderr, /\[400\] .*in progress/);
      writeFileSync(gate, "");
      equal((await first.ended).code, 0);
    });

    it("killed in the middle blocks the next up, until pulumi cancel", async () => {
      const killed = pulumi.start({ GATE: join(pulumi.folder, "never") }, "up", "--yes", "--skip-preview");
      await untilRunning();
      killed.kill();
      await killed.ended;
      match(
        (await pulumi.run("up", "--yes", "--skip-preview")).stderr,
        /Another update is currently in progress/,
      );
      await pulumi.ok("cancel", "--yes");
      match(await pulumi.ok("up", "--yes", "--skip-preview"), /3 unchanged/);
      match((await pulumi.run("cancel", "--yes")).stderr, /The Update has already completed/);
    });

    it("loses nothing when answers get lost or the service is away for a moment", async () => {
      for (const path of ["/checkpoint$", "/complete$", "/batch-encrypt$"])
        cloud.faults.add({ path, reset: "after" });
      cloud.faults.add({ path: "/checkpoint$", skip: 2, answer: { status: 503 } });
      match(await pulumi.ok("up", "--yes", "--skip-preview"), /3 unchanged/);
      cloud.faults.clear();
      const [last] = JSON.parse(await pulumi.ok("stack", "history", "--json")) as { result: string }[];
      equal(last?.result, "succeeded");
    });

    it("goes on, secrets included, when the sandbox came back on another port", async () => {
      await cloud.close();
      await restart();
      await pulumi.ok("stack", "select", "dev");
      match(await pulumi.ok("stack", "output", "password", "--show-secrets"), /canary-in-config/);
      await pulumi.ok("preview", "--expect-no-changes");
    });

    it("keeps the state readable under a new name", async () => {
      await pulumi.ok("stack", "rename", "prod");
      await pulumi.ok("preview", "--expect-no-changes");
      await pulumi.ok("stack", "rename", "dev");
    });

    it("destroys what is there, and only then lets the stack be removed", async () => {
      match((await pulumi.run("stack", "rm", "--yes")).stderr, /still has resources/);
      match(await pulumi.ok("destroy", "--yes"), /3 deleted/);
      await pulumi.ok("stack", "rm", "--yes");
    });
  });

  const untilRunning = async () => {
    for (;;) {
      const { body } = await cloud.call("GET", "/api/stacks/acme/shop/dev");
      if ((body as { currentOperation?: object }).currentOperation !== undefined) break;
      await sleep(50);
    }
    await sleep(1500); // into the program's run, well past the start
  };
});
