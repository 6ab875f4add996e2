import { deepEqual, equal, match } from "node:assert/strict";
import type { Catalog, Entry } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { readDiagnostics } from "../../src/errors";
import { ofType, TYPES } from "./declared";
import { type ProgramOptions, runProgram } from "./run-program";

const SECRET = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret::MOVED_KEY";
const REPOSITORIES = "pulumi-nodejs:dynamic/github:SecretRepositories::MOVED_KEY";
/** As an earlier version of this program made it. */
const FORMER_REPOSITORIES =
  "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories::MOVED_KEY";
const OWN =
  "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret::sophia-main/production/MOVED_KEY";

/** A GitHub that holds what the state has. */
const inGitHub = (state: readonly string[]): ProgramOptions => ({
  organizationSecrets: state.includes(SECRET) ? ["MOVED_KEY"] : [],
  protection: state.includes(OWN)
    ? { "/environments/production/secrets?per_page=100&page=1": { secrets: [{ name: "MOVED_KEY" }] } }
    : {},
});

const having = (more: Partial<Entry>): Catalog => ({
  environments: ["development", "staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
  secrets: [{ name: "MOVED_KEY", group: "keys", ...more }],
});

describe("an entry that moved", function () {
  this.timeout(60_000);
  const run = async (more: Partial<Entry>, state: readonly string[], options: ProgramOptions = {}) => {
    const known = Object.fromEntries(state.map((each) => [`urn:pulumi:stack::project::${each}`, {}]));
    const { resources, said, error } = await runProgram({
      catalog: having(more),
      state: known,
      ...inGitHub(state),
      ...options,
    });
    equal(error, undefined);
    const told = readDiagnostics(said.join("\n")).filter(({ code }) => code === "secret-left-over");
    const only = (type: string) => ofType(resources, type);
    return { only, told };
  };

  it("to a value per environment keeps the organization secret as the state has it, and says what to do", async () => {
    const { only, told } = await run({ perEnvironment: true }, [SECRET, REPOSITORIES]);
    const [slot] = only(TYPES.slot);
    equal(slot?.name, "MOVED_KEY");
    equal(slot.inputs.value, SENTINEL);
    deepEqual([slot.protect, slot.retainOnDelete], [true, true]);
    deepEqual(slot.ignoreChanges, ["value", "remoteUpdatedAt", "visibility", "selectedRepositoryIds"]);
    deepEqual(slot.hooks.others, ["refuse-to-delete-slot"]);
    const [readers] = only(TYPES.slotRepositories);
    deepEqual(readers?.ignoreChanges, ["selectedRepositoryIds"]);
    equal(only(TYPES.environmentSecret).length, 1);
    equal(told.length, 1);
    match(
      told[0]?.remedy ?? "",
      /set MOVED_KEY --environment development --replace;.*leftoverUntil: "YYYY-MM-DD"/,
    );
  });

  it("keeps no list of repositories that it had none of, and no config value", async () => {
    const { only } = await run({ perEnvironment: true, value: "config" }, [SECRET], {
      secretConfig: { values: JSON.stringify({ MOVED_KEY: "of production" }) },
    });
    equal(only(TYPES.slot)[0]?.inputs.value, SENTINEL);
    deepEqual(only(TYPES.slotRepositories), []);
  });

  it("keeps a list that an earlier version of this program made", async () => {
    const { only } = await run({ perEnvironment: true }, [SECRET, FORMER_REPOSITORIES]);
    deepEqual(only(TYPES.slotRepositories)[0]?.ignoreChanges, ["selectedRepositoryIds"]);
  });

  it("is let go on its day alone: announced before, not declared from then on", async () => {
    const before = await run({ perEnvironment: true, leftoverUntil: "2999-12-31" }, [SECRET]);
    const [slot] = before.only(TYPES.slot);
    deepEqual([slot?.protect, slot?.retainOnDelete], [false, false]);
    deepEqual(slot?.hooks.others, ["delete-slot-when-tombstone-is-due"]);
    match(before.told[0]?.cause ?? "", /expires on 2999-12-31/);
    const due = await run({ perEnvironment: true, leftoverUntil: "2020-01-01" }, [SECRET]);
    deepEqual(due.only(TYPES.slot), []);
    match(due.told[0]?.cause ?? "", /due since 2020-01-01/);
  });

  it("declares nothing that the state does not have", async () => {
    const { only, told } = await run({ perEnvironment: true, leftoverUntil: "2999-12-31" }, []);
    deepEqual([only(TYPES.slot), told], [[], []]);
    equal(only(TYPES.environmentSecret).length, 1);
  });

  it("brings back nothing that a person deleted in GitHub, though the state still has it", async () => {
    const gone = { organizationSecrets: [], protection: {} };
    const there = await run({ perEnvironment: true }, [SECRET], gone);
    deepEqual([there.only(TYPES.slot), there.told], [[], []]);
    const back = await run({}, [OWN], gone);
    deepEqual([back.only(TYPES.environmentSecret), back.told], [[], []]);
  });

  it("back to the organization keeps the secrets of environments until a person deletes them", async () => {
    for (const more of [{}, { leftoverUntil: "2020-01-01" }]) {
      const { only, told } = await run(more, [OWN]);
      const [own] = only(TYPES.environmentSecret);
      equal(own?.name, "sophia-main/production/MOVED_KEY");
      deepEqual([own.inputs.value, own.protect], [SENTINEL, true]);
      deepEqual(own.hooks.others, ["refuse-to-delete-slot"]);
      equal(only(TYPES.repositoryEnvironment)[0]?.protect, false);
      equal(only(TYPES.slot)[0]?.name, "MOVED_KEY");
      match(
        told[0]?.remedy ?? "",
        /^\.\/sophia-secrets set MOVED_KEY --replace; then gh secret delete MOVED_KEY --env production -R ai-cherry\/sophia-main; pulumi up --refresh$/,
      );
    }
  });
});
