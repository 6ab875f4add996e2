import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHttp } from "../../src/clients/http";
import { createPulumiCloud, valueAt } from "../../src/clients/pulumi-cloud";
import { readDiagnostics } from "../../src/errors";
import { Secret } from "../../src/secret";
import { type Ended, ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { ORGANIZATION, otherOrganization, PULUMI_ORGANIZATION } from "../engine/other-organization";

const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");
const NAME = "STRIPE_KEY";
const SHARED = '{ name: "STRIPE_KEY", group: "payments", aliases: ["STRIPE_API_KEY"] }';
const having = (more: string) => SHARED.replace(" }", `, ${more} }`);
const SEPARATE = having("perEnvironment: true");
const STACKS = ["live", "test"];

describe("an entry that moves to a value per environment and back, with the real engine", function () {
  this.timeout(300_000);
  let project: EngineProject;
  let line = SHARED;

  before(async () => {
    project = await startProject(otherOrganization());
    await ups();
    await project.people.setSecret(NAME, "shared value");
    await project.people.sync();
  });
  after(async () => {
    await project?.close();
  });

  /** Runs a command of this program, a value on its standard input. */
  const sophia = (words: string, value = ""): Promise<Ended> => {
    const child = spawn(process.execPath, [COMMAND, ...words.split(" ")], {
      cwd: project.folder,
      env: project.env,
    });
    child.stdin.end(value);
    return ending(child, project.printed);
  };
  const ups = async () => {
    for (const stack of STACKS) await project.ok("up", "-s", stack, "--yes", "--skip-preview");
  };
  const edit = (to: string) => {
    const path = join(project.folder, "secrets", "catalog.ts");
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(line), `the catalog has no ${line}`);
    writeFileSync(path, text.replace(line, to));
    line = to;
  };
  const told = async (stack = "live") => {
    const { code, output } = await project.pulumi("preview", "-s", stack);
    assert.equal(code, 0, output);
    // The engine prints a warning twice: as it comes, and at the end.
    const [found] = readDiagnostics(output).filter(({ code: kind }) => kind === "secret-left-over");
    return found;
  };
  /** Writes of the secret's value and its end since the last look. */
  const writes = async () =>
    (await project.requests("github")).filter(
      (each) => /^(PUT|DELETE) /.test(each) && each.includes(`/secrets/${NAME}`),
    );
  const inEsc = async (environment: string) => {
    const cloud = createPulumiCloud({
      url: project.sandbox.pulumi.url,
      organization: PULUMI_ORGANIZATION,
      token: new Secret(project.sandbox.tokens.pulumi),
      http: createHttp(),
    });
    return valueAt(await cloud.open(`vault/shop-${environment}`), ["credentials", "stripe_key"]);
  };
  const values = async () => [await inEsc("test"), await inEsc("live")];
  /** Carries out the commands of this program that a remedy names, each with a value of its own. */
  const carryOut = async (remedy: string | undefined, give: (command: string) => string) => {
    const commands = [...(remedy ?? "").matchAll(/\.\/sophia-secrets (set [^;]+)/g)].map(([, words = ""]) =>
      words.trim(),
    );
    for (const command of commands) {
      const { code, output } = await sophia(command, give(command));
      assert.equal(code, 0, output);
    }
    return commands;
  };
  const drift = async () => {
    const { stdout } = await sophia("drift --json");
    const { drift: found } = JSON.parse(stdout) as {
      drift: { code: string; subject: string; remedy: string }[];
    };
    return found.filter(({ subject }) => subject === NAME);
  };

  it("is told by preview, comes up, and keeps the organization secret and every value in ESC", async () => {
    assert.deepEqual(await values(), ["shared value", "shared value"]);
    edit(SEPARATE);
    assert.match((await told())?.cause ?? "", /organization secret from before stays as it is/);
    await writes();
    await ups();
    assert.deepEqual(
      (await writes()).filter((each) => each.includes("/orgs/")),
      [],
    );
    // The placeholders hide the organization secret; a sync copies none of them.
    await project.people.sync();
    assert.deepEqual(await values(), ["shared value", "shared value"]);
  });

  it("is not deleted before each environment has a value: drift names it, with commands that work as printed", async () => {
    const [finding] = await drift();
    assert.equal(finding?.code, "secret-left-over");
    edit(having('perEnvironment: true, leftoverUntil: "2999-12-31"'));
    await ups();
    edit(having('perEnvironment: true, leftoverUntil: "2020-01-01"'));
    await writes();
    const refused = await project.pulumi("up", "-s", "live", "--yes", "--skip-preview");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /\[leftover-needed\] STRIPE_KEY: .*nobody has set STRIPE_KEY in test, live/);
    assert.deepEqual(await writes(), []);
    const commands = await carryOut(finding?.remedy, (command) =>
      command.includes("--environment test") ? "value of test" : "value of live",
    );
    assert.equal(commands.length, 2);
    await project.people.sync();
    assert.deepEqual(await values(), ["value of test", "value of live"]);
  });

  it("then goes on its day, alone, and drift has nothing to say", async () => {
    await writes();
    const { code, output } = await project.pulumi("up", "-s", "live", "--yes", "--skip-preview");
    assert.equal(code, 0, output);
    assert.match((await writes()).join("\n"), /^DELETE \S*\/orgs\/\S+\/actions\/secrets\/STRIPE_KEY$/);
    assert.deepEqual(await drift(), []);
    edit(SEPARATE);
    await ups();
    assert.equal(await told(), undefined);
    await project.people.sync();
    assert.deepEqual(await values(), ["value of test", "value of live"]);
  });

  it("comes back: no value of an environment is lost before a person deletes it, as preview says", async () => {
    edit(SHARED);
    await writes();
    await ups();
    assert.deepEqual(
      (await writes()).filter((each) => each.includes("/environments/")),
      [],
    );
    await project.people.sync();
    assert.deepEqual(await values(), ["value of test", "value of live"]);
    const remedies = [(await told("test"))?.remedy ?? "", (await told("live"))?.remedy ?? ""];
    assert.equal((await carryOut(remedies[0], () => "shared again")).length, 1);
    for (const remedy of remedies) {
      const [, environment = "", repository = ""] =
        /gh secret delete STRIPE_KEY --env (\S+) -R \S+\/([^;]+);/.exec(remedy) ?? [];
      await project.people.octokit.rest.actions.deleteEnvironmentSecret({
        owner: ORGANIZATION,
        repo: repository,
        environment_name: environment,
        secret_name: NAME,
      });
    }
    await writes();
    for (const stack of STACKS) await project.ok("up", "-s", stack, "--yes", "--skip-preview", "--refresh");
    assert.deepEqual(await writes(), []);
    await project.people.sync();
    assert.deepEqual(await values(), ["shared again", "shared again"]);
  });
});
