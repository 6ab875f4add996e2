import { Cron } from "croner";
import { pathsOf, RESERVED_KEYS } from "./check-keys";
import { type Catalog, resolveCatalog } from "./entry";
import type { Problem } from "./problem";
import { ROTATOR_KINDS, type RotatedDatabase, type Rotator, rotatedValues } from "./rotators";

const NAME = /^[a-z0-9][a-z0-9-]*$/;
const VARIABLE = /^[A-Z_][A-Z0-9_]*$/;
const FIVE_FIELDS = /^[\d*/,A-Za-z-]+( [\d*/,A-Za-z-]+){4}$/;
const DAY_MS = 86_400_000;
const [SHORTEST, LONGEST] = [8, 100];

const BASICS = ["name", "group", "schedule", "kind"];
const DATABASE = [...BASICS, "users", "databases", "username", "password"];
/** What a rotator of each kind says, the last ones optional. */
const KEYS: Record<string, { required: readonly string[]; optional: readonly string[] }> = {
  mysql: { required: DATABASE, optional: [] },
  postgres: { required: DATABASE, optional: [] },
  password: { required: [...BASICS, "value"], optional: ["environments", "length", "previous"] },
};

/** Every rule of the rotators, each over all of them; one that lacks something is not looked at any further. */
export function checkRotators(catalog: Catalog, appRoot: string): Problem[] {
  const rotators = catalog.rotators ?? [];
  const found = rotators.map((rotator) => ({ rotator, problems: checkShape(rotator) }));
  const whole = found.filter(({ problems }) => problems.length === 0).map(({ rotator }) => rotator);
  return [
    ...found.flatMap(({ problems }) => problems),
    ...whole.flatMap((rotator) => [
      ...checkPlaces(rotator, catalog),
      ...checkSchedule(rotator),
      ...(rotator.kind === "password" ? checkLength(rotator.name, rotator.length) : checkDatabases(rotator)),
    ]),
    ...checkNames(whole, catalog),
    ...checkValues(whole, catalog, appRoot),
  ];
}

const problemOf = (name: string, cause: string, remedy: string): Problem => ({
  thing: `rotator ${name}`,
  cause,
  remedy,
});

function checkShape(rotator: Rotator): Problem[] {
  const given = rotator as unknown as Record<string, unknown>;
  const name = String(given.name);
  const keys = Object.hasOwn(KEYS, String(given.kind)) ? KEYS[String(given.kind)] : undefined;
  if (keys === undefined) {
    const remedy = `use one of ${ROTATOR_KINDS.join(", ")}; for anything else make an entry and rotate by hand`;
    return [problemOf(name, `is of an unknown kind: ${given.kind}`, remedy)];
  }
  const missing = keys.required.filter((key) => given[key] === undefined);
  const foreign = Object.keys(given).filter((key) => ![...keys.required, ...keys.optional].includes(key));
  return [
    ...missing.map((key) =>
      problemOf(name, `has no ${key}`, `add ${key}: secrets/rotators.ts says what it is`),
    ),
    ...foreign.map((key) =>
      problemOf(
        name,
        `has a ${key}, which a ${given.kind} rotator has not`,
        `remove ${key}: ESC makes the values`,
      ),
    ),
  ];
}

function checkPlaces(rotator: Rotator, { groups, environments }: Catalog): Problem[] {
  const { name, group } = rotator;
  const named =
    rotator.kind === "password" ? (rotator.environments ?? environments) : Object.keys(rotator.databases);
  const known = Object.keys(groups);
  const unknown = (what: string, value: string, all: readonly string[]) =>
    problemOf(name, `names an unknown ${what}: ${value}`, `use one of ${all.join(", ")}`);
  return [
    ...(known.includes(group) ? [] : [unknown("group", group, known)]),
    ...named
      .filter((each) => !environments.includes(each))
      .map((each) => unknown("environment", each, environments)),
    ...(named.length > 0 ? [] : [problemOf(name, "is in no environment", "name one, or remove the rotator")]),
  ];
}

