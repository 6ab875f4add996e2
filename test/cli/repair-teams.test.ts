import { deepEqual, equal } from "node:assert/strict";
import { type StartedGitHub, startGitHub } from "../github/started-github";
import { type CloudFixture, ORG, startCloud, team } from "../pulumi-cloud/cloud-fixture";
import { commandContext, runCommand } from "./command-context";
import { AT_CLOUD, CATALOG } from "./small-organization";

const inState = (name: string) => ({
  urn: `urn:pulumi:production::p::pulumiservice:index:Team::${name}`,
  type: "pulumiservice:index:Team",
  inputs: { organizationName: ORG, teamType: "pulumi", name, displayName: name, description: "Syncs" },
});

describe("repair of teams that somebody deleted in Pulumi Cloud", () => {
  let cloud: CloudFixture;
  let github: StartedGitHub;
  beforeEach(async () => {
    [cloud, github] = await Promise.all([startCloud(), startGitHub()]);
    await team(cloud, "app-production-sync", ["developer"]);
  });
  afterEach(() => Promise.all([cloud.close(), github.close()]));

  const run = (command: string) => {
    const resources = ["app-production-sync", "app-production-developers"].map(inState);
    const state = JSON.stringify({ deployment: { resources } });
    return runCommand(
      command,
      commandContext(
        { cloud, github: { url: github.url } },
        {
          project: { settings: AT_CLOUD },
          catalog: { ...CATALOG, entries: [] },
          pulumi: { run: async () => state },
        },
      ),
    );
  };
  const teams = async () => {
    const { json } = await cloud.call("GET", `/api/orgs/${ORG}/teams`);
    return (json.teams as { name: string }[]).map(({ name }) => name).sort();
  };

  it("makes them again without members, and leaves those that are there", async () => {
    const before = await teams();
    const was = "in the stack's state, and not in Pulumi Cloud";
    const now = "there without members; pulumi up --refresh sets its members and permissions";
    const dry = await run("repair --all --dry-run");
    equal(dry.stdout.trim().split("\n").at(-1), `team app-production-developers: ${was}; would be ${now}`);
    deepEqual(await teams(), before);
    const { code, stdout } = await run("repair --all");
    equal(code, 0);
    equal(stdout.trim().split("\n").at(-1), `team app-production-developers: was ${was}; now ${now}`);
    deepEqual(await teams(), [...before, "app-production-developers"].sort());
    const again = await run("repair --all");
    equal(again.stdout.includes("team"), false);
  });
});
