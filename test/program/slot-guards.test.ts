import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { resolveCatalog } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { slotNames } from "../../src/catalog/slots";
import { slotGuards } from "../../src/resources/github/secret-guards";
import { catalogWith } from "../catalog/catalog-with";

const TYPE = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
const READERS = "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories";
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
  const slots = slotNames(resolveCatalog(CATALOG));
  const hooksOf = slotGuards({
    exists: ({ secretName }) => exists(String(secretName)),
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
const refused = (run: () => unknown, ...texts: string[]) =>
  assert.rejects(
    async () => run(),
    (error: Error) => {
      for (const text of texts) assert.ok(error.message.includes(text), error.message);
      assert.ok(error.message.includes("Remedy: "), error.message);
      assert.ok(!error.message.includes(CANARY));
      return true;
    },
  );

describe("slot guards", () => {
  it("let a slot be created that GitHub does not have", async () => {
    await guards().create({ ...SLOT, newInputs: inputsOf("OPENAI_API_KEY") });
  });

  it("refuse to create one that GitHub has, naming it and the command that resolves it", async () => {
    const { create } = guards(async (name) => name === "OPENAI_API_KEY");
    await refused(
      () => create({ ...SLOT, newInputs: inputsOf("OPENAI_API_KEY") }),
      "OPENAI_API_KEY: ",
      "sophia-secrets adopt OPENAI_API_KEY",
    );
  });

  it("refuse to create when GitHub cannot be asked", async () => {
    const { create } = guards(async () => {
      throw new Error("503");
    });
    await assert.rejects(async () => create({ ...SLOT, newInputs: inputsOf("OPENAI_API_KEY") }), /503/);
  });

  it("refuse every update, naming the slot and never the value", async () => {
    const inputs = inputsOf("OPENAI_API_KEY");
    for (const args of [{ newInputs: inputs, oldInputs: inputs }, { oldInputs: inputs }]) {
      await refused(() => guards().update({ ...SLOT, ...args }), "OPENAI_API_KEY: ");
    }
  });

  it("let config's values be updated, unless a person's stands there now", async () => {
    const { updateConfigured } = guards();
    const newInputs = inputsOf("CONFIG_KEY");
    await updateConfigured({
      ...SLOT,
      newInputs,
      oldInputs: { ...newInputs, value: pulumi.secret("before") },
    });
    const oldInputs = { ...newInputs, value: pulumi.secret(SENTINEL) };
    await refused(
      () => updateConfigured({ ...SLOT, newInputs, oldInputs }),
      "CONFIG_KEY: its value was a person's",
    );
  });

  it("refuse to delete what left the catalog without a tombstone, whichever kind it was", async () => {
    const { deleteKept, deleteAnnounced } = guards();
    for (const run of [deleteKept, deleteAnnounced]) {
      await refused(
        () => run({ ...SLOT, oldInputs: inputsOf("REMOVED_KEY") }),
        "REMOVED_KEY: ",
        "no tombstone announced it",
        "put the entry REMOVED_KEY back into secrets/catalog.ts",
        "pulumi state delete --force --target-dependents 'urn:of:slot'",
      );
    }
  });

  it("refuse to delete a day too early", async () => {
    const { deleteAnnounced } = guards();
    await refused(
      () => deleteAnnounced({ ...SLOT, oldInputs: inputsOf("GOING_KEY") }),
      "its tombstone is for 2026-06-16",
    );
  });

  it("let go what was announced and is due", async () => {
    await guards().deleteAnnounced({ ...SLOT, oldInputs: inputsOf("GONE_KEY") });
  });

  it("refuse to delete a due former name while the new one has no value, and let it go afterwards", async () => {
    const oldInputs = inputsOf("OLD_KEY");
    await refused(
      () => guards(undefined, ["OLD_KEY"]).deleteAnnounced({ ...SLOT, oldInputs }),
      "OLD_KEY: deleting this secret could lose the one value there is, for nobody has set the new one",
      "set NEW_KEY to the value of OLD_KEY, run the sync, then pulumi up --refresh",
    );
    await guards().deleteAnnounced({ ...SLOT, oldInputs });
  });

  it("lead from an environment's secret that exists to the stack that can adopt it", async () => {
    const newInputs = { ...inputsOf("OPENAI_API_KEY"), repository: "carrier", environment: "live" };
    await refused(
      () => guards(async () => true).create({ ...SLOT, newInputs }),
      "this secret of environment live of carrier exists",
      "npx sophia-secrets adopt OPENAI_API_KEY --stack ",
    );
  });

  it("refuse to delete at once what never was announced by an up, though its tombstone is due", async () => {
    await refused(
      () => guards().deleteKept({ ...SLOT, oldInputs: inputsOf("GONE_KEY") }),
      "no run of up has announced its tombstone",
      "with a day to come, run pulumi up",
    );
  });

  it("refuse to drop the readers of a slot that stays", async () => {
    await refused(
      () => guards().deleteKept({ ...SLOT, type: READERS, oldInputs: inputsOf("OPENAI_API_KEY") }),
      "its list of repositories would leave the stack",
    );
  });
});
