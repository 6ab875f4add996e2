import { defineCatalog } from "../../src/catalog/entry";

/** One entry of each kind that the program treats differently. */
export const SMALL = defineCatalog({
  environments: ["development", "staging", "production"],
  groups: {
    keys: { description: "Keys", rotationDays: 90, owner: "Ops", sharedBecause: "A test" },
    tokens: { description: "Tokens", rotationDays: 30, owner: "Security", sharedBecause: "A test" },
  },
  secrets: [
    { name: "ALIASED_KEY", group: "keys", aliases: ["OLD_KEY", "OLDER_KEY"] },
    { name: "OPEN_KEY", group: "keys", visibility: "all" },
    { name: "PRIVATE_KEY", group: "tokens", visibility: "private", environments: ["production"] },
    { name: "OWN_READERS_KEY", group: "tokens", repositories: ["second-carrier", "sophia-main"] },
    { name: "PIPELINE_TOKEN", group: "tokens", bootstrap: true },
  ],
});
