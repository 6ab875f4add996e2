import assert from "node:assert/strict";
import { SENTINEL } from "../../src/catalog/layout";
import { type Declared, ofType, TYPES } from "./declared";
import { type ProgramRun, runProgram } from "./run-program";
import { SMALL } from "./small-catalog";

describe("slots", function () {
  this.timeout(60_000);
  let run: ProgramRun;
  let slots: Declared[];

  before(async () => {
    run = await runProgram();
    slots = ofType(run.resources, TYPES.slot);
    assert.ok(slots.length > 0);
  });

  it("hold the placeholder, marked secret, and no other value", () => {
    for (const slot of slots) {
      assert.equal(slot.inputs.value, SENTINEL, slot.name);
      const others = Object.keys(slot.inputs).filter(
        (key) => !["secretName", "visibility", "value"].includes(key),
      );
      assert.deepEqual(others, [], slot.name);
      const marked = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        value: SENTINEL,
      };
      assert.deepEqual((JSON.parse(slot.wire) as { value: unknown }).value, marked, slot.name);
    }
  });

  it("carry the hooks, by name, in preview as in up", () => {
    for (const slot of slots) {
      assert.deepEqual(slot.hooks, {
        beforeCreate: ["refuse-to-overwrite-existing-secret"],
        beforeUpdate: ["refuse-to-update-slot"],
        others: ["refuse-to-delete-slot"],
      });
    }
    assert.deepEqual(run.hooks, [
      { name: "propose-files", onDryRun: false },
      { name: "say-window-of-access", onDryRun: true },
      { name: "refuse-to-delete-composite", onDryRun: true },
      { name: "refuse-to-overwrite-existing-secret", onDryRun: true },
      { name: "refuse-to-update-slot", onDryRun: true },
      { name: "refuse-to-update-value-of-person", onDryRun: true },
      { name: "refuse-to-delete-slot", onDryRun: true },
      { name: "delete-slot-when-tombstone-is-due", onDryRun: true },
      { name: "keep-trust-of-others", onDryRun: false },
      { name: "refuse-to-delete-trust-of-others", onDryRun: false },
      { name: "refuse-to-destroy-stack", onDryRun: true },
    ]);
  });

  it("ignore every change that would become an update, which sends the placeholder", () => {
    for (const slot of slots) {
      assert.deepEqual(
        slot.ignoreChanges.toSorted(),
        ["remoteUpdatedAt", "selectedRepositoryIds", "value", "visibility"],
        slot.name,
      );
    }
  });

  it("are protected and retained, and so are their readers", () => {
    for (const each of [...slots, ...ofType(run.resources, TYPES.slotRepositories)]) {
      assert.deepEqual([each.protect, each.retainOnDelete], [true, true], each.name);
    }
  });

  it("have readers that no run takes away in silence", () => {
    for (const each of ofType(run.resources, TYPES.slotRepositories)) {
      assert.deepEqual(each.hooks.others, ["refuse-to-delete-slot"], each.name);
    }
  });

  it("come before their readers: the list of readers needs the slot's output", () => {
    for (const readers of ofType(run.resources, TYPES.slotRepositories)) {
      const needed = readers.inputDependencies.secretName ?? [];
      assert.equal(needed.length, 1, readers.name);
      assert.match(needed[0] ?? "", new RegExp(`ActionsOrganizationSecret::${readers.name}$`));
    }
  });
});

describe("slots of a small catalog", function () {
  this.timeout(60_000);
  let run: ProgramRun;

  before(async () => {
    run = await runProgram({ catalog: SMALL });
    assert.equal(run.error, undefined);
  });

  it("are none for aliases: those names are read, not owned", () => {
    const names = ofType(run.resources, TYPES.slot).map((slot) => slot.name);
    assert.deepEqual(names, ["ALIASED_KEY", "OPEN_KEY", "OWN_READERS_KEY", "PIPELINE_TOKEN", "PRIVATE_KEY"]);
  });

  it("are there for the pipeline's own credential, which no workflow and no ESC text names", () => {
    const elsewhere = run.resources.filter(
      (each) => each.type === TYPES.file || each.type === TYPES.environment,
    );
    assert.ok(elsewhere.length > 0);
    for (const each of elsewhere) assert.ok(!each.wire.includes("PIPELINE_TOKEN"), each.name);
  });

  it("have readers of their own only where they are selected", () => {
    const readers = ofType(run.resources, TYPES.slotRepositories);
    assert.deepEqual(
      readers.map((each) => [each.name, each.inputs.selectedRepositoryIds]),
      [
        ["ALIASED_KEY", [4711]],
        ["OWN_READERS_KEY", [4712, 4711]],
        ["PIPELINE_TOKEN", [4711]],
      ],
    );
    const visibility = ofType(run.resources, TYPES.slot).map((slot) => slot.inputs.visibility);
    assert.deepEqual(visibility, ["selected", "all", "selected", "selected", "private"]);
  });
});
