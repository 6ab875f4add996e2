import assert from "node:assert/strict";
import { spreadSecrets } from "../../src/catalog/carriers";
import { pathsOf } from "../../src/catalog/checks/check-keys";
import { organizationSlots, valueNames } from "../../src/catalog/slots";
import { catalogWith, problemsOf } from "./catalog-with";

const resolved = (entry: Record<string, unknown>) => {
  const [secret] = catalogWith(entry).entries;
  assert.ok(secret !== undefined);
  return secret;
};
const DATED = { name: "NEW", renamedFrom: { name: "OLD", tombstone: "2026-12-31" } };

describe("a renamed entry", () => {
  it("keeps both names in GitHub, and both keys in ESC and the loader", () => {
    const secret = resolved({ name: "NEW", renamedFrom: "OLD" });
    assert.deepEqual(pathsOf(secret), ["new", "old"]);
    const slots = organizationSlots([secret], "2026-01-01");
    assert.deepEqual(
      slots.map((slot) => [slot.name, slot.tombstone]),
      [
        ["NEW", undefined],
        ["OLD", undefined],
      ],
    );
  });

  it("has no key twice where the old one is its own already", () => {
    assert.deepEqual(pathsOf(resolved({ name: "NEW", appKey: "old", renamedFrom: "OLD" })), ["old"]);
    assert.deepEqual(pathsOf(resolved({ name: "NEW", appKeyAliases: ["old"], renamedFrom: "OLD" })), [
      "new",
      "old",
    ]);
    assert.deepEqual(problemsOf({ name: "NEW", appKey: "old", renamedFrom: "OLD" }), []);
  });

  it("loses the old name on the day it gives; its own tombstone ends both", () => {
    const names = (entry: Record<string, unknown>, day: string) =>
      organizationSlots([resolved(entry)], day).map((slot) => slot.name);
    assert.deepEqual(names(DATED, "2026-12-30"), ["NEW", "OLD"]);
    assert.deepEqual(names(DATED, "2026-12-31"), ["NEW"]);
    assert.deepEqual(names({ name: "NEW", renamedFrom: "OLD", tombstone: "2026-12-31" }, "2026-12-31"), []);
  });

  it("is refused when a name comes back, means two entries, or is renamed in a circle", () => {
    const means = "means several entries at once (name, alias or old name of A and B)";
    assert.deepEqual(
      problemsOf({ name: "A", renamedFrom: "B" }, { name: "B", renamedFrom: "A" }).slice(0, 2),
      [`A: ${means}`, `B: ${means}`],
    );
    assert.deepEqual(problemsOf({ name: "A", renamedFrom: "X" }, { name: "B", aliases: ["X"] }), [
      `X: ${means}`,
    ]);
    assert.match(problemsOf({ name: "A", renamedFrom: "A" })[0] ?? "", /^A: is 2 times in the catalog/);
    assert.match(
      problemsOf({ name: "A", renamedFrom: "X" }, { name: "B", appKey: "x" })[0] ?? "",
      /shares the app key x with/,
    );
  });

  it("is refused with an old name that GitHub never had, or a day that is none", () => {
    assert.match(
      problemsOf({ name: "A", renamedFrom: "GITHUB_A" })[0] ?? "",
      /^A \(GITHUB_A\): GitHub refuses/,
    );
    assert.deepEqual(problemsOf({ name: "A", renamedFrom: { name: "X", tombstone: "soon" } }), [
      "A: its tombstone is not a day of the calendar",
    ]);
  });

  it("is given its value under either name, and under the old one no longer than that lives", () => {
    assert.deepEqual(valueNames(resolved({ ...DATED, aliases: ["ALIAS"] }), "2026-12-30"), [
      "NEW",
      "ALIAS",
      "OLD",
    ]);
    assert.deepEqual(valueNames(resolved(DATED), "2026-12-31"), ["NEW"]);
  });

  it("takes two places of a carrier's hundred", () => {
    const names = Array.from({ length: 99 }, (_, index) => ({ name: `K${index}` }));
    const secrets = catalogWith(...names, { name: "NEW", renamedFrom: "OLD" }).entries;
    assert.equal(spreadSecrets(secrets, ["only"], "2026-01-01").problems.length, 1);
    assert.equal(spreadSecrets(secrets.slice(1), ["only"], "2026-01-01").problems.length, 0);
  });
});
