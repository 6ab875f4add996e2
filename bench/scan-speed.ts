import { randomBytes } from "node:crypto";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { renderFilter } from "../src/operations/scan/filter-file";
import { createWindowHashes, WINDOW_LENGTHS } from "../src/operations/scan/window-marks";
import { type Result, timed } from "./goals";
import { inTurns, type Timed, timeProcess } from "./measure";
import { NO_PYTHON, pythonWith } from "./python";

const ROOT = join(__dirname, "..");
/** 100,000 files of this size are 1 GiB: the goal of issue 15, in 60 s on two cores. */
const FILE_BYTES = 10_737;
const WHOLE = 100_000;
const WHOLE_MS = 60_000;
const MARKS = 1_000;

/**
 * Measures `scan`, which looks for a thousand values besides vendors' keys, against scanners that look for the keys alone.
 * One that needs Python is left out where there is none, and said.
 */
export async function measureScan(runs: number): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-scan-"));
  try {
    const filter = join(folder, "filter.json");
    writeFileSync(filter, filterOf(MARKS));
    const results: Result[] = [];
    for (const { name, files, goal, of } of RIVALS) {
      const part = join(folder, name);
      writeFiles(part, files);
      const command = of(part);
      if (command === undefined) {
        console.error(`not compared with ${name}: ${NO_PYTHON}`);
        continue;
      }
      const ours = () => timeProcess(scanOf(part, filter));
      const pair = await inTurns(runs, ours, () => timeProcess(command));
      results.push(timed(`scan of ${files} files, against ${name}`, "ratio", goal, pair));
    }
    const whole = join(folder, "whole");
    writeFiles(whole, WHOLE);
    const took = await timeProcess(scanOf(whole, filter));
    const measured = { unit: "ms", by: "over", measured: took - WHOLE_MS, goal: 0 } as const;
    results.push({
      name: "scan of 100,000 files, 1 GiB",
      ours: took,
      theirs: WHOLE_MS,
      ...measured,
      met: took <= WHOLE_MS,
    });
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scanOf(folder: string, filter: string): Timed {
  return { file: join(ROOT, "sophia-secrets"), args: ["scan", folder, "--filter", filter], env: process.env };
}

/** As many files as each looks through in some seconds. `scan` runs secretlint's rules, and
 * looks for a thousand values in every form besides: so its goal there is a multiple. */
const RIVALS: readonly {
  name: string;
  files: number;
  goal: number;
  of(folder: string): Timed | undefined;
}[] = [
  {
    name: "secretlint",
    files: 3_000,
    goal: 3,
    of: (folder) => ({
      file: join(ROOT, "node_modules", ".bin", "secretlint"),
      args: ["--secretlintrc", join(ROOT, ".secretlintrc.json"), `${folder}/**/*`],
      env: process.env,
    }),
  },
  {
    name: "detect-secrets",
    files: 300,
    goal: 1,
    of: (folder) => {
      const python = pythonWith("detect-secrets");
      if (python === undefined) return undefined;
      const args = ["-C", folder, "scan", "--all-files", "--no-verify"];
      return { file: join(dirname(python), "detect-secrets"), args, env: process.env };
    },
  },
];

function filterOf(count: number): string {
  const key = randomBytes(32);
  const { markOf } = createWindowHashes(key);
  const marks = Array.from({ length: count }, (_, index) => ({
    name: `NAME_${index}`,
    environments: ["production"],
    ...markOf(randomBytes(WINDOW_LENGTHS[index % WINDOW_LENGTHS.length] ?? 20)),
  }));
  return renderFilter({ key, asOf: {}, marks, notCovered: {} });
}

/** Files of this project's own source text, each from another place of it. */
function writeFiles(folder: string, count: number): void {
  const text = globSync("src/{operations,sync,catalog}/**/*.ts", { cwd: ROOT })
    .map((file) => readFileSync(join(ROOT, file), "utf8"))
    .join("\n");
  for (let file = 0; file < count; file += 1) {
    const below = join(folder, String(Math.floor(file / 500)));
    if (file % 500 === 0) mkdirSync(below, { recursive: true });
    const from = (file * 7919) % (text.length - FILE_BYTES);
    writeFileSync(join(below, `${file}.ts`), text.slice(from, from + FILE_BYTES));
  }
}
