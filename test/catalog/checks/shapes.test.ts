import { deepEqual, equal } from "node:assert/strict";
import { parseCatalog } from "../../../src/catalog/checks/check-catalog";
import type { Catalog } from "../../../src/catalog/entry";
import { declaredWith } from "../catalog-with";

const parse = (written: unknown) => parseCatalog(written as Catalog, "app");
const told = (...secrets: unknown[]) =>
  parse({ ...declaredWith(), secrets }).problems.map(
    ({ code, subject, cause }) => `${code} ${subject}: ${cause}`,
  );
const KEY = { name: "KEY", group: "keys" };

describe("a catalog that comes as data", () => {
  it("is resolved when it is right", () => {
    const { catalog, problems } = parse(declaredWith({ name: "B" }, { name: "A" }));
    deepEqual(problems, []);
    deepEqual(
      catalog.entries.map(({ name, appKey }) => `${name} ${appKey}`),
      ["A a", "B b"],
    );
  });

  it("is told every entry that has a wrong form, and what else is wrong", () => {
    deepEqual(
      told(
        { group: "keys" },
        "KEY",
        null,
        { ...KEY, aliases: "OLD", required: "yes" },
        { name: "TYPO", group: "keys", requird: false },
        { name: "OLD", group: "keys", renamedFrom: { name: "OLDER" } },
        { name: "lower", group: "keys" },
      ),
      [
        "shape-invalid entry no. 1: has no name",
        "shape-invalid entry no. 2: is not a mapping",
        "shape-invalid entry no. 3: is not a mapping",
        "shape-invalid KEY: aliases is not a list",
        "shape-invalid KEY: required is not true or false",
        "shape-invalid TYPO: has a requird, which no entry has",
        "shape-invalid OLD: renamedFrom is not a name",
        "name-invalid lower: is not a name GitHub stores: upper case letters, digits and _",
      ],
    );
  });

  it("is told of its lists and mappings", () => {
    for (const [part, written] of [
      ["environments", { ...declaredWith(KEY), environments: "live" }],
      ["groups", { ...declaredWith(KEY), groups: ["keys"] }],
      ["secrets", { ...declaredWith(), secrets: { KEY } }],
    ] as const) {
      const [first, ...others] = parse(written).problems;
      equal(first?.subject, part);
      equal(first?.code, "shape-invalid");
      deepEqual(others, [], "what follows from it is not told");
    }
  });

  it("never quotes a value", () => {
    const canary = "canary-secret-value";
    const written = {
      ...KEY,
      default: { value: canary },
      format: [canary],
      aliases: [{ canary }],
      credential: canary,
    };
    const text = JSON.stringify(parse({ ...declaredWith(), secrets: [written, canary] }).problems);
    equal(text.includes(canary), false);
  });
});
