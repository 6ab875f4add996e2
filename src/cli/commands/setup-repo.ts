import { join } from "node:path";
import type { SetupPlan, SetupResult } from "../../operations/beginning/setup-repository";
import { counted, namesIn } from "../../text";
import { byHandLines, changeLines } from "../catalog-changes";
import { defineCommand, EXIT, type OptionSpec } from "../command";
import { flag, requiredText, text, usageError } from "../options";
import { tableLines } from "../table";
import type { Terminal } from "../terminal";

const language: OptionSpec<"python" | "typescript"> = {
  argument: "<python|typescript>",
  description: "language of the loader (default: python)",
  parse: (typed, _, place) => {
    if (typed === undefined || typed === "python") return "python";
    if (typed === "typescript") return typed;
    throw usageError(place, `must be python or typescript, not ${typed}`);
  },
};

/** Sets a repository up to load secrets. */
export const setupRepoCommand = defineCommand({
  name: "setup-repo",
  topic: "start",
  summary: "Set up a repository that loads secrets",
  details: [
    "Makes the repository, private, where GitHub has none. One pull request then adds what it lacks: the loader, env.example, .gitignore, pre-commit checks that refuse .env files and scan for secrets, and a workflow whose job loads secrets from ESC. A file that is there is kept and named. Run again it adds what is missing, to the same pull request, and proposes nothing again that people declined.",
    "What the repository may use is the stack's, so it shows the lines for secrets/ and, after the question, writes them: the application, whose loader pulumi up then keeps current by pull requests, and with --secrets the entries whose organization secrets its own workflows use. Comments and order stay. What is not written out there it prints, to be added by hand.",
    "Nothing is copied from ESC: --from-pulumi, the default, leaves values there. --source-env sets what a .env file has as the repository's own secrets. It leaves out names of the catalog, whose values belong to the organization, and names that the repository has.",
    "--json prints { repository, exists, defaultBranch, files: [{ path, state }], edits: [{ file, line, removed, added }], byHand: [{ kind, entry, key, value }], values, pullRequest, set }; a file's state is same, kept, or how far its pull request was: missing, waiting, conflicts, declined. values and set are names.",
  ],
  replaces: "setup_new_repo.py",
  options: {
    name: requiredText("<repository>", "name of the repository, without its owner"),
    sourceEnv: text("<file>", "lines NAME=value for the repository's own secrets", { completes: "file" }),
    fromPulumi: flag("load everything from ESC and copy nothing (the default)"),
    language,
    path: text("<file>", "path of the loader (default: secrets_loader.py, src/secrets-loader.ts)"),
    secrets: text("<names>", "organization secrets that its workflows use, separated by commas"),
    dryRun: flag("say what would be done and stop"),
    yes: flag("do it without asking"),
    json: flag("print the plan and the outcome as JSON"),
  },
  examples: [
    "setup-repo --name billing --dry-run",
    "setup-repo --name billing --language typescript --secrets OPENAI_API_KEY",
    "setup-repo --name billing --source-env billing.env --yes",
  ],
  load: () => ({
    ...(require("../../operations/beginning/setup-repository") as typeof import("../../operations/beginning/setup-repository")),
    ...(require("../../operations/scan/install-hook") as typeof import("../../operations/scan/install-hook")),
    ...(require("../confirm") as typeof import("../confirm")),
  }),
  run: async (context, typed, { planSetup, carryOut, confirm, commandFile }) => {
    const { terminal } = context;
    const { name, sourceEnv, fromPulumi, language, path, dryRun, yes, json } = typed;
    if (fromPulumi && sourceEnv !== undefined)
      throw usageError({ command: "setup-repo", name: "--from-pulumi" }, "is the opposite of --source-env");
    const secrets = (typed.secrets ?? "")
      .split(",")
      .map((each) => each.trim().toUpperCase())
      .filter(Boolean);
    const programDir = join(commandFile(__dirname), "..");
    const setup = { name, language, path, secrets, sourceEnv, programDir } as const;
    const plan = await planSetup(context, setup);
    const done: SetupResult = { set: [] };
    if (!json) showPlan(terminal, plan, dryRun);
    if (!dryRun && isWork(plan)) {
      await confirm(terminal, `Set up ${plan.repository}?`, yes);
      Object.assign(done, await carryOut(context, plan, terminal.progress));
    }
    if (json) terminal.print(JSON.stringify(documentOf(plan, done)));
    else if (!dryRun) showDone(terminal, done, plan);
    return EXIT.done;
  },
});

