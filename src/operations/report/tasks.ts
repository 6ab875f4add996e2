import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import { startSync } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { pauseAt } from "../../ledger/pause";
import type { RotationRow } from "../../ledger/rotation";
import { COMMAND } from "../../text";
import type { AccessDifference } from "../access/access-difference";
import type { Finding } from "../drift/find-drift";
import type { ReviewRow } from "../reviews/review-state";
import type { Status, StatusReport } from "../status/find-status";
import type { SecretState } from "../status/secret-causes";
import type { Check } from "../verification/check";
import { PLATFORM, type Task } from "./report-data";
import { reviewTasks } from "./review-tasks";

/** What was found; undefined for what could not be read. */
export interface Found {
  rotation: readonly RotationRow[] | undefined;
  status: StatusReport | undefined;
  drift: readonly Finding[] | undefined;
  differences: readonly AccessDifference[] | undefined;
  checks: readonly Check[] | undefined;
  reviews: readonly ReviewRow[] | undefined;
}

/** What the tasks are about. */
export interface Place {
  catalog: ResolvedCatalog;
  settings: Settings;
  /** Which carrier syncs a secret; undefined where nobody knows. */
  carrierOf(name: string): string | undefined;
  now: Date;
}

/** Checks that another part tells one by one. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set([
  "github-secrets-differ",
  "values-differ",
  "access-differs",
  "sync-paused",
]);

/** Everything to do: by owner, what is late first, then by name. A pure function. */
export function tasksOf(found: Found, place: Place): Task[] {
  const gone = new Set(
    (found.drift ?? []).filter(({ code }) => code === "secret-missing").map(({ subject }) => subject),
  );
  return [
    ...(found.rotation ?? []).flatMap((row) => rotationTask(row, place)),
    ...statusTasks(found.status?.secrets ?? [], gone, place),
    ...pauseTasks(found.status, place),
    ...(found.drift ?? []).map((finding) => driftTask(finding, place)),
    ...(found.differences ?? []).map(platformTask),
    ...(found.checks ?? []).filter(isOwnTask).map(platformTask),
    ...reviewTasks(found.reviews ?? []),
  ].sort(byOwner);
}

function isOwnTask({ state, code }: Check): boolean {
  return state === "wrong" && !TOLD_ELSEWHERE.has(code);
}

function rotationTask(row: RotationRow, { catalog }: Place): Task[] {
  const { state, name, owner, environments, dueOn, ageDays, note } = row;
  if (state !== "overdue" && state !== "due") return [];
  const age = ageDays === undefined ? "" : `, ${ageDays} days old`;
  const late = state === "overdue" ? "overdue" : "due";
  const cause = [`${late}${dueOn === undefined ? "" : ` ${dueOn}`}${age}`, note ?? ""]
    .filter((part) => part !== "")
    .join("; ");
  const entry = catalog.entries.find((each) => each.name === name);
  const [environment] = environments;
  return [
    {
      owner,
      urgency: state === "overdue" ? "now" : "soon",
      code: `rotation-${state}`,
      subject: name,
      environments,
      cause,
      command: setCommand(entry, name, environment, true),
      ...(row.page === undefined ? {} : { page: row.page }),
    },
  ];
}

/** How a person sets a value: what is in the stack's config is set there. */
function setCommand(
  entry: ResolvedEntry | undefined,
  name: string,
  environment: string | undefined,
  isThere: boolean,
): string {
  if (entry?.value === "config") return `pulumi config set --secret --path 'values.${name}'`;
  const where =
    entry?.perEnvironment === true && environment !== undefined ? ` --environment ${environment}` : "";
  return `${COMMAND} set ${name}${where}${isThere ? " --replace" : ""}`;
}

/** States of which a row is a task, and how urgent it is. What is overdue comes from the rotation. */
const URGENCY: Partial<Record<SecretState, Task["urgency"]>> = {
  refused: "now",
  held: "now",
  "never-set": "now",
  "gone-from-github": "now",
  undeclared: "now",
  "ledger-impossible": "now",
  "newer-in-github": "soon",
  "changed-by-hand": "soon",
  proposed: "soon",
};

