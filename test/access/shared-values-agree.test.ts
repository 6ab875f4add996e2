import { deepEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { rightsOf } from "../../src/access/access-matrix";
import { LEVELS } from "../../src/catalog/access-policy";
import { checkSharing } from "../../src/catalog/checks/check-sharing";
import { type Catalog, type Entry, type ResolvedCatalog, resolveCatalog } from "../../src/catalog/entry";
import { accessSection } from "../../src/cli/report/access-section";
import { readAccess } from "../../src/operations/access/access-rights";
import { sharedSection } from "../../src/operations/evidence/access-sections";
import type { ReportData } from "../../src/operations/report/report-data";
import { catalogFacts } from "../../src/resources/catalog-facts";
import { commandContext } from "../cli/command-context";
import { SETTINGS } from "../cli/small-organization";
import { checksOf } from "../policies/check-rule";

const ENVIRONMENTS = ["development", "staging", "production"];
const GROUPS = ["keys", "tokens", "other"];
const TODAY = new Date().toISOString().slice(0, 10);
const pack = checksOf("shared-values-are-acknowledged");

const some = <Value>(values: Value[]) => fc.subarray(values, { minLength: 1 });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 3 });
const reason = fc.constantFrom("The vendor gives one key an account", " ", "");

const entries: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.record({
      group: fc.constantFrom(...GROUPS),
      environments: maybe(some(ENVIRONMENTS)),
      perEnvironment: maybe(fc.constant(true as const)),
      credential: maybe(fc.constant(false as const)),
      bootstrap: maybe(fc.constant(true as const)),
      value: maybe(fc.constant("config" as const)),
      aliases: maybe(fc.constant(["OLDER_KEY"])),
      leftoverUntil: maybe(fc.constant("2999-12-31")),
      tombstone: maybe(fc.constantFrom("2000-01-01", "2999-12-31")),
      renamedFrom: maybe(fc.constantFrom("OLD_KEY", { name: "OLD_KEY", tombstone: "2000-01-01" })),
      sharedBecause: maybe(reason),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((made) =>
    made.map((entry, index) => {
      const given = Object.entries(entry).filter(([, value]) => value !== undefined);
      return { name: `KEY_${index}`, ...Object.fromEntries(given) } as Entry;
    }),
  );
/** People and teams, some in several policies; teams that have a person's name too. */
const identities = some([
  { type: "user" as const, name: "ann" },
  { type: "user" as const, name: "bob" },
  { type: "team" as const, name: "ann" },
  { type: "team" as const, name: "on-call" },
]);
const policies = fc
  .array(
    fc.record({
      groups: fc.oneof(fc.constant("all" as const), fc.subarray(GROUPS)),
      environments: some(ENVIRONMENTS),
      identities,
      level: fc.constantFrom(...LEVELS),
    }),
    { maxLength: 5 },
  )
  .map((made) => made.map((policy, index) => ({ name: `policy-${index}`, why: "They need it", ...policy })));
/** Applications have teams of their own, in several repositories; they widen nobody's access. */
const applications = fc.array(
  fc.record({
    name: fc.constantFrom("web", "jobs"),
    repository: fc.constantFrom("web", "jobs"),
    language: fc.constant("python" as const),
    path: fc.constant("config.py"),
    environments: some(ENVIRONMENTS),
    groups: some(GROUPS),
  }),
  { maxLength: 2 },
);
const catalogs: fc.Arbitrary<ResolvedCatalog> = fc
  .record({ secrets: entries, accessPolicies: policies, applications, groupReason: maybe(reason) })
  .map(({ secrets, accessPolicies, applications, groupReason: sharedBecause }) =>
    resolveCatalog({
      environments: ENVIRONMENTS,
      groups: Object.fromEntries(
        GROUPS.map((name) => [
          name,
          {
            description: name,
            rotationDays: 90,
            owner: "Platform",
            ...(name === "tokens" && sharedBecause !== undefined ? { sharedBecause } : {}),
          },
        ]),
      ),
      secrets,
      accessPolicies,
      applications,
    } as Catalog),
  );

/** By the matrix of rights alone: who may open a credential in some of its environments and not in all. */
function gainsByMatrix(catalog: ResolvedCatalog): string[] {
  const rights = rightsOf(catalog, SETTINGS).filter(
    ({ level, because }) => level !== "read" && !because.some(({ policy }) => policy.startsWith("(")),
  );
  return catalog.entries
    .filter(
      ({ credential, perEnvironment, bootstrap, tombstone }) =>
        credential && !perEnvironment && !bootstrap && !(tombstone !== undefined && tombstone <= TODAY),
    )
    .flatMap(({ name, group, environments }) => {
      const open = new Map<string, number>();
      for (const { group: of, environment, identity } of rights)
        if (of === group && environments.includes(environment)) {
          const who = `${identity.type} ${identity.name}`;
          open.set(who, (open.get(who) ?? 0) + 1);
        }
      return [...open].filter(([, count]) => count < environments.length).map(([who]) => `${name} ${who}`);
    })
    .sort();
}

const isSaid = ({ sharedBecause }: { sharedBecause?: string | undefined }) =>
  (sharedBecause ?? "").trim() !== "";

describe("what shares a value across environments", () => {
  it("is the same to the matrix, access, evidence, the report, preview and the policy pack, in any catalog", async () => {
    await fc.assert(
      fc.asyncProperty(catalogs, async (catalog) => {
        const expected = gainsByMatrix(catalog);
        const context = commandContext({}, { catalog, project: { dir: "/nowhere", settings: SETTINGS } });
        const asked = { names: [], environment: undefined, identity: undefined };
        const { shared } = await readAccess(context, asked);
        const told = shared.flatMap(({ name, gains }) =>
          gains.map(({ identity }) => `${name} ${identity.type} ${identity.name}`),
        );
        deepEqual(told.sort(), expected, "access");
        const rows = sharedSection(context).rows.map(([name, , , who = ""]) =>
          who.startsWith("team ") ? `${name} ${who}` : `${name} user ${who}`,
        );
        deepEqual(rows.sort(), expected, "evidence");
        const names = [...new Set(expected.map((line) => line.split(" ")[0] ?? ""))];
        const unsaid = names.filter(
          (name) => !isSaid(catalog.entries.find((each) => each.name === name) ?? {}),
        );
        deepEqual(
          shared.filter((each) => each.reason === undefined).map(({ name }) => name),
          unsaid,
        );
        const page = accessSection(reportOf(catalog, shared)).text;
        const inPage = catalog.entries.filter(({ name }) => page.includes(name)).map(({ name }) => name);
        deepEqual(inPage, names, "report");
        deepEqual(page.includes("Without a reason in the catalog"), unsaid.length > 0, "report");
        const refused = checkSharing(catalog, TODAY);
        const inPreview = unsaid.filter((name) => refused.some(({ cause }) => cause.includes(name)));
        deepEqual([refused.length > 0, inPreview], [unsaid.length > 0, unsaid], "preview");
        const facts = catalogFacts({ secrets: catalog.entries, policies: catalog.accessPolicies });
        const reported = await pack.run([
          { type: "sophia-secrets:catalog:Catalog", name: "catalog", outputs: facts },
        ]);
        const inPack = unsaid.filter((name) =>
          reported.some(({ message }) => message.includes(`${name} has one value`)),
        );
        const others = reported.filter(({ message }) => !/OLD_KEY has one value/.test(message)).length;
        deepEqual([inPack, others], [unsaid, unsaid.length], "policy pack");
      }),
      { numRuns: 200 },
    );
  }).timeout(60_000);
});

function reportOf(catalog: ResolvedCatalog, shared: ReportData["access"]["shared"]): ReportData {
  const access = { rights: [], reviews: [], managing: [], shared, isEnforced: true, cloud: undefined };
  const { environments, groups } = catalog;
  return { environments, groups, access } as unknown as ReportData;
}
