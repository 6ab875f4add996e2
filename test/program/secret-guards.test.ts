import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SENTINEL } from "../../src/catalog/layout";
import { slotNames } from "../../src/catalog/slots";
import { type Problem, RemedyError } from "../../src/errors";
import { declareGuards } from "../../src/resources/github/secret-guards";
import { catalogWith } from "../catalog/catalog-with";

const TYPE = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
const READERS = "pulumi-nodejs:dynamic/github:SecretRepositories";
const SLOT = { urn: "urn:of:slot", id: "id", name: "OPENAI_API_KEY", type: TYPE };
const CANARY = "canary-value-of-a-person";
const TODAY = "2026-06-15";
const CATALOG = catalogWith(
  { name: "OPENAI_API_KEY" },
  { name: "GOING_KEY", tombstone: "2026-06-16" },
  { name: "GONE_KEY", tombstone: TODAY },
  { name: "CONFIG_KEY", value: "config" },
  { name: "NEW_KEY", renamedFrom: { name: "OLD_KEY", tombstone: TODAY } },
);

/** The hooks' functions, over a GitHub that answers so. */
function guards(exists: (name: string) => Promise<boolean> = async () => false, kept: string[] = []) {
  const slots = slotNames(CATALOG.entries);
  const hooksOf = declareGuards({
    exists: ({ secretName }) => exists(String(secretName)),
    wasMade: async () => false,
    whyKept: async ({ name }) => (kept.includes(name) ? "nobody has set the new one" : undefined),
    slots,
    today: TODAY,
  });
  const of = (name: string) => {
    const slot = slots.find((each) => each.name === name);
    assert.ok(slot !== undefined);
    return hooksOf(slot);
  };
  const [staying, announced, configured] = [of("OPENAI_API_KEY"), of("GONE_KEY"), of("CONFIG_KEY")];
  const only = (hooks: pulumi.ResourceHookBinding["beforeDelete"] = []) => {
    const [hook] = hooks;
    assert.ok(hook !== undefined && hooks.length === 1);
    return hook.callback;
  };
  assert.deepEqual(announced.beforeCreate, staying.beforeCreate);
  assert.deepEqual(announced.beforeUpdate, staying.beforeUpdate);
  return {
    create: only(staying.beforeCreate as pulumi.ResourceHook[]),
    update: only(staying.beforeUpdate as pulumi.ResourceHook[]),
    updateConfigured: only(configured.beforeUpdate as pulumi.ResourceHook[]),
    deleteKept: only(staying.beforeDelete),
    deleteAnnounced: only(announced.beforeDelete),
  };
}

const inputsOf = (secretName: string) => ({ secretName, value: CANARY });
/** Runs a hook that must refuse, and never quote a value. @returns why. */
async function refused(run: () => unknown): Promise<Problem> {
  const error = await Promise.resolve()
    .then(run)
    .then(
      () => assert.fail("the hook let it happen"),
      (thrown: unknown) => thrown,
    );
  assert.ok(error instanceof RemedyError, String(error));
  assert.ok(!error.message.includes(CANARY));
  return error.problem;
}

/** Code and subject of a refusal, and commands that its remedy names. */
async function check(run: () => unknown, code: string, subject: string, ...commands: string[]) {
  const problem = await refused(run);
  assert.deepEqual([problem.code, problem.subject], [code, subject]);
  for (const command of commands) assert.ok(problem.remedy.includes(command), problem.remedy);
}

