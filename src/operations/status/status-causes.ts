import { startSyncs } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { COMMAND } from "../../text";
import type { Status } from "./find-status";
import type { SecretState } from "./secret-causes";

/** Secrets of which the same is true, and the same must be done. */
export interface CauseGroup {
  standing: readonly SecretState[];
  why: readonly string[];
  /** Pages of runs that say more. */
  pages: readonly string[];
  /** Each once, in the order of the catalog. */
  names: readonly string[];
  environments: readonly string[];
  open: boolean;
  /** Absent where nothing must be done, or `why` says what. */
  remedy?: string;
}

/** What most needs a person comes first. */
const ORDER: readonly SecretState[] = [
  "ledger-impossible",
  "refused",
  "held",
  "gone-from-github",
  "changed-by-hand",
  "undeclared",
  "unknown",
  "never-set",
  "overdue",
  "newer-in-github",
  "proposed",
  "in-sync",
];

/** What is not in sync, by cause: a pure function. What may stay unset is last. */
export function causeGroups(all: readonly Status[], settings: Settings): CauseGroup[] {
  const groups = new Map<string, Status[]>();
  for (const status of all.filter(({ causes }) => causes.length > 0)) {
    const key = [String(status.open), ...status.standing, ...status.causes.map(({ why }) => why)].join("\0");
    groups.set(key, [...(groups.get(key) ?? []), status]);
  }
  return [...groups.values()].map((group) => groupOf(group, settings)).sort(byNeed);
}

function groupOf(group: readonly Status[], settings: Settings): CauseGroup {
  const [{ standing = [], causes = [], open = false } = {}] = group;
  const isRefused = standing.includes("refused");
  // A reason says more than that nothing was ever synced, which the state says.
  const told = causes.filter((cause) => !(isRefused && cause.standing === "never-set"));
  const remedy = open ? remedyOf(group, settings) : undefined;
  return {
    standing,
    open,
    why: told.map(({ why }) => why),
    pages: distinct(group.flatMap(({ causes }) => causes.flatMap(({ page }) => page ?? []))),
    names: distinct(group.map(({ name }) => name)),
    environments: distinct(group.map(({ environment }) => environment)),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** What must be done first; of a secret with several causes the next look names the rest. */
function remedyOf(group: readonly Status[], settings: Settings): string | undefined {
  const standings = group[0]?.standing ?? [];
  const first = ORDER.find((state) => standings.includes(state));
  const { code, remedy: told } = group[0]?.causes.find(({ standing }) => standing === first) ?? {};
  const names = distinct(group.map(({ name }) => name));
  const [name = "NAME", other] = names;
  const which = other === undefined ? name : "NAME";
  const run = startSyncs(settings);
  const set = `${COMMAND} set ${which}`;
  if (told !== undefined) return told;
  if (code === "step-too-large") return `${COMMAND} verify says which take most, and how the job gets less`;
  if (first === "refused" && code === "set-since") return run;
  if (first === "refused" && code === "older") return run;
  if (first === "refused" && code === "blocked") return undefined;
  if (first === "refused" && (code === "unset" || code === "absent")) return `${set}, then ${run}`;
  const remedies: Partial<Record<SecretState, string>> = {
    refused: `${set} --replace, then ${run}`,
    "never-set": `${set}, then ${run}`,
    "ledger-impossible": `no sync wrote that, or its run was deleted: ${COMMAND} repair --ledgers && ${run}`,
    held:
      code === "many"
        ? `look whether all of that is meant, then ${startSyncs(settings, " -f allow-many-changes=true")}`
        : `set what the run refused, then ${run}`,
    // So many that the limit on changes may hold them back.
    "newer-in-github":
      names.length > 5 ? `${run}; if it holds them back: the same with -f allow-many-changes=true` : run,
    "gone-from-github": `${COMMAND} drift says how it comes back to GitHub; ESC keeps the value it has`,
    "changed-by-hand": `${run} brings GitHub's value back, after a pause once it ends; to keep the new one: ${set} --replace`,
    proposed: "somebody else approves and applies it in Pulumi Cloud; the next run finds it done",
    overdue: `${COMMAND} rotation says where a new one is made`,
  };
  return first === undefined ? undefined : remedies[first];
}

function byNeed(a: CauseGroup, b: CauseGroup): number {
  const rank = ({ open, standing }: CauseGroup) =>
    (open ? 0 : ORDER.length) + ORDER.findIndex((state) => standing.includes(state));
  return rank(a) - rank(b);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
