import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Context } from "../context";
import { writeWhole } from "../values/private-file";
import { type Baseline, baselineOf, compareBaseline, parseBaseline, renderBaseline } from "./baseline";
import { parseFilter } from "./filter-file";
import type { Env } from "./git-objects";
import { type Listed, listFiles, listHistory, listStaged } from "./list-content";
import { runScan } from "./run-scan";
import type { Scanned } from "./scan-items";

/** What is asked of a scan. */
export interface Look {
  /** Files and folders; of a repository one folder. */
  paths: readonly string[];
  what: "files" | "staged" | "history";
  /** The filter's file. */
  filter: string;
  /** Whether somebody named it: then it must be there. */
  isFilterNamed: boolean;
  baseline: string | undefined;
  /** Whether all that is found goes into the baseline. */
  accept: boolean;
}

/** What a scan found, without a part of a value. */
export interface Seen extends Scanned {
  /** Findings that the baseline has. */
  known: number;
  /** The filter's file; undefined where there is none, so that values of the organization were not looked for. */
  filter: string | undefined;
  /** Names of credentials that the filter does not cover. */
  notCovered: string[];
}

/**
 * Looks for secrets: vendors' keys, and values of this organization in plain, base64, URL and JSON form.
 *
 * @throws RemedyError when something cannot be looked through at all: no such folder, no repository, a broken filter.
 */
export async function lookThrough(
  { readFile, env }: Pick<Context, "readFile" | "env">,
  look: Look,
  report: (line: string) => void,
): Promise<Seen> {
  const filter =
    look.isFilterNamed || existsSync(look.filter) ? readFile(look.filter).toString("utf8") : undefined;
  const parsed = filter === undefined ? undefined : parseFilter(filter, look.filter);
  const before = baselineIn(look, readFile);
  const own = gitEnv(look, env);
  const items = listed(look, own);
  const scanned = await runScan(items, { filter, env: own }, report);
  const notCovered = [...new Set(Object.values(parsed?.notCovered ?? {}).flat())].sort();
  const seen = { ...scanned, known: 0, filter: parsed && look.filter, notCovered };
  if (look.baseline === undefined) return seen;
  // By the place below the baseline's folder, from wherever the scan is started.
  const folder = dirname(resolve(look.baseline));
  const placed = scanned.findings.map((finding) => ({
    ...finding,
    finding,
    path: relative(folder, resolve(items.repository ?? ".", finding.path)),
  }));
  if (look.accept) {
    writeWhole(look.baseline, renderBaseline(baselineOf(placed, before)), "public");
    return { ...seen, findings: [], known: placed.length };
  }
  const { fresh, known } =
    before === undefined ? { fresh: placed, known: 0 } : compareBaseline(placed, before);
  return { ...seen, findings: fresh.map(({ finding }) => finding), known };
}

function baselineIn({ baseline, accept }: Look, readFile: Context["readFile"]): Baseline | undefined {
  if (baseline === undefined || (accept && !existsSync(baseline))) return undefined;
  return parseBaseline(readFile(baseline).toString("utf8"), baseline);
}

function listed({ paths, what }: Look, env: Env): Listed {
  const [folder = "."] = paths;
  if (what === "staged") return listStaged(folder, env);
  if (what === "history") return listHistory(folder, env);
  return listFiles(paths.length === 0 ? ["."] : paths, env);
}

/** In a hook git names its index and folder to us, which may be no usual ones; for another folder they are wrong. */
function gitEnv({ paths }: Look, env: Env): Env {
  if (paths.every((path) => resolve(path) === resolve("."))) return env;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
}
