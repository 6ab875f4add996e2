import { parseCatalog } from "../../catalog/checks/check-catalog";
import type { Entry, Group } from "../../catalog/entry";
import { misfit } from "../../catalog/formats";
import { isUnset } from "../../catalog/placeholders";
import { parseSettings } from "../../catalog/settings";
import { textsOf } from "../../catalog/stack-file";
import { KINDS, knownByName, PAGES } from "../../catalog/vendors";
import { type Problem, RemedyError } from "../../errors";
import { counted } from "../../text";
import { type Evidence, gatherNames, type KnownName } from "./gather-names";

/** What a person decides at the beginning. */
export interface Answers {
  githubOrganization: string;
  pulumiOrganization: string;
  /** First part of the name of everything in ESC. */
  application: string;
  /** Deployment environments, first to last. */
  environments: readonly string[];
  carriers: readonly string[];
  /** Who rotates, until people say more. */
  owner: string;
  /** Pulumi Cloud's edition, where it is not the default. */
  edition?: string;
}

/** An entry as it will be written, and the key of its page in PAGES. */
export type ProposedEntry = Entry & { pageKey?: keyof typeof PAGES };

/** A stack and its config, without the project's name before the keys. */
export interface ProposedStack {
  name: string;
  config: Readonly<Record<string, unknown>>;
}

/** What `init` would write. */
export interface Proposal {
  answers: Answers;
  groups: Readonly<Record<string, Group>>;
  entries: readonly ProposedEntry[];
  stacks: readonly ProposedStack[];
  /** Names that cannot stand in a catalog, and why. */
  leftOut: readonly Problem[];
  /** What a person should know of, a sentence each. */
  notes: readonly string[];
}

/**
 * Makes a catalog and stacks of what is there.
 *
 * @throws RemedyError with every answer that cannot be.
 */
export function proposeCatalog(answers: Answers, evidence: Evidence): Proposal {
  const stacks = stacksOf(answers);
  // All stacks have the same answers but their environments.
  const wrong = stacks.flatMap(({ config }) => parseSettings(textsOf(config)).problems ?? []).filter(isFirst);
  if (wrong.length > 0) throw answersInvalid(wrong);
  const { entries: all, notes } = entriesOf(answers, evidence);
  const { entries, leftOut } = withoutProblems(all, answers);
  return { answers, groups: groupsOf(entries, answers), entries, stacks, leftOut, notes };
}

/** The first key below which applications find their values: the application's name as an identifier. */
export function appRootOf(application: string): string {
  return application
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replace(/^(?=\d)/, "_")
    .toLowerCase();
}

/** The last deployment environment has a stack of its own, which owns the organization's; those before it share one. */
function stacksOf(answers: Answers): ProposedStack[] {
  const { githubOrganization, pulumiOrganization, application, environments, carriers, edition } = answers;
  const [owner = "", before] = [environments.at(-1), environments.at(-2)];
  const stack = (name: string, own: readonly string[]): ProposedStack => ({
    name,
    config: {
      githubOrganization,
      pulumiOrganization,
      application,
      appRoot: appRootOf(application),
      environments: own,
      organizationStack: owner,
      carriers,
      ...(edition === undefined ? {} : { edition }),
    },
  });
  return [
    ...(before === undefined ? [] : [stack(before, environments.slice(0, -1))]),
    stack(owner, environments.slice(-1)),
  ];
}

function entriesOf(answers: Answers, evidence: Evidence): { entries: ProposedEntry[]; notes: string[] } {
  const known = [...gatherNames(answers.environments, evidence)].map(([name, of]) => {
    const own = answers.environments.filter((each) => of.environments.has(each));
    // One environment that differs from the organization's secret does not make it another in each.
    const isAlone = of.organization === undefined || own.length === answers.environments.length;
    return { name, own, perEnvironment: own.length > 0 && isAlone, ...of };
  });
  const entries = known.map((each) => entryOf(each, answers));
  return { entries: sorted(entries), notes: known.flatMap(notesOn) };
}

/** A name, the deployment environments that have a secret of it, and whether it is declared so. */
type Placed = KnownName & { name: string; own: readonly string[]; perEnvironment: boolean };