describe("guards of a secret in GitHub", () => {
  it("let a secret be created that GitHub does not have", async () => {
    await guards().create({ ...SLOT, newInputs: inputsOf("OPENAI_API_KEY") });
  });

  it("refuse to create one that GitHub has, naming it and the command that resolves it", async () => {
    const { create } = guards(async (name) => name === "OPENAI_API_KEY");
    await check(
      () => create({ ...SLOT, newInputs: inputsOf("OPENAI_API_KEY") }),
      "secret-exists",
      "OPENAI_API_KEY",
      "sophia-secrets adopt OPENAI_API_KEY",
    );
  });

  it("refuse to create when GitHub cannot be asked", async () => {
    const { create } = guards(async () => {
      throw new Error("503");
    });
    await assert.rejects(async () => create({ ...SLOT, newInputs: inputsOf("OPENAI_API_KEY") }), /503/);
  });

  it("refuse every update, naming the secret and never the value", async () => {
    const inputs = inputsOf("OPENAI_API_KEY");
    for (const args of [{ newInputs: inputs, oldInputs: inputs }, { oldInputs: inputs }]) {
      await check(() => guards().update({ ...SLOT, ...args }), "secret-update-refused", "OPENAI_API_KEY");
    }
  });

  it("let config values be updated, unless a person has set another", async () => {
    const { updateConfigured } = guards();
    const newInputs = inputsOf("CONFIG_KEY");
    await updateConfigured({
      ...SLOT,
      newInputs,
      oldInputs: { ...newInputs, value: pulumi.secret("before") },
    });
    const oldInputs = { ...newInputs, value: pulumi.secret(SENTINEL) };
    await check(
      () => updateConfigured({ ...SLOT, newInputs, oldInputs }),
      "secret-set-by-hand",
      "CONFIG_KEY",
    );
  });

  it("refuse to delete what left the catalog without a tombstone, whichever kind it was", async () => {
    const { deleteKept, deleteAnnounced } = guards();
    for (const run of [deleteKept, deleteAnnounced]) {
      await check(
        () => run({ ...SLOT, oldInputs: inputsOf("REMOVED_KEY") }),
        "secret-deletion-refused",
        "REMOVED_KEY",
        "put the entry REMOVED_KEY back into secrets/catalog.ts",
        "pulumi state delete --force --target-dependents 'urn:of:slot'",
      );
    }
  });

  it("refuse to delete a day too early", async () => {
    const { deleteAnnounced } = guards();
    await check(
      () => deleteAnnounced({ ...SLOT, oldInputs: inputsOf("GOING_KEY") }),
      "secret-deletion-refused",
      "GOING_KEY",
      "wait for that day",
    );
  });

  it("let go what was announced and is due", async () => {
    await guards().deleteAnnounced({ ...SLOT, oldInputs: inputsOf("GONE_KEY") });
  });

  it("refuse to delete a due former name while the new one has no value, and let it go afterwards", async () => {
    const oldInputs = inputsOf("OLD_KEY");
    await check(
      () => guards(undefined, ["OLD_KEY"]).deleteAnnounced({ ...SLOT, oldInputs }),
      "renamed-secret-without-value",
      "OLD_KEY",
      "set NEW_KEY to the value of OLD_KEY, run the sync, then pulumi up --refresh",
    );
    await guards().deleteAnnounced({ ...SLOT, oldInputs });
  });

  it("lead from an environment's secret that exists to the stack that can adopt it", async () => {
    const newInputs = { ...inputsOf("OPENAI_API_KEY"), repository: "carrier", environment: "live" };
    await check(
      () => guards(async () => true).create({ ...SLOT, newInputs }),
      "secret-exists",
      "OPENAI_API_KEY",
      "./sophia-secrets adopt OPENAI_API_KEY --stack ",
    );
  });

  it("refuse to delete at once what never was announced by an up, though its tombstone is due", async () => {
    await check(
      () => guards().deleteKept({ ...SLOT, oldInputs: inputsOf("GONE_KEY") }),
      "secret-deletion-refused",
      "GONE_KEY",
      "run pulumi up",
    );
  });

  it("refuse to remove the list of repositories of a secret that stays", async () => {
    await check(
      () => guards().deleteKept({ ...SLOT, type: READERS, oldInputs: inputsOf("OPENAI_API_KEY") }),
      "repositories-removal-refused",
      "OPENAI_API_KEY",
    );
  });
});