function checkSchedule({ name, schedule }: Rotator): Problem[] {
  const refused = (cause: string) => [
    problemOf(
      name,
      cause,
      'write five fields of cron, in UTC: "0 3 1 * *" is the first of each month at three',
    ),
  ];
  const runs = runsOf(schedule);
  if (runs === undefined) return refused(`its schedule "${schedule}" is no cron expression`);
  if (runs.length === 0) return refused(`its schedule "${schedule}" never comes`);
  // Pulumi Cloud's own limit (pulumi env schedule new: "minimum interval: once daily").
  const isTooOften = runs.some((run, index) => (runs[index + 1] ?? Infinity) - run < DAY_MS);
  return isTooOften ? refused(`its schedule "${schedule}" runs more than once a day`) : [];
}

/** The next forty runs, more than a month of daily ones, in milliseconds. */
function runsOf(schedule: string): number[] | undefined {
  if (!FIVE_FIELDS.test(schedule)) return undefined;
  try {
    const cron = new Cron(schedule, { mode: "5-part", timezone: "UTC", paused: true });
    return cron.nextRuns(40).map((run) => run.getTime());
  } catch {
    return undefined;
  }
}

function checkLength(name: string, length: number | undefined): Problem[] {
  if (length === undefined || (Number.isInteger(length) && length >= SHORTEST && length <= LONGEST))
    return [];
  return [
    problemOf(name, `its length is not ${SHORTEST} to ${LONGEST}`, "give one that is, or leave it out"),
  ];
}

function checkDatabases({ name, users, databases }: Rotator & { kind: "mysql" | "postgres" }): Problem[] {
  const two =
    Array.isArray(users) && users.length === 2 && users.every((user) => typeof user === "string" && user);
  const isPair = two && users[0] !== users[1];
  const remedy = "name two users with the same rights: one is in use while the other's password changes";
  const pair = isPair ? [] : [problemOf(name, "its users are not two different ones", remedy)];
  const wrong = Object.entries(databases).filter(([, database]) => !isDatabase(database));
  return [
    ...pair,
    ...wrong.map(([environment]) =>
      problemOf(
        name,
        `its database of ${environment} is not complete`,
        "give host, port (1 to 65535) and database",
      ),
    ),
  ];
}

function isDatabase(given: RotatedDatabase | undefined): boolean {
  const { host, port, database } = given ?? {};
  const isPort = Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
  return Boolean(host) && Boolean(database) && isPort;
}

/** Names become names of ESC environments, beside those of groups. */
function checkNames(rotators: readonly Rotator[], { groups }: Catalog): Problem[] {
  const names = rotators.map(({ name }) => name);
  return rotators.flatMap(({ name }, index) => {
    if (!NAME.test(name))
      return [problemOf(name, "its name is not lower case, digits and hyphens", "rename it so")];
    if (names.indexOf(name) !== index)
      return [problemOf(name, "stands twice", "give one of them another name")];
    const taken = [`rotated-${name}`, `managing-${name}`].find((each) => Object.hasOwn(groups, each));
    return taken === undefined
      ? []
      : [problemOf(name, `would share an ESC environment with the group ${taken}`, "rename one of them")];
  });
}

/** Variables and app keys: well formed, and nobody else's, neither an entry's nor another rotator's. */
function checkValues(rotators: readonly Rotator[], catalog: Catalog, appRoot: string): Problem[] {
  const owners = new Map([...RESERVED_KEYS].map((key) => [key, "the loader"]));
  for (const secret of resolveCatalog(catalog)) {
    const former = secret.renamedFrom === undefined ? [] : [secret.renamedFrom.name];
    const keys = [secret.appKey, ...pathsOf(secret)].flatMap((path) => [path, path.split(".")[0] ?? path]);
    for (const each of [secret.name, ...secret.aliases, ...former, ...keys]) owners.set(each, secret.name);
  }
  const problems = rotators.flatMap((rotator) =>
    rotatedValues(rotator).flatMap(({ name: variable, appKey }) => {
      if (!VARIABLE.test(variable))
        return [
          problemOf(rotator.name, `its name ${variable} is not upper case, digits and _`, "rename it so"),
        ];
      const owner = owners.get(variable) ?? owners.get(appKey);
      for (const each of [variable, appKey]) owners.set(each, `rotator ${rotator.name}`);
      const remedy = "give it another name, or remove the entry: a value has one source";
      return owner === undefined
        ? []
        : [problemOf(rotator.name, `its ${variable} is ${owner}'s already`, remedy)];
    }),
  );
  if (appRoot !== "rotators" || rotators.length === 0) return problems;
  const remedy = "choose another name, such as the platform's";
  return [...problems, { thing: "config appRoot", cause: "rotators stand at the key rotators", remedy }];
}
