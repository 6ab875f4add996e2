import assert from "node:assert/strict";
import { checkEnvironmentTargets, environmentTargets, pathOfSlot } from "../../src/catalog/environment-slots";
import { catalogWith } from "./catalog-with";

const TODAY = "2026-06-15";
const ENVIRONMENTS = ["staging", "production"];
const perEnvironment = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `KEY_${index}`, perEnvironment: true }));
const check = (carriers: string[], ...entries: Record<string, unknown>[]) =>
  checkEnvironmentTargets(catalogWith(...entries).entries, carriers, ENVIRONMENTS, TODAY);

describe("secrets with a value per environment", () => {
  it("stand in one carrier each, and in its environments alone", () => {
    const secrets = catalogWith(
      { name: "A", perEnvironment: true, environments: ["staging"] },
      { name: "SHARED" },
    );
    assert.deepEqual(environmentTargets(secrets.entries, ["only"], ENVIRONMENTS, TODAY).map(pathOfSlot), [
      "only/staging/A",
    ]);
    const many = catalogWith(...perEnvironment(20)).entries;
    const places = environmentTargets(many, ["one", "two"], ["staging"], TODAY);
    assert.equal(places.length, 20);
    assert.deepEqual(new Set(places.map(({ repository }) => repository)), new Set(["one", "two"]));
  });

  it("stand in every carrier where all need them, under both names of a renamed one", () => {
    const secrets = catalogWith({ name: "OWN", perEnvironment: true, bootstrap: true, renamedFrom: "OLD" });
    const paths = environmentTargets(secrets.entries, ["one", "two"], ["staging"], TODAY).map(pathOfSlot);
    assert.deepEqual(paths.sort(), [
      "one/staging/OLD",
      "one/staging/OWN",
      "two/staging/OLD",
      "two/staging/OWN",
    ]);
  });

  it("are refused beyond the hundred that GitHub lets an environment hold", () => {
    assert.deepEqual(check(["only"], ...perEnvironment(100)), []);
    const problems = check(["only"], ...perEnvironment(101));
    assert.deepEqual(
      problems.map(({ subject: thing }) => thing),
      ["environment staging of only", "environment production of only"],
    );
    assert.match(problems[0]?.cause ?? "", /holds 100 secrets in GitHub, and 101 have a value/);
    assert.deepEqual(check(["one", "two"], ...perEnvironment(101)), []);
  });
});
