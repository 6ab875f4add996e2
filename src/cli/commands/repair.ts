import type { Secret as Entry } from "../../../secrets/entry";
import { RemedyError } from "../../errors";
import { type CommandSpec, type Doors, type ExitCode, type Typed, UsageError } from "../command";
import { entriesOf, readersOf } from "../declared";
import { differencesOf, type Observed } from "../find-drift";
import { observeSecrets } from "../observe-github";
import { describeReaders, repositoryIds } from "../write-values";

/** Mends who may read a secret; knows no value and sends none. */
export const repairCommand: CommandSpec = {
  name: "repair",
  description: "Set who may read secrets back to what the catalog declares, without their values",
  details: [
    "A list of repositories is replaced by itself. Another visibility is sent without a value: GitHub's API",
    "documents the value as optional there. Where GitHub refuses that, the person who knows the value sets it anew.",
  ],
  names: ["[names...]", "organization secrets that npx sophia-secrets drift named"],
  options: [["--dry-run", "say what would be changed and stop"]],
  examples: ["npx sophia-secrets repair OPENAI_API_KEY"],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { project, catalog, terminal } = doors;
  if (typed.names.length === 0) {
    throw new UsageError("repair", "takes names", "npx sophia-secrets drift tells which");
  }
  const entries = entriesOf(catalog, typed.names);
  const github = doors.github();
  const observed = await observeSecrets(github, new Set(typed.names));
  requireAllThere(entries, observed);
  const wrong = entries.filter((entry) => differencesOf(entry, project.settings, observed).length > 0);
  const ids = await repositoryIds(github, project.settings, wrong);
  for (const entry of entries) {
    const [finding] = differencesOf(entry, project.settings, observed);
    const readers = describeReaders(entry, project.settings);
    if (finding === undefined) terminal.print(`${entry.name}: is as declared, ${readers}`);
    else if (typed.has("dryRun")) terminal.print(`${entry.name}: ${finding.what}; would be ${readers}`);
    else {
      const repositories = readersOf(entry, project.settings).map((name) => ids.get(name) ?? 0);
      if (finding.kind === "repositories") await github.setRepositories(entry.name, repositories);
      else await setVisibility(doors, entry, repositories);
      terminal.print(`${entry.name}: was ${finding.what}; now ${readers}`);
    }
  }
  return 0;
}

function requireAllThere(entries: readonly Entry[], observed: Observed): void {
  const there = new Set(observed.secrets.map((secret) => secret.name));
  const missing = entries.map((entry) => entry.name).filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new RemedyError(
    missing.join(", "),
    "GitHub has no such organization secret",
    "pulumi up --refresh makes the slot, then npx sophia-secrets set NAME",
  );
}

async function setVisibility(doors: Doors, entry: Entry, repositories: readonly number[]): Promise<void> {
  const { name, visibility } = entry;
  const github = doors.github();
  try {
    await github.writeSecret(name, { visibility, repositoryIds: repositories });
  } catch (error) {
    if (!(error instanceof RemedyError) || !/refuses it/.test(error.reason)) throw error;
    throw new RemedyError(
      name,
      "GitHub changes its visibility only together with a value",
      `whoever knows the value runs: npx sophia-secrets set ${name} --replace`,
    );
  }
}
