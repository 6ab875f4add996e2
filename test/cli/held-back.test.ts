import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import type { Catalog } from "../../src/catalog/entry";
import type { Status } from "../../src/operations/status/find-status";
import type { Check } from "../../src/operations/verification/check";
import { CATALOG as BASE, LEDGER, VersionsStage } from "./versions-stage";

const NAMES = Array.from({ length: 28 }, (_, index) => `KEY_${String(index).padStart(2, "0")}`);
const CATALOG: Catalog = { ...BASE, secrets: NAMES.map((name) => ({ name, group: "keys" })) };
const valued = (text: string) => Object.fromEntries(NAMES.map((name) => [name, `canary-${text}-${name}`]));
const LIMITED = { SYNC_ALLOW_MANY_CHANGES: "", GITHUB_REPOSITORY: "ai-cherry/carrier" };

describe("a run that the brake stops", () => {
  let stage: VersionsStage;
  const world = { catalog: CATALOG };
  const sync = (text: string, env: Record<string, string>) => stage.sync({ ...valued(text), ...env }, world);
  const status = async () => {
    const { stdout } = await stage.run("status --environment production --json", world);
    return JSON.parse(stdout) as Status[];
  };
  before(async () => {
    stage = await VersionsStage.start();
    equal((await sync("one", {})).code, 0);
  });
  after(() => stage.close());

  it("refuses none of the good values that it holds back, and the ledger keeps which they are", async () => {
    const { code, printed } = await sync("two", LIMITED);
    equal(code, 1);
    match(printed.join("\n"), /^production: 28 held back$/m);
    doesNotMatch(printed.join("\n"), /refused/);
    match(await stage.text(LEDGER), /held:\n\s+KEY_00:\n\s+code: many/);
    doesNotMatch(await stage.text(LEDGER), /refused/);
  });

  it("leaves the ledger as it is when the next run is stopped for the same", async () => {
    const revision = await stage.revision(LEDGER);
    equal((await sync("two", LIMITED)).code, 1);
    equal(await stage.revision(LEDGER), revision);
  });

  it("is told by status and verify, by status with a command that lets the next run write", async () => {
    const held = await status();
    deepEqual([...new Set(held.map(({ standing }) => standing.join()))], ["held"]);
    match(
      held[0]?.detail ?? "",
      /^held back by run 2 at .*: the run would replace or delete 28 values at once, and 14 is the limit$/,
    );
    const checks = JSON.parse(
      (await stage.run("verify --environment production --json", world)).stdout,
    ) as Check[];
    equal(checks.find(({ subject }) => subject === "values of production")?.code, "values-differ");
    const { stdout } = await stage.run("status --environment production", world);
    const [, input = ""] =
      /Remedy: look whether all of that is meant, then gh workflow run\s+sync_secrets\.yml -R\s+ai-cherry\/carrier\s+-f\s+(\S+)/.exec(
        stdout,
      ) ?? [];
    ok(input === "allow-many-changes=true", stdout);
    // The workflow hands the input over as this variable.
    equal((await sync("two", { ...LIMITED, SYNC_ALLOW_MANY_CHANGES: input.split("=")[1] ?? "" })).code, 0);
    deepEqual([...new Set((await status()).map(({ standing }) => standing.join()))], ["in-sync"]);
    doesNotMatch(await stage.text(LEDGER), /held/);
  });

  it("forgets what it held back when GitHub has the old values again", async () => {
    equal((await sync("three", LIMITED)).code, 1);
    equal((await sync("two", LIMITED)).code, 0);
    doesNotMatch(await stage.text(LEDGER), /held/);
  });

  it("keeps what it held back where the next run is asked for other names", async () => {
    equal((await sync("three", LIMITED)).code, 1);
    equal((await sync("three", { ...LIMITED, SYNC_NAMES: "KEY_00" })).code, 0);
    const standing = Object.fromEntries(
      (await status()).map(({ name, standing }) => [name, standing.join()]),
    );
    deepEqual([standing.KEY_00, standing.KEY_01], ["in-sync", "held"]);
  });
});