/** One task for a secret and state, whatever the number of environments, unless each has a value of its own. */
function statusTasks(all: readonly Status[], gone: ReadonlySet<string>, place: Place): Task[] {
  const entries = new Map(place.catalog.entries.map((entry) => [entry.name, entry]));
  const tasks = new Map<string, Task & { environments: string[] }>();
  const add = (state: SecretState, status: Status) => {
    const entry = entries.get(status.name);
    const own = entry === undefined || entry.perEnvironment || state === "changed-by-hand";
    const key = `${state} ${status.name} ${own ? status.environment : ""}`;
    const known = tasks.get(key);
    if (known !== undefined) known.environments.push(status.environment);
    else tasks.set(key, { ...statusTask(state, status, entry, place), environments: [status.environment] });
  };
  const isTask = (state: SecretState, { name }: Status) =>
    URGENCY[state] !== undefined &&
    // Drift tells of it, and how it comes back.
    !(gone.has(name) && (state === "never-set" || state === "gone-from-github"));
  for (const status of all.filter(({ open }) => open))
    for (const state of status.standing.filter((each) => isTask(each, status))) add(state, status);
  return [...tasks.values()];
}

function statusTask(
  state: SecretState,
  status: Status,
  entry: ResolvedEntry | undefined,
  place: Place,
): Omit<Task, "environments"> {
  return {
    owner: entry?.owner ?? PLATFORM,
    urgency: URGENCY[state] ?? "now",
    code: `secret-${state}`,
    subject: status.name,
    cause: status.causes.find(({ standing }) => standing === state)?.why ?? status.detail,
    ...whatToDo(state, status, entry, place),
    ...(entry?.page === undefined ? {} : { page: entry.page }),
  };
}

function whatToDo(
  state: SecretState,
  { environment, name, causes }: Status,
  entry: ResolvedEntry | undefined,
  { settings, carrierOf }: Place,
): Pick<Task, "command" | "remedy"> {
  if (state === "ledger-impossible") return { command: `${COMMAND} repair --ledgers` };
  if (entry === undefined) return { remedy: "declare it in secrets/catalog.ts, or remove it in ESC" };
  if (state === "proposed") return { remedy: "somebody else approves and applies it in Pulumi Cloud" };
  if (state === "changed-by-hand")
    return { command: `${COMMAND} history ${environment} --group ${entry.group}` };
  if (state === "newer-in-github" || state === "held") {
    const carrier = carrierOf(name);
    const isMany = causes.some(({ standing, code }) => standing === "held" && code === "many");
    return carrier === undefined
      ? { remedy: "run the sync workflow" }
      : { command: `${startSync(settings, carrier)}${isMany ? " -f allow-many-changes=true" : ""}` };
  }
  return { command: setCommand(entry, name, environment, state === "refused") };
}

function pauseTasks(status: StatusReport | undefined, { now }: Place): Task[] {
  return (status?.paused ?? []).flatMap(({ environment, pause }) => {
    if (pauseAt(pause, now.toISOString()) === undefined) return [];
    return [
      {
        owner: PLATFORM,
        urgency: "now" as const,
        code: "sync-paused",
        subject: environment,
        environments: [environment],
        cause: `paused by ${pause.by} since ${pause.since}: ${pause.reason}`,
        command: `${COMMAND} resume ${environment}`,
      },
    ];
  });
}

const REPAIRED: ReadonlySet<Finding["code"]> = new Set(["visibility-differs", "repositories-differ"]);

function driftTask({ code, subject, cause, remedy }: Finding, { catalog }: Place): Task {
  const entry = catalog.entries.find(
    ({ name, renamedFrom }) => name === subject || renamedFrom?.name === subject,
  );
  const how = REPAIRED.has(code)
    ? { command: `${COMMAND} repair ${subject}` }
    : code === "secret-missing" && entry?.value === "person" && !entry.perEnvironment
      ? { command: `${COMMAND} set ${subject}` }
      : { remedy };
  return { owner: entry?.owner ?? PLATFORM, urgency: "now", code, subject, environments: [], cause, ...how };
}

function platformTask({ code, subject, cause, remedy }: AccessDifference | Check): Task {
  return {
    owner: PLATFORM,
    urgency: "now",
    code,
    subject,
    environments: [],
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function byOwner(a: Task, b: Task): number {
  if (a.owner !== b.owner) return a.owner < b.owner ? -1 : 1;
  if (a.urgency !== b.urgency) return a.urgency === "now" ? -1 : 1;
  const [left, right] = [a, b].map(({ code, subject, environments }) => `${code} ${subject} ${environments}`);
  return (left ?? "") < (right ?? "") ? -1 : 1;
}
