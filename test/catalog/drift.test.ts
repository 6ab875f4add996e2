import assert from "node:assert/strict";
import { otherSecretsOf, repositoriesWithAccess } from "../../src/catalog/carriers";
import { driftInLists } from "../../src/resources/github/warn-of-drift";
import { catalogWith } from "./catalog-with";

const CATALOG = catalogWith(
  { name: "A", aliases: ["OLD_A"] },
  { name: "B", visibility: "all" },
  { name: "GONE", tombstone: "2020-01-01" },
  { name: "OWN", perEnvironment: true },
);
const DECLARED = [
  { name: "A", visibility: "selected" },
  { name: "B", visibility: "all" },
];
const drift = (listed: { name: string; visibility: string }[], inState = ["A", "B"]) =>
  driftInLists(DECLARED, new Set(inState), CATALOG.entries, listed);

describe("drift that a list shows", () => {
  it("is none when GitHub has what is declared, aliases and what is about to go included", () => {
    const also = ["OLD_A", "GONE"].map((name) => ({ name, visibility: "all" }));
    assert.deepEqual(drift([...DECLARED, ...also]), []);
  });

  it("is a visibility that somebody changed", () => {
    const [found] = drift([
      { name: "A", visibility: "private" },
      DECLARED[1] ?? { name: "", visibility: "" },
    ]);
    assert.equal(found?.code, "visibility-differs");
    assert.match(found.cause, /: A \(private, declared selected\)$/);
  });

  it("is a secret that was deleted, but not one that no run has made yet", () => {
    const [found] = drift([]);
    assert.equal(found?.code, "secret-missing");
    assert.match(found.cause, /: A, B$/);
    assert.deepEqual(drift([], []), []);
  });

  it("is a secret that a carrier hides by one of its own, and no other of the carrier's", () => {
    const hiding = [{ repository: "acme/carrier", names: ["A", "THEIRS"] }];
    const [found] = driftInLists(DECLARED, new Set(["A", "B"]), CATALOG.entries, DECLARED, hiding);
    assert.equal(found?.code, "secret-shadowed");
    assert.match(found.cause, /: A \(acme\/carrier\)$/);
  });

  it("is a secret that the catalog does not have; of many, twenty are named", () => {
    const undeclared = Array.from({ length: 25 }, (_, index) => ({
      name: `X${index + 10}`,
      visibility: "all",
    }));
    const [found] = drift([...DECLARED, ...undeclared]);
    assert.equal(found?.code, "secret-undeclared");
    assert.match(found.cause, /: X10, .*, X29 and 5 more$/);
  });
});

describe("someone else's secrets that a carrier may read", () => {
  const listed = [
    { name: "FOR_ALL", visibility: "all" },
    { name: "FOR_PRIVATE", visibility: "private" },
    { name: "BY_NAME", visibility: "selected" },
  ];

  it("are all but those the catalog has, whoever granted them and however", () => {
    const readable = { crowded: ["FOR_ALL", "OLD_A", "A", "B", "GONE", "BY_NAME"], empty: ["A"] };
    assert.deepEqual(otherSecretsOf(CATALOG.entries, readable, listed).counts, { crowded: 3, empty: 0 });
  });

  it("follow to a new carrier unless they are granted by name", () => {
    const everywhere = (readable: Record<string, string[]>) =>
      otherSecretsOf(CATALOG.entries, readable, listed).everywhere;
    assert.equal(everywhere({ only: ["FOR_ALL", "FOR_PRIVATE", "BY_NAME"] }), 2);
    assert.equal(everywhere({ closed: ["FOR_ALL", "FOR_PRIVATE"], open: ["FOR_ALL"] }), 1);
  });

  it("do not count the name that a renamed secret had, for it has its place already", () => {
    const secrets = catalogWith({ name: "NEW", renamedFrom: "OLD" }).entries;
    assert.deepEqual(otherSecretsOf(secrets, { carrier: ["NEW", "OLD"] }, []).counts, { carrier: 0 });
  });
});

describe("the readers of a secret", () => {
  const readers = (entry: Record<string, unknown>, shards: Record<string, ReadonlySet<string>>) => {
    const [secret] = catalogWith({ name: "A", ...entry }).entries;
    assert.ok(secret !== undefined);
    return repositoriesWithAccess(secret, shards);
  };
  const SHARDS = { one: new Set(["B"]), two: new Set(["A"]) };

  it("are the carrier that syncs it and the repositories of its entry, and no other carrier", () => {
    assert.deepEqual(readers({}, SHARDS), ["two"]);
    assert.deepEqual(readers({ repositories: ["app", "two"] }, SHARDS), ["app", "two"]);
  });

  it("are all carriers for the pipeline's own credential, and nobody by name where all may read", () => {
    assert.deepEqual(readers({ bootstrap: true }, SHARDS), ["one", "two"]);
    assert.deepEqual(readers({ visibility: "all" }, SHARDS), []);
  });
});
