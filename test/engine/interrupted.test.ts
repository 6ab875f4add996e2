import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ending } from "./command";
import { type EngineProject, startProject } from "./engine-project";
import { ORGANIZATION, otherOrganization } from "./other-organization";

const HELD = "STRIPE_KEY";
const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");

describe("an up that is killed in the middle", function () {
  this.timeout(120_000);
  let project: EngineProject;

  before(async () => {
    project = await startProject(otherOrganization());
  });
  after(async () => {
    await project?.close();
  });

  const recover = () =>
    ending(
      spawn(process.execPath, [COMMAND, "recover", "--stack", "live"], {
        cwd: project.folder,
        env: project.env,
      }),
      project.printed,
    );

  const exists = async (name: string) => {
    const answer = await project.people.octokit.rest.actions
      .getOrgSecret({ org: ORGANIZATION, secret_name: name })
      .catch(() => undefined);
    return answer !== undefined;
  };

  /** Waits until the slot is written and everything that does not need it is done: nothing else is under way then. */
  const untilQuiet = async () => {
    for (let before = -1, written = false; ; await sleep(700)) {
      const seen = await Promise.all([requests("github"), requests("pulumi")]);
      written ||= seen[0].some(
        (each) => each.startsWith("PUT ") && each.endsWith(`/actions/secrets/${HELD}`),
      );
      const count = seen[0].length + seen[1].length;
      if (written && count === before) return;
      before = count;
    }
  };
  const requests = async (service: "github" | "pulumi") => {
    const response = await fetch(`${project.sandbox[service].url}/_sandbox/requests`);
    // The engine renews its lease and tells its events whatever it waits for.
    return ((await response.json()) as string[]).filter((each) => !each.includes("/api/stacks/"));
  };

  it("is killed after GitHub took a slot and before the state did", async () => {
    // The provider reads a secret back after it created it: there it waits until the kill, however slow the machine.
    project.sandbox.github.faults.add({ method: "GET", path: `/actions/secrets/${HELD}$`, delayMs: 90_000 });
    const { kill } = project.start("up", "-s", "live", "--yes", "--skip-preview");
    await untilQuiet();
    await kill();
    project.sandbox.github.faults.clear();
    assert.ok(await exists(HELD));
  });

  it("leaves the stack locked, which pulumi cancel ends", async () => {
    await project.ok("cancel", "live", "--yes");
  });

  it("is then refused, naming it and the way out", async () => {
    const { code, output } = await project.pulumi("up", "-s", "live", "--yes", "--skip-preview");
    assert.notEqual(code, 0, output);
    assert.match(output, new RegExp(`${HELD}: this organization secret exists in GitHub .*Remedy: `));
  });

  it("converges once the placeholder, which holds no value, is deleted in GitHub", async () => {
    await project.people.octokit.rest.actions.deleteOrgSecret({ org: ORGANIZATION, secret_name: HELD });
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    assert.ok(await exists(HELD));
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
  });

  it("leaves a warning at each up, until Pulumi is told to forget as recover says", async () => {
    const told = (await recover()).output;
    assert.match(told, new RegExp(`^ {2}creating {2}ActionsOrganizationSecret {2}${HELD}$`, "m"));
    const again = await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    assert.match(again.output, /1 pending operations from previous deployment/);
    const [, remedy = ""] = told.match(/: pulumi (refresh -s live .*)$/m) ?? [];
    await project.ok(...remedy.split(" "));
    assert.doesNotMatch((await recover()).output, /Pulumi notes/);
    const quiet = await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    assert.doesNotMatch(quiet.output, /pending operations/);
  });
});