/** A pull request that people have not merged, or closed, is theirs to decide. */
function isWork({ exists, files, proposal, values, catalog }: SetupPlan): boolean {
  const lacks = files.some(({ state }) => state === "new");
  return (
    !exists ||
    catalog.changes.length > 0 ||
    (lacks && proposal?.state === "missing") ||
    (values?.created.length ?? 0) > 0
  );
}

function documentOf({ setup: _, proposal, files, catalog, ...plan }: SetupPlan, done: SetupResult): object {
  const pull = proposal !== undefined && "pull" in proposal ? proposal.pull : undefined;
  return {
    ...plan,
    edits: catalog.changes,
    byHand: catalog.notPlaced,
    files: files.map(({ path, state }) => ({
      path,
      state: state === "new" ? (proposal?.state ?? "missing") : state,
    })),
    ...(pull === undefined ? {} : { pullRequest: pull.url }),
    ...done,
  };
}

/** What becomes of a file that the repository lacks, by how far the pull request is. */
const PROPOSED = {
  current: "there",
  missing: "to be added by pull request",
  waiting: "in a pull request that waits",
  conflicts: "in a pull request that has conflicts",
  declined: "left out: people closed its pull request",
} as const;
const SAID = { same: "there", kept: "kept: it is there and says something else" } as const;

function showPlan(terminal: Terminal, plan: SetupPlan, dryRun: boolean): void {
  const { repository, exists, files, catalog, values, proposal } = plan;
  const lacking = PROPOSED[proposal?.state ?? "missing"];
  const rows = [
    [repository, exists ? "there" : "to be made, private"],
    ...files.map(({ path, state }) => [path, state === "new" ? lacking : SAID[state]]),
    ...(values?.created ?? []).map((name) => [name, "to be set as the repository's own secret"]),
    ...(values?.replaced ?? []).map((name) => [name, "kept: the repository has it"]),
    ...(values?.shared ?? []).map((name) => [name, "left out: it is the organization's"]),
    ...(values?.unset ?? []).map((name) => [name, "left out: it has no value in the file"]),
  ];
  for (const line of tableLines(rows, terminal.width)) terminal.print(line);
  if (proposal !== undefined && "pull" in proposal && proposal.pull !== undefined)
    terminal.print(`Its pull request: ${proposal.pull.url}`);
  if (catalog.changes.length > 0) {
    terminal.print("");
    for (const line of changeLines(catalog.changes)) terminal.print(line);
  }
  if (catalog.notPlaced.length > 0) {
    terminal.print("");
    for (const line of byHandLines(catalog)) terminal.print(line);
  }
  if (!dryRun) return;
  terminal.print("");
  terminal.print("Nothing was written");
}

function showDone(terminal: Terminal, { pullRequest, set }: SetupResult, { catalog }: SetupPlan): void {
  terminal.print("");
  if (pullRequest !== undefined) terminal.print(`Pull request: ${pullRequest}`);
  if (set.length > 0) terminal.print(`${counted(set.length, "secret")} set: ${namesIn(set)}`);
  const files = [...catalog.files.keys()];
  if (files.length > 0) terminal.print(`${namesIn(files)} written; then commit, and pulumi up`);
  if (pullRequest === undefined && set.length === 0 && files.length === 0)
    terminal.print("Nothing was to do");
}
