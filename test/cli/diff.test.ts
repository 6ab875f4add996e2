import { deepEqual, equal, match } from "node:assert/strict";
import { TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { checkNarrow, NARROW } from "./narrow-table";
import { CATALOG, VersionsStage } from "./versions-stage";

const [SAME, OURS, THEIRS] = ["canary-same", "canary-of-production", "canary-of-staging"];
const COMMAND = "diff staging production";

describe("sophia-secrets diff", () => {
  let stage: VersionsStage;
  beforeEach(async () => {
    stage = await VersionsStage.start();
    await stage.sync({ ALPHA_KEY: SAME, BETA_KEY: OURS, DB_PASSWORD: OURS });
    await stage.sync({ SYNC_ENVIRONMENT: "staging", ALPHA_KEY: SAME, BETA_KEY: THEIRS, DB_PASSWORD: OURS });
  });
  afterEach(() => stage.close());

  const states = async (world = {}) => {
    const { stdout, code } = await stage.run(`${COMMAND} --json`, world);
    const { values } = JSON.parse(stdout) as { values: { name: string; state: string }[] };
    return { code, values: values.map(({ name, state }) => `${name} ${state}`) };
  };

  it("tells same, different and missing by name, and no value", async () => {
    deepEqual(await states(), {
      code: 1,
      values: ["ALPHA_KEY same", "BETA_KEY different", "DB_PASSWORD same", "GAMMA_KEY missing"],
    });
    const { stdout, code } = await stage.run(COMMAND);
    equal(code, 1);
    match(stdout, /^BETA_KEY +different$/m);
    match(stdout, /^GAMMA_KEY +missing +no value in staging and production$/m);
    match(stdout, /4 secrets: 2 same, 1 different, 1 missing/);
  });

  it("ends with 0 when all are the same, and fits a narrow terminal", async () => {
    const secrets = CATALOG.secrets.filter(({ name }) => name === "ALPHA_KEY" || name === "DB_PASSWORD");
    equal((await states({ catalog: { ...CATALOG, secrets } })).code, 0);
    const piped = await stage.run(COMMAND);
    const narrow = await stage.run(COMMAND, { width: NARROW });
    checkNarrow(narrow.stdout, piped.stdout);
  });

  it("calls a value missing where the catalog has it in one of the two alone, and names an equal one that is set twice", async () => {
    const secrets = CATALOG.secrets.map((each) =>
      each.name === "ALPHA_KEY"
        ? { ...each, perEnvironment: true as const }
        : { ...each, environments: ["staging"] },
    );
    const { stdout } = await stage.run(COMMAND, { catalog: { ...CATALOG, secrets } });
    match(stdout, /^ALPHA_KEY +same +ALPHA_KEY is set for each environment, to one value$/m);
    match(stdout, /^DB_PASSWORD +missing +the catalog has it in staging alone$/m);
  });

  it("goes by the other's ledger where one side may not be opened, and says what nobody could tell", async () => {
    await team(stage.cloud, "comparing", ["dev"], {
      "default/app-staging-keys": "open",
      "default/app-production-ledger": "open",
    });
    const { code, values } = await states({ token: TOKENS.dev });
    equal(code, 2);
    deepEqual(values, ["ALPHA_KEY same", "BETA_KEY different", "DB_PASSWORD unknown", "GAMMA_KEY missing"]);
    const { stdout } = await stage.run(COMMAND, { token: TOKENS.dev });
    match(stdout, /^ALPHA_KEY +same +production by its ledger: what the last sync wrote$/m);
    match(stdout, /^DB_PASSWORD +unknown +databases of staging and production may not be opened$/m);
  });

  it("takes two different environments of the catalog", async () => {
    for (const line of ["diff staging", "diff staging staging", "diff staging nowhere"])
      equal((await stage.run(line)).code, 2, line);
  });
});
