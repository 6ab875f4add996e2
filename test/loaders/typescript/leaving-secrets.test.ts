import { equal } from "node:assert/strict";
import { defineCatalog } from "../../../src/catalog/entry";
import type { LoadedSecrets } from "../../../src/loaders/typescript/loaded-secrets";
import type { Secret } from "../../../src/secret";
import { escDocument } from "./esc-document";
import { loadedWith } from "./loaded-with";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`, as in loaded-secrets.test.ts. */
const holds = <Claim extends true>(claim: Claim): void => equal(claim, true);

const catalog = defineCatalog({
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
  secrets: [
    { name: "GOING_KEY", group: "keys", tombstone: "2026-12-31" },
    { name: "GOING_DEFAULT", group: "keys", default: "x", tombstone: "2026-12-31" },
    { name: "NEW_KEY", group: "keys", renamedFrom: "OLD_KEY" },
    { name: "NEWER_KEY", group: "keys", renamedFrom: { name: "OLDER_KEY", tombstone: "2026-12-31" } },
  ],
});
type Loaded = LoadedSecrets<typeof catalog, "production">;
const load = (values: Record<string, string>) =>
  loadedWith(catalog, "production", escDocument({ app: values }));

describe("secrets that leave, in the loader", () => {
  it("are optional, to the compiler and when they are loaded, on whichever day", () => {
    holds<Same<Loaded["going_key"], Secret | undefined>>(true);
    holds<Same<Loaded["going_default"], Secret | undefined>>(true);
    const values = { new_key: "a", newer_key: "b" };
    equal(load(values).going_key, undefined);
    equal(load(values).going_default, undefined);
    equal(load({ ...values, going_key: "still here" }).going_key?.unwrap(), "still here");
  });

  it("are loaded under their old names as under the new, and are as certain", () => {
    holds<Same<Loaded["old_key"], Secret>>(true);
    holds<Same<Loaded["older_key"], Secret>>(true);
    const secrets = load({ new_key: "a", newer_key: "b" });
    equal(secrets.old_key.unwrap(), "a");
    equal(secrets.older_key.unwrap(), "b");
  });
});
