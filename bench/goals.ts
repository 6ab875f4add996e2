import { join } from "node:path";
import { inTurns, median, type Pair, timeProcess } from "./measure";
import { APP_ROOT, CLI_ENVIRONMENT, firstRequest, type Stage } from "./stage";

/** One goal and what was measured against it. */
export interface Result {
  name: string;
  /** What is compared, both in milliseconds or both in calls. */
  ours: number;
  theirs: number;
  unit: "ms" | "calls";
  /** `ratio`: ours by theirs; `over`: ours minus theirs. */
  by: "ratio" | "over";
  measured: number;
  goal: number;
  met: boolean;
}

/** What each goal is, and where its number comes from: issue 5 and the measurements of the existing tools. */
export async function measureAll(stage: Stage, runs: number): Promise<Result[]> {
  const script = stage.script();
  const calls = await countCalls(stage, script);
  return [
    ...calls,
    timed(
      "whole sync, against one pulumi env set each",
      "ratio",
      0.04,
      await syncAgainstCli(stage, script, runs),
    ),
    timed(
      "start of the sync to its first request, over an empty node",
      "over",
      100,
      await startUp(stage, script, runs),
    ),
    timed("help over an empty node", "over", 60, await helpOverNode(stage, runs)),
  ];
}

/** Calls are exact: counted once, not measured. */
async function countCalls(stage: Stage, script: string): Promise<Result[]> {
  const run = async (values: Record<string, string>) => {
    await stage.requests();
    await timeProcess({ file: process.execPath, args: [script], env: stage.env(values) });
    return stage.requests();
  };
  await run(stage.values(-2));
  const changed = await run(stage.values(-1));
  const unchanged = await run(stage.values(-1));
  const places = new Set(unchanged.map((request) => request.replace(/\/decrypt$/, ""))).size;
  return [
    // Each environment: read, written, read back, tagged. The ledger: read, announced, looked at for a pause, written,
    // read back. Two of these came with what keeps newer values: announcing a write and reading it back (docs/DECISIONS.md, 47).
    counted(
      `calls when ${places} environments changed, the ledger among them`,
      changed.length,
      4 * (places - 1) + 5,
    ),
    counted(`calls when none changed`, unchanged.length, places),
  ];
}

async function syncAgainstCli(stage: Stage, script: string, runs: number): Promise<Pair> {
  const sync = (run: number) =>
    timeProcess({ file: process.execPath, args: [script], env: stage.env(stage.values(run)) });
  const set = async (run: number) => {
    let sum = 0;
    for (const [name, value] of Object.entries(stage.values(run))) {
      const args = ["env", "set", CLI_ENVIRONMENT, `${APP_ROOT}.${name.toLowerCase()}`, value, "--secret"];
      sum += await timeProcess({ file: stage.pulumi, args, env: stage.env() });
    }
    return sum;
  };
  return inTurns(runs, sync, set);
}

/** Many runs: it is short, and what is measured is small. */
async function startUp(stage: Stage, script: string, runs: number): Promise<Pair> {
  const empty = stage.file("empty.cjs", "");
  const ours = () =>
    firstRequest((url) =>
      timeProcess({
        file: process.execPath,
        args: [script],
        env: stage.env({ ...stage.values(0), PULUMI_BACKEND_URL: url }),
      }),
    );
  const theirs = () => timeProcess({ file: process.execPath, args: [empty], env: stage.env() });
  return inTurns(runs * 3, ours, theirs);
}

/** The whole command as people type it, with the shell that starts it. Many runs: it is short. */
async function helpOverNode(stage: Stage, runs: number): Promise<Pair> {
  const empty = stage.file("empty.cjs", "");
  const { env } = process;
  const ours = () => timeProcess({ file: join(__dirname, "..", "sophia-secrets"), args: ["--help"], env });
  const theirs = () => timeProcess({ file: "node", args: [empty], env });
  return inTurns(runs * 3, ours, theirs);
}

/** One goal's result from the medians of its two sides. */
export function timed(name: string, by: "ratio" | "over", goal: number, pair: Pair): Result {
  const [ours, theirs] = [median(pair.ours), median(pair.theirs)];
  const measured = by === "ratio" ? ours / theirs : ours - theirs;
  return { name, ours, theirs, unit: "ms", by, measured, goal, met: measured <= goal };
}

/** One goal's result from an exact count. */
export function counted(name: string, ours: number, goal: number): Result {
  return {
    name,
    ours,
    theirs: goal,
    unit: "calls",
    by: "over",
    measured: ours - goal,
    goal: 0,
    met: ours <= goal,
  };
}