function entryOf(placed: Placed, { environments, carriers }: Answers): ProposedEntry {
  const { name, appKey, own, perEnvironment } = placed;
  const { kind, page, format, credential, bootstrap } = knownByName(name);
  const isFit = (value: string) =>
    format !== undefined && (isUnset(value) || misfit(format, value) === undefined);
  return {
    name,
    group: KINDS[kind].group,
    ...(appKey === undefined ? {} : { appKey }),
    ...(format !== undefined && placed.values.every((value) => isFit(value.unwrap())) ? { format } : {}),
    ...(page === undefined ? {} : { page: PAGES[page], pageKey: page }),
    ...(credential === undefined ? {} : { credential }),
    ...(bootstrap === undefined ? {} : { bootstrap }),
    ...(perEnvironment ? { perEnvironment } : {}),
    ...(perEnvironment && own.length < environments.length ? { environments: own } : {}),
    ...(perEnvironment ? {} : accessOf(placed, carriers)),
  };
}

/** Who may read it as GitHub has it; carriers are given it anyway. */
function accessOf({ organization }: Placed, carriers: readonly string[]): Partial<ProposedEntry> {
  const { visibility = "selected", repositories = [] } = organization ?? {};
  const others = repositories.filter((each) => !carriers.includes(each));
  if (visibility !== "selected") return { visibility };
  return others.length === 0 ? {} : { repositories: others };
}

function notesOn({ name, own, perEnvironment, organization }: Placed): string[] {
  const { rotator } = knownByName(name);
  const hides = `a secret of ${own.join(", ")} hides the organization's there; delete it, or set it in every environment and add perEnvironment: true`;
  const idle =
    "every environment has its own, so nothing reads the organization's; preview says how to delete it";
  return [
    ...(own.length > 0 && !perEnvironment ? [`${name}: ${hides}`] : []),
    ...(perEnvironment && organization !== undefined ? [`${name}: ${idle}`] : []),
    ...(rotator === undefined
      ? []
      : [`${name}: ESC can rotate it by itself; src/catalog/rotators.ts says how (${rotator})`]),
  ];
}

const ORDER = Object.values(KINDS).map(({ group }) => group as string);

function sorted(entries: ProposedEntry[]): ProposedEntry[] {
  return entries.sort(
    (a, b) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group) || (a.name < b.name ? -1 : 1),
  );
}

/** Groups that have an entry; one to begin with where there is none. */
function groupsOf(entries: readonly ProposedEntry[], { owner }: Answers): Record<string, Group> {
  const used = new Set(entries.map(({ group }) => group));
  const kinds = Object.values(KINDS).filter(({ group }) => used.has(group));
  const written = kinds.length > 0 ? kinds : [KINDS.other];
  return Object.fromEntries(
    written.map(({ group, description, rotationDays }) => [group, { description, rotationDays, owner }]),
  );
}

/** Leaves out what the catalog's checks refuse, until none does. @throws RemedyError for what is not an entry's fault. */
function withoutProblems(
  all: readonly ProposedEntry[],
  answers: Answers,
): { entries: ProposedEntry[]; leftOut: Problem[] } {
  let entries = [...all];
  const leftOut: Problem[] = [];
  for (;;) {
    const secrets = entries.map(({ pageKey: _, ...entry }) => entry);
    const catalog = { environments: answers.environments, groups: groupsOf(entries, answers), secrets };
    const { problems } = parseCatalog(catalog, appRootOf(answers.application));
    if (problems.length === 0) return { entries, leftOut };
    const wrong = new Set(problems.map(({ subject }) => subject.replace(/ .*/, "")));
    const rest = entries.filter(({ name }) => !wrong.has(name));
    if (rest.length === entries.length) throw answersInvalid(problems);
    leftOut.push(...problems);
    entries = rest;
  }
}

function isFirst({ subject, cause }: Problem, index: number, all: readonly Problem[]): boolean {
  return all.findIndex((each) => each.subject === subject && each.cause === cause) === index;
}

function answersInvalid(problems: readonly Problem[]): RemedyError {
  return new RemedyError(
    {
      code: "answers-invalid",
      subject: "init",
      cause: `${counted(problems.length, "problem")} with what was answered; nothing was written`,
      remedy: "run it again with other answers",
    },
    { problems: problems.map((each) => ({ ...each, remedy: "answer it otherwise" })) },
  );
}
