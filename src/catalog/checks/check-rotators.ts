import { Cron } from "croner";
import type { Problem } from "../../errors";
import type { ResolvedCatalog } from "../entry";
import { type Rotator, rotatedValues } from "../rotators";
import { pathsOf, RESERVED_KEYS } from "./check-keys";
import { checkRotatedDatabases } from "./check-rotated-databases";
import { obeyedBy } from "./obeyed-names";
import { rotatorProblem, wholeRotators } from "./shapes";

const NAME = /^[a-z0-9][a-z0-9-]*$/;
const VARIABLE = /^[A-Z_][A-Z0-9_]*$/;

/** Numbers and the names of months and days. Not `L`, `W` or `#`, which croner knows and other readers of cron do not. */
const FIELD = "(?:[\\d*/,-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)+";
const FIVE_FIELDS = new RegExp(`^${FIELD}(?: ${FIELD}){4}$`, "i");
const DAY_MS = 86_400_000;
const [SHORTEST, LONGEST] = [8, 100];

/** Every rule of the rotators, each over all of them; one that lacks something is not looked at any further. */
export function checkRotators(catalog: ResolvedCatalog, appRoot: string): Problem[] {
  const { whole, problems } = wholeRotators(catalog.rotators);
  return [
    ...problems,
    ...whole.flatMap((rotator) => [
      ...checkPlaces(rotator, catalog),
      ...checkSchedule(rotator),
      ...(rotator.kind === "password" ? checkLength(rotator.name, rotator.length) : []),
    ]),
    ...checkRotatedDatabases(whole),
    ...checkNames(whole),
    ...checkValues(whole, catalog, appRoot),
  ];
}

/** What a rotator names and the catalog does not have. */
const UNKNOWN = { group: "group-unknown", environment: "environment-unknown" } as const;

function checkPlaces(rotator: Rotator, { groups, environments }: ResolvedCatalog): Problem[] {
  const { name, group } = rotator;
  const named =
    rotator.kind === "password" ? (rotator.environments ?? environments) : Object.keys(rotator.databases);
  const known = Object.keys(groups);
  const unknown = (what: keyof typeof UNKNOWN, value: string, all: readonly string[]) =>
    rotatorProblem(UNKNOWN[what], name, `names an unknown ${what}: ${value}`, `use one of ${all.join(", ")}`);
  return [
    ...(known.includes(group) ? [] : [unknown("group", group, known)]),
    ...named
      .filter((each) => !environments.includes(each))
      .map((each) => unknown("environment", each, environments)),
    ...(named.length > 0
      ? []
      : [
          rotatorProblem(
            "environments-missing",
            name,
            "is in no environment",
            "name one, or remove the rotator",
          ),
        ]),
  ];
}

function checkSchedule({ name, schedule }: Rotator): Problem[] {
  const refused = (cause: string, remedy: string) => [
    rotatorProblem("schedule-invalid", name, `its schedule "${schedule}" ${cause}`, remedy),
  ];
  const runs = runsOf(schedule);
  if (runs === undefined)
    return refused(
      "is not a cron expression",
      'write five fields of cron, in UTC: "0 3 1 * *" is the first of each month at three',
    );
  if (runs.length === 0) return refused("never comes", "name a day that the month has");
  // Pulumi Cloud's own limit (pulumi env schedule new: "minimum interval: once daily").
  const isTooOften = runs.some((run, index) => (runs[index + 1] ?? Infinity) - run < DAY_MS);
  return isTooOften
    ? refused("runs more than once a day", 'name one minute and one hour: "0 3 * * *" is daily at three')
    : [];
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
    rotatorProblem(
      "number-invalid",
      name,
      `its length is not ${SHORTEST} to ${LONGEST}`,
      "give one that is, or leave it out",
    ),
  ];
}

function checkNames(rotators: readonly Rotator[]): Problem[] {
  const names = rotators.map(({ name }) => name);
  return rotators.flatMap(({ name }, index) => {
    if (!NAME.test(name))
      return [
        rotatorProblem(
          "name-invalid",
          name,
          "its name is not lower case, digits and hyphens",
          "rename it so",
        ),
      ];
    if (names.indexOf(name) === index) return [];
    return [rotatorProblem("name-repeated", name, "is listed twice", "give one of them another name")];
  });
}

/** Variables and app keys: well formed, and nobody else's, neither an entry's nor another rotator's. */
function checkValues(rotators: readonly Rotator[], catalog: ResolvedCatalog, appRoot: string): Problem[] {
  const owners = ownersOf(catalog);
  const problems = rotators.flatMap((rotator) =>
    rotatedValues(rotator).flatMap(({ name: variable, appKey }) => {
      const say = (code: string, cause: string, remedy: string) => [
        rotatorProblem(code, rotator.name, cause, remedy),
      ];
      if (!VARIABLE.test(variable))
        return say("name-invalid", `its name ${variable} is not upper case, digits and _`, "rename it so");
      const by = obeyedBy(variable);
      if (by !== undefined)
        return say(
          "name-obeyed",
          `its ${variable} changes, as an environment variable, how a process runs: obeyed by ${by}`,
          "give it a name of its own",
        );
      const owner = owners.get(variable) ?? owners.get(appKey);
      for (const each of [variable, appKey]) owners.set(each, `rotator ${rotator.name}`);
      if (owner === undefined) return [];
      const remedy = "give it another name, or remove the entry: a value has one source";
      return say("name-shared", `its ${variable} is ${owner}'s already`, remedy);
    }),
  );
  if (appRoot !== "rotators" || rotators.length === 0) return problems;
  const remedy = "choose another name, such as the platform's";
  return [
    ...problems,
    { code: "name-reserved", subject: "config appRoot", cause: "rotators use the key rotators", remedy },
  ];
}

/** Who has each name and key, of the entries and the loader. */
function ownersOf(catalog: ResolvedCatalog): Map<string, string> {
  const owners = new Map([...RESERVED_KEYS].map((key) => [key, "the loader"]));
  for (const secret of catalog.entries) {
    const former = secret.renamedFrom === undefined ? [] : [secret.renamedFrom.name];
    const keys = [secret.appKey, ...pathsOf(secret)].flatMap((path) => [path, path.split(".")[0] ?? path]);
    for (const each of [secret.name, ...secret.aliases, ...former, ...keys]) owners.set(each, secret.name);
  }
  return owners;
}
