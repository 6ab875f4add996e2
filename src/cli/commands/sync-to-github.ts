import { type Secret as Entry, resolveCatalog } from "../../../secrets/entry";
import { RemedyError } from "../../errors";
import type { Input } from "../../sync/choose-value";
import { checkValue } from "../check-value";
import type { CommandSpec, Doors, ExitCode, Typed } from "../command";
import { knowledgeOf, readLedgers } from "../ledger-knowledge";
import { readEnvFile } from "../read-env-file";
import { envFileError } from "../read-input";
import { type NewValue, writeValues } from "../write-values";

/** Writes all values of a .env file. */
export const syncToGithubCommand: CommandSpec = {
  name: "sync-to-github",
  description: "Set the values of a .env file in GitHub, and who may read them as the catalog declares",
  details: [
    "Everything is checked before anything is written: one wrong line, name or value, and nothing is. Older names",
    "count as in the catalog. An existing secret is only replaced with --replace, for GitHub cannot give it back.",
  ],
  required: [["--env-file <file>", "lines NAME=value; quotes for values of several lines or with #"]],
  options: [
    ["--replace", "replace the values that are there"],
    ["--dry-run", "check everything, say what would be set and stop"],
  ],
  examples: [
    "npx sophia-secrets sync-to-github --env-file .env --dry-run",
    "npx sophia-secrets sync-to-github --env-file .env --replace",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { terminal, project } = doors;
  const file = typed.text("envFile") ?? "";
  const values = checkAll(doors, file, readInput(doors, file));
  const github = doors.github();
  const there = new Set((await github.listSecrets()).map((secret) => secret.name));
  const existing = values.filter(({ entry }) => there.has(entry.name));
  if (existing.length > 0 && !typed.has("replace")) throw await refusal(doors, file, existing);
  if (typed.has("dryRun")) {
    for (const { entry } of values)
      terminal.print(`${entry.name}: would be ${there.has(entry.name) ? "replaced" : "created"}`);
    return 0;
  }
  const written: string[] = [];
  try {
    await writeValues(github, project.settings, values, ({ name }) => {
      written.push(name);
      terminal.print(`${name}: ${there.has(name) ? "value replaced" : "created"}`);
    });
  } finally {
    // Also when GitHub stopped it half way.
    const again = written.length < values.length && written.length > 0;
    const hint = again ? "; the next run needs --replace for these" : "";
    terminal.say(`${written.length} of ${values.length} set${hint}`);
    const created = written.filter((name) => !there.has(name));
    if (created.length > 0) {
      terminal.say(
        `Not in the stack's state yet; before the next pulumi up: npx sophia-secrets adopt ${created.join(" ")}`,
      );
    }
  }
  return 0;
}

function readInput(doors: Doors, file: string): Input {
  const read = readEnvFile(doors.readFile(file));
  if (read.values === undefined) throw envFileError(file, read.problems);
  if (Object.keys(read.values).length > 0) return read.values;
  throw envFileError(file, ["it holds no NAME=value line"]);
}

/** @throws RemedyError with every name and value that is wrong. */
function checkAll({ catalog }: Doors, file: string, input: Input): NewValue[] {
  const entries = resolveCatalog(catalog);
  const names = new Set(entries.flatMap((entry) => [entry.name, ...entry.aliases]));
  const problems = Object.keys(input)
    .filter((name) => !names.has(name))
    .map((name) => `${name}: the catalog has no such entry`);
  const values: NewValue[] = [];
  for (const entry of entries.filter((each) => isGiven(each, input))) {
    const checked = checkValue(entry, input);
    if (checked.value === undefined) problems.push(`${entry.name}: ${checked.reason}`);
    else values.push({ entry, value: checked.value });
  }
  if (problems.length > 0) throw envFileError(file, problems);
  return values;
}

function isGiven(entry: Entry, input: Input): boolean {
  return [entry.name, ...entry.aliases].some((name) => input[name] !== undefined);
}

async function refusal(doors: Doors, file: string, existing: readonly NewValue[]): Promise<RemedyError> {
  const synced = await readLedgers(doors.cloud(), doors.catalog, doors.project.settings);
  const lines = existing.map(({ entry }) => `${entry.name}: ${knowledgeOf(entry.name, synced)}`);
  return new RemedyError(
    file,
    `${existing.length} of its secrets exist in GitHub, which cannot give their values back; nothing was written`,
    `take them out of the file, or --replace replaces them for good${list(lines)}`,
  );
}

function list(lines: readonly string[]): string {
  return lines.map((each) => `\n  - ${each}`).join("");
}
