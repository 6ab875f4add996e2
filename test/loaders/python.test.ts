import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skip } from "../skip";

const ROOT = join(__dirname, "../..");
const FOLDER = join(ROOT, "test/loaders/python");
/** A whole run of pytest on a busy machine. */
const PATIENCE_MS = 600_000;

/** What pytest says of one test: no text means passed. */
interface Outcome {
  failed?: string;
  skipped?: string;
}

/**
 * Each test of pytest as a test of mocha, so that one closing line counts both. Each Python that tools.sh finds runs
 * them all; where it finds none, one skipped test says why.
 */
const pythons = findPythons();

describe("the Python loader", () => {
  if (pythons.length === 0)
    it("is tested", function () {
      skip(this, "there is no Python 3.10 or later with venv and pip on this machine");
    });
  // The oldest and the newest that the wheel says it is for.
  for (const version of pythons.length === 0 ? [] : ["3.10", "3.14"])
    if (!pythons.some((python) => python.version === version))
      it(`is tested on Python ${version}`, function () {
        skip(this, `Python ${version} is not on this machine`);
      });
  for (const { version, interpreter } of pythons) {
    describe(`on Python ${version}`, function () {
      this.timeout(PATIENCE_MS);
      const names = collect(interpreter);
      let outcomes = new Map<string, Outcome>();
      before(() => {
        outcomes = run(interpreter);
      });
      for (const name of names) {
        it(name.replace(/^test_/, "").replaceAll("_", " "), function () {
          const outcome = outcomes.get(name);
          if (outcome === undefined) throw new Error("pytest did not run it");
          if (outcome.failed !== undefined) throw new Error(outcome.failed);
          if (outcome.skipped !== undefined) skip(this, outcome.skipped);
        });
      }
    });
  }
});

function findPythons(): { version: string; interpreter: string }[] {
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const told = execFileSync(join(FOLDER, "tools.sh"), { encoding: "utf8", stdio: [...stdio] });
  return told
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [version = "", interpreter = ""] = line.split(" ");
      return { version, interpreter };
    });
}

/** Names of the tests, in pytest's order. An error while collecting them is a failing run, not an empty one. */
function collect(interpreter: string): string[] {
  const told = pytest(interpreter, ["--collect-only", "-q"]);
  if (told.status !== 0) throw new Error(told.output);
  const names = told.output.split("\n").flatMap((line) => /^\S+\.py::(.+)$/.exec(line)?.[1] ?? []);
  if (names.length === 0) throw new Error(`pytest found no test:\n${told.output}`);
  return names;
}

function run(interpreter: string): Map<string, Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "pytest-"));
  try {
    const file = join(folder, "outcomes.json");
    const told = pytest(interpreter, ["-q", "-p", "outcomes", `--outcomes=${file}`]);
    // 0: all passed, 1: some failed. Anything else is not a run.
    if (told.status !== 0 && told.status !== 1) throw new Error(told.output);
    return new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, Outcome>));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pytest(interpreter: string, options: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    interpreter,
    ["-m", "pytest", "-p", "no:cacheprovider", "--rootdir", FOLDER, ...options, FOLDER],
    {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 1 << 26,
      env: { ...process.env, PYTHONPATH: FOLDER, PYTHONDONTWRITEBYTECODE: "1" },
    },
  );
  return { status, output: `${stdout}${stderr}` };
}
