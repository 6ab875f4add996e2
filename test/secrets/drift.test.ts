import assert from "node:assert/strict";
import { describeDrift } from "../../secrets/drift";
import { resolveCatalog } from "../../secrets/entry";
import { crowdOf } from "../../secrets/targets";
import { catalogWith } from "./catalog-with";

const SECRETS = resolveCatalog(
  catalogWith(
    { name: "A", aliases: ["OLD_A"] },
    { name: "B", visibility: "all" },
    { name: "GONE", tombstone: "2020-01-01" },
    { name: "OWN", perEnvironment: true },
  ),
);
const DECLARED = [
  { name: "A", visibility: "selected" },
  { name: "B", visibility: "all" },
];
const drift = (listed: { name: string; visibility: string }[], inState = ["A", "B"]) =>
  describeDrift(DECLARED, new Set(inState), SECRETS, listed);

describe("drift that a list shows", () => {
  it("is none when GitHub has what is declared, aliases and what is about to go included", () => {
    const also = ["OLD_A", "GONE"].map((name) => ({ name, visibility: "all" }));
    assert.deepEqual(drift([...DECLARED, ...also]), []);
  });

  it("is a visibility that somebody changed", () => {
    const [line] = drift([{ name: "A", visibility: "private" }, DECLARED[1] ?? { name: "", visibility: "" }]);
    assert.equal(line, "visibility changed: A (private, declared selected)");
  });

  it("is a secret that was deleted, but not one that no run has made yet", () => {
    assert.match(drift([])[0] ?? "", /^deleted.*: A, B$/);
    assert.deepEqual(drift([], []), []);
  });

  it("is a secret that the catalog does not have; of many, twenty are named", () => {
    const strangers = Array.from({ length: 25 }, (_, index) => ({
      name: `X${index + 10}`,
      visibility: "all",
    }));
    const [line] = drift([...DECLARED, ...strangers]);
    assert.match(line ?? "", /^not in the catalog: X10, .*, X29 and 5 more$/);
  });
});

describe("other people's secrets that a carrier may read", () => {
  it("are those for all repositories, and those for private ones where it is private", () => {
    const listed = [
      { name: "X", visibility: "all" },
      { name: "Y", visibility: "private" },
      { name: "Z", visibility: "selected" },
      { name: "OLD_A", visibility: "all" },
      ...DECLARED,
      { name: "GONE", visibility: "all" },
    ];
    assert.deepEqual(crowdOf(SECRETS, listed, { closed: true, open: false }), { closed: 3, open: 2 });
  });
});
