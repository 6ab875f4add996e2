import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { parse } from "dotenv";

const ROOT = join(__dirname, "../..");
const COMPOSE = join(__dirname, "compose-oracle");
const BUILD_LIMIT_MS = 240_000;

/** What a reader makes of a text: names to values. */
export type Values = Readonly<Record<string, string | undefined>>;
/** Reads several .env texts, as one program that people use does. */
export type Reader = (texts: readonly string[]) => Values[];
/** A reader, or why it is not on this machine. */
export type FoundReader = Reader | { missing: string };

/** Every program whose reading of a .env file is compared. */
export const READERS: Readonly<Record<string, () => FoundReader>> = {
  "Node's --env-file": () => (texts) => texts.map((text) => parseEnv(text)),
  "npm's dotenv": () => (texts) => texts.map((text) => parse(text)),
  "python-dotenv": pythonReader,
  "Docker Compose": composeReader,
  "a shell": () => (texts) => texts.map(inShell),
};

const PYTHON = `
import io, json, sys
from dotenv import dotenv_values
print(json.dumps([dict(dotenv_values(stream=io.StringIO(text))) for text in json.load(sys.stdin)]))
`;

/** The loader's tests install it, as a dependency of pydantic-settings. */
function pythonReader(): FoundReader {
  const told = execFileSync(join(ROOT, "test/loaders/python/tools.sh"), { encoding: "utf8" });
  const interpreter = told.split("\n")[0]?.split(" ")[1];
  if (interpreter === undefined) return { missing: "no Python 3.10 or later with venv" };
  return (texts) => ask(interpreter, ["-c", PYTHON], texts) as Values[];
}

/** Compose's own parser, built once and kept in the user's cache folder by its sources' hash. */
function composeReader(): FoundReader {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "main.go"]) hash.update(readFileSync(join(COMPOSE, file)));
  const folder = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
    "sophia-secrets",
    "compose-oracle",
  );
  const path = join(folder, hash.digest("hex").slice(0, 16));
  if (!existsSync(path)) {
    if (spawnSync("go", ["version"]).error) return { missing: "Go is not on the PATH" };
    mkdirSync(folder, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    const options = { cwd: COMPOSE, encoding: "utf8", timeout: BUILD_LIMIT_MS } as const;
    const built = spawnSync("go", ["build", "-trimpath", "-o", unfinished, "."], options);
    if (built.status !== 0) return { missing: `go build failed: ${built.stderr.trim().split("\n").at(-1)}` };
    renameSync(unfinished, path);
  }
  return (texts) => {
    const answers = ask(path, [], texts) as { values?: Values; error?: string }[];
    return answers.map(({ values, error }) => {
      if (error !== undefined) throw new Error(error);
      return values ?? {};
    });
  };
}

function ask(program: string, args: readonly string[], texts: readonly string[]): unknown {
  return JSON.parse(
    execFileSync(program, args, { input: JSON.stringify(texts), maxBuffer: 2 ** 28 }).toString(),
  );
}

function inShell(text: string): Values {
  const folder = mkdtempSync(join(tmpdir(), "env-shell-"));
  try {
    writeFileSync(join(folder, ".env"), text);
    const told = execFileSync("sh", ["-c", "set -a; . ./.env; exec env -0"], {
      cwd: folder,
      env: { PATH: process.env.PATH },
    });
    const pairs = told
      .toString()
      .split("\0")
      .filter((pair) => pair !== "");
    return Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
