import { defineCatalog } from "../../../src/catalog/entry";

/** One entry of each kind the loader tells apart. */
export const small = defineCatalog({
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
  secrets: [
    { name: "PLAIN_KEY", group: "keys" },
    { name: "RENAMED_KEY", group: "keys", appKey: "own_name", appKeyAliases: ["old_name", "older_name"] },
    { name: "NESTED_KEY", group: "keys", path: "infrastructure.docker.token" },
    { name: "OPTIONAL_KEY", group: "keys", required: false },
    { name: "DEFAULT_KEY", group: "keys", default: "public" },
    { name: "PRODUCTION_KEY", group: "keys", environments: ["production"] },
    { name: "PIPELINE_KEY", group: "keys", bootstrap: true },
  ],
});

/** Values for everything that is required. */
export const VALUES = {
  plain_key: "plain-value",
  own_name: "renamed-value",
  infrastructure: { docker: { token: "nested-value" } },
  default_key: "public",
  production_key: "production-value",
};
