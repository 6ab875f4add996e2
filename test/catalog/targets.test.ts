import assert from "node:assert/strict";
import { SEEN_BY_A_WORKFLOW, spreadSecrets } from "../../src/catalog/carriers";
import type { ResolvedEntry } from "../../src/catalog/entry";
import { catalogWith } from "./catalog-with";

const TODAY = "2026-06-15";
const named = (count: number, more: object = {}, prefix = "KEY") =>
  Array.from({ length: count }, (_, index) => ({ name: `${prefix}_${index}`, ...more }));
const secretsOf = (...entries: Record<string, unknown>[]): readonly ResolvedEntry[] =>
  catalogWith(...entries).entries;
const carriersOf = (count: number) => Array.from({ length: count }, (_, index) => `carrier-${index}`);
const spread = (
  secrets: readonly ResolvedEntry[],
  carriers: readonly string[],
  counts: Record<string, number> = {},
  everywhere = 0,
) => spreadSecrets(secrets, carriers, TODAY, { counts, everywhere });
/** Carrier by secret. */
const places = (secrets: readonly ResolvedEntry[], carriers: readonly string[], crowd = {}) => {
  const { shards, problems } = spread(secrets, carriers, crowd);
  assert.deepEqual(problems, []);
  const pairs = Object.entries(shards).flatMap(([carrier, names]) =>
    [...names].map((name) => [name, carrier] as const),
  );
  const map = new Map(pairs);
  assert.equal(pairs.length, map.size, "a secret has two carriers");
  assert.equal(map.size, secrets.length);
  return map;
};
const moved = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) =>
  [...before].filter(([name, carrier]) => after.has(name) && after.get(name) !== carrier);

describe("the spread of secrets over carriers", () => {
  it("gives one carrier everything, up to a hundred", () => {
    const secrets = secretsOf(...named(100));
    assert.equal(places(secrets, ["only"]).get("KEY_7"), "only");
  });

  it("gives each of ten carriers exactly a hundred of a thousand", () => {
    const secrets = secretsOf(...named(1000));
    const { shards, problems } = spread(secrets, carriersOf(10));
    assert.deepEqual(problems, []);
    for (const names of Object.values(shards)) assert.equal(names.size, SEEN_BY_A_WORKFLOW);
  });

  it("does not depend on the order of entries or carriers", () => {
    const secrets = secretsOf(...named(250));
    const [first, second] = [
      places(secrets, carriersOf(3)),
      places([...secrets].reverse(), carriersOf(3).reverse()),
    ];
    assert.deepEqual([...first].sort(), [...second].sort());
  });

  it("moves no other secret when one comes or goes and no carrier is full", () => {
    const before = places(secretsOf(...named(200)), carriersOf(5));
    for (const name of ["NEW", "OTHER_NEW", "Z"]) {
      const after = places(secretsOf(...named(200), { name }), carriersOf(5));
      assert.deepEqual(moved(before, after), []);
    }
  });

  it("moves secrets only to the new carrier when one is added: about one in n", () => {
    const secrets = secretsOf(...named(240));
    const before = places(secrets, carriersOf(5));
    const after = places(secrets, [...carriersOf(5), "new"]);
    const all = moved(before, after);
    for (const [name] of all) assert.equal(after.get(name), "new");
    assert.ok(all.length > 20 && all.length < 60, `${all.length} of 240 moved`);
  });

  it("moves at most one secret a carrier when one comes and carriers are full", () => {
    const before = places(secretsOf(...named(999)), carriersOf(10));
    for (const name of ["NEW", "OTHER_NEW", "AND_ANOTHER"]) {
      const after = places(secretsOf(...named(999), { name }), carriersOf(10));
      const from = moved(before, after).map(([, carrier]) => carrier);
      assert.equal(new Set(from).size, from.length, `${from}`);
    }
  });

  it("counts someone else's secrets, those for all repositories and those named for a carrier", () => {
    const [left, right] = ["left", "right"];
    const full = secretsOf(...named(90), ...named(10, { visibility: "all" }, "OPEN"));
    assert.deepEqual(spread(full, [left]).problems, []);
    assert.equal(spread(full, [left], { left: 1 }).problems.length, 1);
    const both = spread(full, [left, right], { left: 80, right: 20 });
    assert.deepEqual(both.problems.length, 1); // 10 + 70 places for 90
    assert.deepEqual(spread(full, [left, right], { left: 70, right: 20 }).problems, []);
    const pinned = secretsOf(...named(60), ...named(50, { repositories: [left] }, "PINNED"));
    const shards = spread(pinned, [left, right]).shards;
    assert.equal([...(shards.left ?? [])].filter((name) => name.startsWith("PINNED")).length, 50);
  });

  it("counts neither what is due nor what has a value per environment", () => {
    const secrets = secretsOf(
      ...named(100),
      ...named(5, { tombstone: TODAY }, "GONE"),
      ...named(5, { perEnvironment: true }, "OWN"),
    );
    assert.deepEqual(spread(secrets, ["only"]).problems, []);
    assert.ok(spread(secrets, ["only"]).shards.only?.has("OWN_3"));
  });

  it("says how many carriers would do, and how to declare them", () => {
    const [problem] = spread(secretsOf(...named(101)), ["only"]).problems;
    assert.equal(problem?.subject, "carrier only");
    assert.match(problem?.cause ?? "", /and 1 of the catalog would lie beyond/);
    assert.match(
      problem?.remedy ?? "",
      /over 2 carriers: create 1 more.*pulumi config set --path 'carriers\[1\]' REPOSITORY$/,
    );
    const [many] = spread(secretsOf(...named(1000)), ["only"]).problems;
    assert.match(
      many?.remedy ?? "",
      /over 10 carriers: create 9 more.*'carriers\[1\]' REPOSITORY; ...; .*'carriers\[9\]' REPOSITORY/,
    );
    const [crowded] = spread(secretsOf(...named(1000)), ["only"], { only: 50 }, 50).problems;
    assert.match(crowded?.remedy ?? "", /over 20 carriers/);
    assert.deepEqual(spread(secretsOf(...named(1000)), carriersOf(20), {}).problems, []);
  });

  it("says so when more carriers would not help", () => {
    const secrets = secretsOf(...named(60, { visibility: "all" }), { name: "A" });
    const [problem] = spread(secrets, ["only"], { only: 40 }, 40).problems;
    assert.match(problem?.remedy ?? "", /more carriers do not help, for 100 secrets are readable in each/);
  });

  it("asks no new carrier to bear what was granted to another by name", () => {
    const [problem] = spread(secretsOf(...named(100)), ["only"], { only: 90 }).problems;
    assert.match(problem?.remedy ?? "", /over 2 carriers/);
    assert.deepEqual(spread(secretsOf(...named(100)), ["only", "new"], { only: 90 }).problems, []);
  });

  it("names the carrier that someone else's grants fill beyond what it must read itself", () => {
    const secrets = secretsOf({ name: "OWN", bootstrap: true }, { name: "A" });
    const [problem] = spread(secrets, ["full", "free"], { full: 100 }).problems;
    assert.match(problem?.remedy ?? "", /^name other repositories as carriers in the place of full, or take/);
  });
});
