import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { POLICIES, RULES } from "../../policies/list";
import { catalog } from "../../secrets/catalog";
import { programEnvironment } from "../../src/access/trust";
import type { Rotator } from "../../src/catalog/rotators";
import { committedConfig } from "../program/run-program";
import { runPack, type Told } from "./run-pack";
import { toldByProgram } from "./told-by-program";
import { wholeStack } from "./whole-stack";

const PACK = join(__dirname, "..", "..", "policies");
const read = (file: string) => readFileSync(join(PACK, file), "utf8");
const sorted = (names: readonly string[]) => [...names].sort();

describe("the policy pack", () => {
  it("lists every rule there is a file for, under the file's name", () => {
    const files = readdirSync(join(PACK, "rules")).map((file) => file.replace(/\.ts$/, ""));
    deepEqual(sorted(POLICIES.map(({ name }) => name)), sorted(files));
    equal(new Set(POLICIES.map(({ name }) => name)).size, POLICIES.length);
  });

  it("says of every rule what it wants and what to do", () => {
    for (const { name, description, remediationSteps } of RULES) {
      match(description, /^[A-Z].{20,}\.$/, name);
      match(remediationSteps, /^[a-z].{10,}[^.]$/, name);
    }
  });

  it("is described in README.md as it is, in 60 lines before the table of kinds", () => {
    const rows = [...read("README.md").matchAll(/^\| ([a-z-]+) \| (mandatory|advisory) \| ?(.*?) ?\|$/gm)];
    deepEqual(
      rows.map(([, name, level, config]) => ({ name, level, config })),
      RULES.map(({ name, enforcementLevel, configSchema }) => {
        return {
          name,
          level: enforcementLevel,
          config: Object.keys(configSchema?.properties ?? {}).join(", "),
        };
      }),
    );
    ok((read("README.md").split("<!-- kinds -->")[0] ?? "").split("\n").length <= 60);
  });

  it("asks for the versions of packages that the project has", () => {
    const own = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    const root = JSON.parse(read("../package.json")) as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries(own.dependencies))
      equal({ ...root.dependencies, ...root.devDependencies }[name], version, name);
  });

  it("names in config.json the administrators of this project's stacks, and no other", () => {
    const stacks = readdirSync(join(PACK, "..")).flatMap(
      (file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [],
    );
    const administrators = sorted(stacks.map(programEnvironment));
    const text = `${JSON.stringify({ "no-admin-permission": { administrators } }, null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(join(PACK, "config.json"), text);
    deepEqual(
      JSON.parse(read("config.json")),
      JSON.parse(text),
      "run this test with UPDATE_GOLDEN=1 and review the difference",
    );
  });

  it("finds nothing in a stack that is right", async () => {
    deepEqual(await runPack(POLICIES, wholeStack()), []);
  });

  it("finds nothing in what this program declares, in either stack", async function () {
    this.timeout(60_000);
    for (const stack of ["production", "staging"])
      deepEqual(await runPack(POLICIES, await toldByProgram({ stack })), []);
  });

  it("finds nothing in what this program declares where its own jobs are trusted, with the config beside it", async function () {
    this.timeout(60_000);
    const change = { programRepository: "second-carrier" };
    const stacks = Object.fromEntries(
      ["production", "staging"].map((stack) => [stack, { ...committedConfig(stack), ...change }]),
    );
    const told = await toldByProgram({ stacks });
    deepEqual(await runPack(POLICIES, told, JSON.parse(read("config.json"))), []);
    const strict = await runPack(POLICIES, told);
    deepEqual(
      strict.map(({ policy }) => policy),
      ["no-admin-permission", "no-admin-permission"],
    );
  });

  it("finds nothing where an access policy names a team that people made in Pulumi Cloud", async function () {
    this.timeout(60_000);
    const elsewhere = {
      name: "on-call",
      why: "On-call restarts the application with production's values",
      groups: "all",
      environments: ["production"],
      identities: [{ type: "team", name: "on-call-people" }],
      level: "open",
    } as const;
    const told = await toldByProgram({
      catalog: { ...catalog, accessPolicies: [...(catalog.accessPolicies ?? []), elsewhere] },
    });
    ok(told.some(({ inputs }) => inputs?.team === "on-call-people"));
    deepEqual(await runPack(POLICIES, told), []);
  });

  it("finds nothing where ESC rotates, whose environments begin with placeholders", async function () {
    this.timeout(60_000);
    const databases = { production: { host: "db.example.org", port: 5432, database: "orders" } };
    const orders = {
      name: "orders",
      kind: "postgres",
      group: "database-credentials",
      schedule: "0 3 1 * *",
      databases,
    };
    const keys = {
      users: ["orders_a", "orders_b"] as const,
      username: "ORDERS_USER",
      password: "ORDERS_PASSWORD",
    };
    const sessions = {
      name: "sessions",
      kind: "password",
      group: "api-keys",
      schedule: "0 4 * * 0",
      value: "SESSION_KEY",
    };
    const rotators = [{ ...orders, ...keys }, sessions] as unknown as readonly Rotator[];
    const told = await toldByProgram({ catalog: { ...catalog, rotators } });
    ok(told.some(({ inputs }) => String(inputs?.name).endsWith("-rotated-orders")));
    deepEqual(await runPack(POLICIES, told), []);
  });

  it("shows no part of any value, whatever is wrong with it", async function () {
    this.timeout(120_000);
    const texts = fc.tuple(fc.string({ maxLength: 8 }), fc.constantFrom(...SHAPES));
    const stack = wholeStack();
    const places = placesIn(stack);
    ok(places.length > 50);
    await fc.assert(
      fc.asyncProperty(texts, fc.subarray(places, { minLength: 1 }), async ([noise, shape], chosen) => {
        const planted = stack.map((resource, index) => {
          const paths = chosen.filter((place) => place.index === index).map(({ path }) => path);
          return plant(resource, paths, `${noise}${shape}`) as Told;
        });
        const reported = await runPack(POLICIES, planted).catch((error: Error) => [
          { message: error.message },
        ]);
        for (const { message } of reported) ok(!message.includes(CANARY), message);
      }),
      { numRuns: 150 },
    );
  });

  it("finds what is planted in one place after the other: the check above can fail", async function () {
    this.timeout(120_000);
    const stack = wholeStack();
    const found = new Set<string>();
    for (const { index, path } of placesIn(stack)) {
      for (const shape of SHAPES.filter((_, at) => [0, 1, 4, 5, 6].includes(at))) {
        const planted = stack.map((each, at) => (at === index ? (plant(each, [path], shape) as Told) : each));
        for (const { policy } of await runPack(POLICIES, planted)) found.add(policy);
      }
    }
    const missed = RULES.map(({ name }) => name).filter((name) => !found.has(name));
    // What takes more than one other text: a mark, an option, a number, a property or a resource more.
    deepEqual(missed, [
      "docker-credentials-are-secret",
      "due-tombstones-are-removed",
      "carriers-within-the-ceiling",
      "roles-are-declared-here",
      "no-standing-tokens",
      "trust-of-others-is-narrow",
      "own-runners-not-for-public",
    ]);
  });
});

const CANARY = "c4n4ry-of-a-value";
/** Values of the looks that rules have an eye for. */
const SHAPES = [
  CANARY,
  `ghp_${"a1B2".repeat(9)} ${CANARY}`,
  `https://user:${CANARY}@host`,
  `values:\n  ${CANARY}: {fn::secret: ${CANARY}}\n  b: [`,
  `values: {db_password: ${CANARY}}`,
  `on: ${CANARY}\njobs:\n  a: {steps: [{uses: '${CANARY}@v1'}, {run: '\${{ toJSON(secrets) }} ${CANARY}'}]}`,
  `jobs: {a: {permissions: ${CANARY}, env: {A: '\${{ secrets.A }}${CANARY}'}}}`,
  `[{"password":"${CANARY}"}]`,
  `[{"password":"${CANARY}"`,
  `${CANARY}*`,
  `2000-01-01 ${CANARY}`,
];

type Place = { index: number; path: readonly string[] };

/** Where texts stand in what is told of each resource; its type, its names and its marks are not its values. */
function placesIn(stack: readonly Told[]): Place[] {
  return stack.flatMap(({ inputs, outputs }, index) =>
    textPaths({ inputs, outputs }).map((path) => ({ index, path })),
  );
}

function textPaths(value: unknown): string[][] {
  if (typeof value === "string") return [[]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .filter(([, each]) => !isMark(each))
    .flatMap(([key, each]) => textPaths(each).map((path) => [key, ...path]));
}

function isMark(value: unknown): boolean {
  return value === "1b47061264138c4ac30d75fd1eb44270";
}

function plant(value: unknown, paths: readonly (readonly string[])[], text: string): unknown {
  if (paths.some((path) => path.length === 0)) return text;
  if (typeof value !== "object" || value === null || paths.length === 0) return value;
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
  for (const key of new Set(paths.map(([first]) => first ?? ""))) {
    const below = paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
    copy[key] = plant(copy[key], below, text);
  }
  return copy;
}
