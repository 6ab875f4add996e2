import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { EvaluationOptions } from "../../sandbox/esc/evaluate-environment";
import { stringifyExact } from "../../sandbox/esc/json-number";
import type { Diagnostic } from "../../sandbox/esc/syntax";
import { skip } from "../skip";
import { decryptForTest, loadFrom } from "./test-cipher";
import { turnRotator } from "./turn-rotator";

/** One question to the real evaluator; see sandbox/esc/oracle/main.go. */
export interface OracleCase {
  action: "open" | "check" | "rotate" | "encrypt" | "decrypt";
  name: string;
  text: string;
  showSecrets?: boolean;
  environments?: Record<string, string>;
  /** What to rotate; none means all. */
  paths?: string[];
}

/** The real evaluator's answer. */
export interface OracleAnswer {
  environment?: { exprs?: unknown; properties?: unknown; executionContext?: { properties?: unknown } };
  environmentVariables?: Record<string, string>;
  diagnostics: Diagnostic[];
  rotations?: { path: string; status: string }[];
  text?: string;
  error?: string;
}

const SOURCES = join(__dirname, "../../sandbox/esc/oracle");
const FILES = ["go.mod", "go.sum", "main.go"];
const BUILD_LIMIT_MS = 240_000;
const CONTEXT = { pulumi: { user: { login: "tester" } } };

/** The real evaluator as a program, built on first use and kept in the user's cache folder by its sources' hash. */
export type Oracle = { path: string } | { missing: string };

/** Builds or finds the oracle; where that is impossible, the reason. */
export function findOracle(): Oracle {
  const hash = createHash("sha256");
  for (const file of FILES) hash.update(readFileSync(join(SOURCES, file)));
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "sophia-secrets", "esc-oracle");
  const path = join(folder, hash.digest("hex").slice(0, 16));
  if (existsSync(path)) return { path };
  if (spawnSync("go", ["version"]).error) return { missing: "Go is not on the PATH" };
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const build = spawnSync("go", ["build", "-trimpath", "-o", unfinished, "."], {
    cwd: SOURCES,
    encoding: "utf8",
    timeout: BUILD_LIMIT_MS,
  });
  if (build.status !== 0) {
    return { missing: `go build failed: ${build.stderr.trim().split("\n").at(-1) ?? "no reason given"}` };
  }
  renameSync(unfinished, path);
  return { path };
}

/** Asks the real evaluator all cases in one process; the answers come in the same order. */
export function askOracle(path: string, cases: OracleCase[]): OracleAnswer[] {
  const output = execFileSync(path, { input: JSON.stringify({ cases }), maxBuffer: 2 ** 28 });
  return parseWithNumberTexts(output.toString()) as OracleAnswer[];
}

/**
 * In a describe: has the real evaluator answer all cases before its tests, and skips these where it is not here.
 *
 * @returns a case's answer, by its place among the cases; once the tests run.
 */
export function answersTo(cases: OracleCase[]): (index: number) => OracleAnswer {
  let answers: OracleAnswer[] = [];
  before(function () {
    this.timeout(BUILD_LIMIT_MS + 60_000);
    const oracle = findOracle();
    if ("missing" in oracle) skip(this, `the real evaluator is not here: ${oracle.missing}`);
    answers = askOracle(oracle.path, cases);
    strictEqual(answers.length, cases.length);
  });
  return (index) => {
    const answer = answers[index];
    ok(answer);
    return answer;
  };
}

/** What the sandbox's evaluator is asked for the same case. */
export function optionsFor(asked: OracleCase): EvaluationOptions {
  return {
    name: asked.name,
    text: asked.text,
    load: loadFrom(asked.environments ?? {}),
    decrypt: decryptForTest,
    mode: asked.action === "check" ? "check" : "open",
    showSecrets: asked.showSecrets ?? false,
    context: CONTEXT,
    rotators: { turn: turnRotator },
  };
}

/** Fails where the two evaluators' values differ, or what of them is secret; where they come from is not compared. */
export function assertSameValues(ours: { properties?: unknown }, theirs: OracleAnswer, about: string): void {
  deepStrictEqual(
    withoutTraces(parseWithNumberTexts(stringifyExact(ours.properties ?? null))),
    withoutTraces(theirs.environment?.properties ?? null),
    about,
  );
}

function withoutTraces(properties: unknown): unknown {
  if (Array.isArray(properties)) return properties.map(withoutTraces);
  if (properties === null || typeof properties !== "object") return properties;
  const members = Object.entries(properties).filter(([name]) => name !== "trace");
  return Object.fromEntries(members.map(([name, member]) => [name, withoutTraces(member)]));
}

/** Parses JSON with every number as the string `#text`, because 1.0 and 2^63 must not become equal to others. */
export function parseWithNumberTexts(json: string): unknown {
  const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  return JSON.parse(json.replace(token, (found) => (found.startsWith('"') ? found : `"#${found}"`)));
}
