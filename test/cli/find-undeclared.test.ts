// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ESC's references

import { deepEqual, doesNotMatch, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseDocument } from "yaml";
import type { Catalog, Entry } from "../../src/catalog/entry";
import { resolveCatalog } from "../../src/catalog/entry";
import { declaredPlaces, findUndeclared } from "../../src/operations/status/hand-edits";
import { Secret } from "../../src/secret";
import { catalogOn } from "../../src/sync/catalog-day";
import { buildJobCatalog } from "../../src/sync/job-catalog";
import { ValuesText } from "../../src/sync/values-text";
import { SETTINGS } from "./small-organization";

const BEFORE_ALL = "2000-01-01";
const group = (description: string) => ({ description, rotationDays: 90, owner: "Platform" });

function jobOf(secrets: readonly Entry[]) {
  const groups = { keys: group("Keys"), databases: group("Databases") };
  const catalog: Catalog = { environments: ["staging", "production"], groups, secrets };
  return buildJobCatalog(resolveCatalog(catalog), SETTINGS);
}

/** The text that a sync of all these secrets leaves, all in one group. */
function synced(secrets: readonly Entry[], today = BEFORE_ALL): string {
  const job = catalogOn(jobOf(secrets), today);
  const text = new ValuesText("values: {}\n", job.appRoot, "default/x");
  for (const secret of job.secrets) {
    text.set(secret, new Secret("canary"));
    text.map(secret);
  }
  return text.toString();
}

/** What is found in a text of the group `keys` in production. */
function found(secrets: readonly Entry[], text: string) {
  const seen = { environment: "production", ledger: undefined, groups: { keys: { revision: 1, text } } };
  const all = findUndeclared(declaredPlaces(jobOf(secrets)), seen);
  doesNotMatch(JSON.stringify(all), /canary/);
  return all.map(({ name, places }) => [name, ...places]);
}

const ENTRIES: readonly Entry[] = [
  { name: "API_KEY", group: "keys", appKeyAliases: ["second_key"], pulumiConfig: "aws:region" },
  {
    name: "NEW_NAME",
    group: "keys",
    path: "deep.place",
    renamedFrom: { name: "OLD_NAME", tombstone: "2026-01-01" },
  },
  { name: "GOING_KEY", group: "keys", tombstone: "2026-01-01" },
];

describe("what is in no entry of the catalog", () => {
  it("is nothing that the sync writes: further keys, Pulumi config, old names, what is due and stands yet", () => {
    deepEqual(found(ENTRIES, synced(ENTRIES)), []);
  });

  it("is a value and its variable as one thing, by the variable's name", () => {
    const text =
      "values:\n  app:\n    new_key: canary\n  environmentVariables:\n    NEW_KEY: ${app.new_key}\n";
    deepEqual(found(ENTRIES, text), [["NEW_KEY", "app.new_key", "environmentVariables.NEW_KEY"]]);
  });

  it("is a variable alone, a key alone, and what the text imports", () => {
    const text =
      "imports: [canary]\nvalues:\n  files: { A: canary }\n  app: { api_key: canary }\n  environmentVariables:\n    B: canary\n    C: ${app.api_key}\n";
    deepEqual(found(ENTRIES, text.replace("[canary]", "[]")), [
      ["files.A", "files.A"],
      ["B", "environmentVariables.B"],
      ["C", "environmentVariables.C"],
    ]);
    deepEqual(found(ENTRIES, text).at(-1), ["imports", "imports"]);
  });

  it("is what another group or another environment has, and the place that a secret left", () => {
    const [first, ...others] = ENTRIES;
    ok(first !== undefined);
    const places = [
      "app.api_key",
      "app.second_key",
      "environmentVariables.API_KEY",
      "pulumiConfig.aws:region",
    ];
    const stray = [["API_KEY", ...places]];
    const text = synced(ENTRIES);
    deepEqual(found([{ ...first, group: "databases" }, ...others], text), stray);
    deepEqual(found([{ ...first, environments: ["staging"] }, ...others], text), stray);
    deepEqual(found(others, text), stray);
    const [moved] = found([{ ...first, path: "elsewhere" }, ...others], text);
    deepEqual(moved, ["app.api_key", "app.api_key"]);
  });

  it("is not what stands below a secret's place, nor a key that only looks like two", () => {
    deepEqual(found(ENTRIES, "values: { app: { api_key: { more: canary } } }\n"), []);
    deepEqual(found(ENTRIES, 'values: { app: { "deep.place": canary } }\n'), [
      ['app["deep.place"]', 'app["deep.place"]'],
    ]);
  });

  it("cannot be told of a text that is not YAML", () => {
    deepEqual(found(ENTRIES, "values: [canary"), []);
  });

  it("is exactly what is planted, whatever the catalog and wherever that is", () => {
    const options = fc.record(
      {
        path: fc.constantFrom("a", "a.b", "a.b.c"),
        appKeyAliases: fc.constant(["alias"]),
        pulumiConfig: fc.constantFrom("config", "aws:config", "dotted.config"),
        tombstone: fc.constantFrom("2026-01-01", "2030-01-01"),
        renamedFrom: fc.record({ tombstone: fc.constantFrom("2026-01-01", "2030-01-01") }),
      },
      { requiredKeys: [] },
    );
    const entries = fc.array(options, { maxLength: 4 }).map((all) => all.map(entryAt));
    const root = fc.constantFrom("app", "environmentVariables", "pulumiConfig", "theirs");
    const key = fc.string({ unit: "grapheme" });
    const place = fc.tuple(
      root,
      fc.array(
        key.map((text) => `x${text}`),
        { maxLength: 2 },
      ),
      key,
    );
    const today = fc.constantFrom(BEFORE_ALL, "2026-06-01");
    fc.assert(
      fc.property(entries, place, today, (secrets, [first, middle, last], day) => {
        const text = synced(secrets, day);
        deepEqual(found(secrets, text), []);
        const document = parseDocument(text);
        document.setIn(["values", first, ...middle, `PLANTED${last}`], "canary");
        const [planted, ...others] = found(secrets, document.toString());
        equal(others.length, 0);
        equal(planted?.length, 2);
        ok(planted?.every((name) => name.includes("PLANTED")));
      }),
    );
  });
});

/** An entry whose names are its own among those of other indexes. */
function entryAt(
  {
    path,
    appKeyAliases,
    pulumiConfig,
    renamedFrom,
    tombstone,
  }: Omit<Partial<Entry>, "renamedFrom"> & { renamedFrom?: { tombstone: string } },
  index: number,
): Entry {
  return {
    name: `KEY_${index}`,
    group: "keys",
    ...(path === undefined ? {} : { path: `own_${index}.${path}` }),
    ...(appKeyAliases === undefined ? {} : { appKeyAliases: appKeyAliases.map((key) => `${key}_${index}`) }),
    ...(pulumiConfig === undefined ? {} : { pulumiConfig: `${pulumiConfig}_${index}` }),
    ...(tombstone === undefined ? {} : { tombstone }),
    ...(renamedFrom === undefined ? {} : { renamedFrom: { ...renamedFrom, name: `OLD_${index}` } }),
  };
}
