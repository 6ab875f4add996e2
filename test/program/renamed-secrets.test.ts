import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type * as pulumiservice from "@pulumi/pulumiservice";
import { slotNames } from "../../src/catalog/slots";
import { EMPTY_LEDGER, renderLedger } from "../../src/ledger/ledger";
import type { GitHubSecrets, SecretPlace } from "../../src/resources/github/github-secrets";
import { RenamedSecrets } from "../../src/resources/github/leaving-secrets";
import { catalogWith } from "../catalog/catalog-with";

const TODAY = "2026-06-15";
const RENAMED = { name: "NEW", renamedFrom: { name: "OLD", tombstone: TODAY } };

/** A ledger that says under which name a value was read; `undefined`: its text is not known yet. */
function ledger(source: string | undefined): pulumiservice.Environment {
  const entry = { fingerprint: "f", changed: "c", synced: "s", run: "1", commit: "c" };
  const secrets = source === undefined ? {} : { NEW: { ...entry, source } };
  const text = renderLedger({ ...EMPTY_LEDGER, secrets });
  return {
    yaml: pulumi.output(text),
  } as unknown as pulumiservice.Environment;
}

async function whyKept(world: {
  entry?: Record<string, unknown>;
  ledgers?: pulumiservice.Environment[];
  environments?: string[];
  untouched?: boolean;
  inputs?: SecretPlace;
  name?: string;
}): Promise<string | undefined> {
  const { entry = RENAMED, ledgers = [], environments = ["production"], name = "OLD" } = world;
  const asked: SecretPlace[] = [];
  const inGitHub = {
    isUntouched: async (place: SecretPlace) => {
      asked.push(place);
      return world.untouched ?? true;
    },
  } as unknown as GitHubSecrets;
  const renamed = new RenamedSecrets({
    inGitHub,
    today: TODAY,
    carriers: ["sophia-main"],
    deployments: environments,
    ledgers,
  });
  const slot = slotNames(catalogWith(entry).entries).find((each) => each.name === name);
  assert.ok(slot !== undefined);
  const why = await renamed.whyKept(slot, { secretName: name, ...world.inputs });
  for (const place of asked) assert.equal(place.secretName, "NEW");
  return why;
}

describe("the former name of a secret, on its tombstone's day", () => {
  it("goes once a sync has read the value under the new one", async () => {
    assert.equal(await whyKept({ ledgers: [ledger(undefined), ledger("NEW")] }), undefined);
  });

  it("stays as long as the value still comes from it, or none has come at all", async () => {
    for (const source of ["OLD", undefined]) {
      const why = await whyKept({ ledgers: [ledger(source)], untouched: false });
      assert.match(why ?? "", /no sync has read a value of NEW/);
    }
  });

  it("stays where no ledger can tell and nothing has touched the new one since it was created", async () => {
    for (const world of [
      { environments: [] },
      { entry: { ...RENAMED, bootstrap: true } },
      { entry: { ...RENAMED, perEnvironment: true }, inputs: { repository: "r", environment: "production" } },
    ]) {
      assert.match((await whyKept(world)) ?? "", /nobody has set NEW, its new name, since it was created/);
      assert.equal(await whyKept({ ...world, untouched: false }), undefined);
    }
  });

  it("goes with the whole entry, and where the stack's config has the value", async () => {
    assert.equal(await whyKept({ entry: { ...RENAMED, tombstone: TODAY, required: false } }), undefined);
    assert.equal(await whyKept({ entry: { ...RENAMED, value: "config" } }), undefined);
    assert.equal(await whyKept({ entry: { name: "NEW", tombstone: TODAY }, name: "NEW" }), undefined);
  });
});
