import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { COMMANDS, runProgram } from "../../src/cli/program";
import { heardTerminal } from "./heard-terminal";

const ROOT = join(__dirname, "..", "..");

/** What help may load: the specs, how they are shown, and what these stand on, which imports nothing else. */
const LIGHT = [
  /^src\/cli\/commands\/[^/]+\.ts$/,
  /^src\/cli\/(main|program|command|options|catalog-changes|choice-option|time-options|screen|shown-width|table|terminal|hidden-typing|report-error)\.ts$/,
  /^src\/(errors|text|secret|sync\/runner|catalog\/rotators|operations\/context)\.ts$/,
  /^node_modules\/commander\//,
];

/** Runs the program's main, then prints the modules that came in by it. */
const LISTING = `
  const before = new Set(Object.keys(require.cache));
  process.on("exit", () => {
    const own = Object.keys(require.cache).filter((each) => !before.has(each));
    require("node:fs").writeSync(2, JSON.stringify(own));
  });
  require("./src/cli/main");
`;

/** Modules that a command line loads, from the project's folder. The word before it stands for the script. */
function modulesOf(...line: readonly string[]): string[] {
  const args = ["-r", "ts-node/register/transpile-only", "-e", LISTING, "--", "main", ...line];
  const { stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  return (JSON.parse(stderr) as string[]).map((each) => each.slice(ROOT.length + 1));
}

describe("help", () => {
  it("loads specs alone: no command's work, no client, no catalog", () => {
    const loaded = modulesOf("--help");
    deepEqual(
      loaded.filter((each) => !LIGHT.some((light) => light.test(each))),
      [],
    );
    equal(loaded.filter((each) => each.startsWith("src/cli/commands/")).length, COMMANDS.length);
  }).timeout(60_000);

  for (const { spec } of COMMANDS)
    it(`of ${spec.name} opens no project`, async () => {
      const heard = { stdout: "", stderr: "" };
      const open = async () => {
        throw new Error("help asked for the project");
      };
      equal(await runProgram([spec.name, "--help"], open, open, heardTerminal(heard)), 0);
      match(heard.stdout, new RegExp(`^Usage: sophia-secrets ${spec.name}[ |]`));
      equal(heard.stderr, "");
    });
});

describe("a command's summary", () => {
  it("has at most 60 characters and no full stop, which help adds", () => {
    deepEqual(
      COMMANDS.filter(({ spec }) => spec.summary.length > 60 || spec.summary.endsWith(".")).map(
        ({ spec }) => spec.name,
      ),
      [],
    );
  });
});
