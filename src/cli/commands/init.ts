import { RemedyError } from "../../errors";
import type { Evidence } from "../../operations/beginning/gather-names";
import type { NewEntry } from "../../operations/beginning/init";
import type { Answers, Proposal } from "../../operations/beginning/propose-catalog";
import type { FoundOrganization } from "../../operations/beginning/read-organization";
import { COMMAND, counted, namesIn } from "../../text";
import { defineFolderCommand, EXIT, type ExitCode, type FolderCommandContext } from "../command";
import { flag, text } from "../options";
import { tableLines } from "../table";
import type { Terminal } from "../terminal";

const list = (typed: string | undefined) =>
  typed === undefined ? undefined : [...new Set(typed.split(",").map((name) => name.trim()))].filter(Boolean);

/** Describes an organization that begins. */
export const initCommand = defineFolderCommand({
  name: "init",
  topic: "start",
  summary: "Write secrets/ and stack files for your organization",
  details: [
    "Asks for the organizations, deployment environments and carrier repositories that no option names. With --from-github it reads the names of the organization secrets, who may use them, which workflows do, and the secrets of the carriers' GitHub environments; the right to read is enough. It proposes groups, formats and vendors' pages by name, and perEnvironment for what GitHub environments or files of several environments hold. Files that other tools write give names too (separate several by commas; .env.production and production.json are of production). Their values are compared with formats and never written.",
    "Writes secrets/ and Pulumi.<stack>.yaml after you confirm, and never over a file that is there. In an existing project it writes nothing: it shows the lines for what is new since, and ends with 1 if there are any. To begin with another organization: git rm -rq secrets 'Pulumi.*.yaml'.",
    "--json prints { files: [{ path, text, state }], secrets: [{ name, group }], leftOut: [{ code, subject, cause, remedy }], notes, unseen, next }; next is three lists of commands up to a green verify. In an existing project: { new: [{ name, group, line }], unseen }.",
  ],
  options: {
    fromGithub: text("<organization>", "read this organization; also its name"),
    organization: text("<name>", "GitHub organization, without reading it"),
    pulumiOrganization: text("<name>", "organization in Pulumi Cloud"),
    environments: text("<names>", "deployment environments, first to last, separated by commas"),
    carriers: text("<names>", "repositories whose workflow syncs, separated by commas"),
    application: text("<name>", "first part of names in ESC (default: the GitHub organization's)"),
    owner: text("<team>", "who rotates, until you say more (default: Platform)"),
    edition: text("<name>", "Pulumi Cloud's edition (default: enterprise)"),
    fromEnv: text("<files>", "names of .env files", { completes: "file" }),
    fromDoppler: text("<files>", "of doppler secrets download --no-file --format json", {
      completes: "file",
    }),
    fromDotenvx: text("<files>", "of .env files that dotenvx encrypted", { completes: "file" }),
    fromInfisical: text("<files>", "of infisical export --format=json", { completes: "file" }),
    fromSops: text("<files>", "of files that sops encrypted", { completes: "file" }),
    dryRun: flag("show what would be written and stop"),
    yes: flag("write without asking"),
    json: flag("print the proposal as JSON"),
  },
  examples: [
    "init --from-github acme --dry-run",
    "init --from-github acme --pulumi-organization acme --environments staging,production --carriers infrastructure --yes",
    "init --organization acme --from-env .env.staging,.env.production",
  ],
  load: () => ({
    ...(require("../../operations/beginning/gather-names") as typeof import("../../operations/beginning/gather-names")),
    ...(require("../../operations/beginning/init") as typeof import("../../operations/beginning/init")),
    ...(require("../../operations/beginning/propose-catalog") as typeof import("../../operations/beginning/propose-catalog")),
    ...(require("../../operations/beginning/read-organization") as typeof import("../../operations/beginning/read-organization")),
    ...(require("../confirm") as typeof import("../confirm")),
  }),
  run: async (context, typed, work) => {
    const { terminal } = context;
    const standing = work.standingProject(context);
    if (standing !== undefined) work.requireOrganization(standing, typed.fromGithub ?? typed.organization);
    const sources = {
      organization: typed.fromGithub,
      env: list(typed.fromEnv) ?? [],
      doppler: list(typed.fromDoppler) ?? [],
      dotenvx: list(typed.fromDotenvx) ?? [],
      infisical: list(typed.fromInfisical) ?? [],
      sops: list(typed.fromSops) ?? [],
    };
    const read = await work.readSources(context, sources, terminal.progress);
    const answers =
      standing === undefined ? await answersOf(context, typed, read) : work.answersOfStanding(standing);
    const environments = await work.readEnvironments(
      context,
      answers.githubOrganization,
      read.organization === undefined ? [] : answers.carriers,
    );
    const proposal = work.proposeCatalog(answers, { ...read, environments });
    if (standing === undefined) return begin(context, typed, work, proposal, read.organization);
    const unseen = read.organization?.unseen ?? [];
    return showNew(terminal, work.newSince(standing, proposal, context.now()), unseen, typed.json);
  },
});

/** Shows a proposal, asks, and writes it. */
async function begin(
  context: FolderCommandContext,
  { dryRun, yes, json }: { dryRun: boolean; yes: boolean; json: boolean },
  work: Pick<typeof import("../../operations/beginning/init"), "planFiles" | "nextSteps" | "writeFiles"> &
    typeof import("../confirm"),
  proposal: Proposal,
  found: FoundOrganization | undefined,
): Promise<ExitCode> {
  const { terminal } = context;
  const { leftOut, notes, entries, answers } = proposal;
  const files = work.planFiles(context, proposal);
  const next = work.nextSteps(proposal, (found?.secrets.length ?? 0) > 0);
  if (!json) show(terminal, proposal, found, files, dryRun);
  if (!dryRun) {
    await work.confirm(
      terminal,
      `Write ${counted(files.length, "file")} for ${answers.githubOrganization}?`,
      yes,
    );
    work.writeFiles(context, files);
  }
  if (json) {
    const secrets = entries.map(({ name, group }) => ({ name, group }));
    terminal.print(JSON.stringify({ files, secrets, leftOut, notes, unseen: found?.unseen ?? [], next }));
    return EXIT.done;
  }
  terminal.print("");
  terminal.print(dryRun ? "Nothing was written. Without --dry-run, the next steps are:" : "Next:");
  for (const [index, commands] of next.entries())
    for (const [at, command] of commands.entries())
      terminal.print(`  ${at === 0 ? `${index + 1}.` : "  "} ${command}`);
  return EXIT.done;
}

interface Typed {
  organization: string | undefined;
  pulumiOrganization: string | undefined;
  environments: string | undefined;
  carriers: string | undefined;
  application: string | undefined;
  owner: string | undefined;
  edition: string | undefined;
}

/** What the options say, else what is answered. @throws RemedyError naming every option that is missing. */
async function answersOf(
  { terminal }: FolderCommandContext,
  typed: Typed,
  { files, organization: found }: Omit<Evidence, "environments">,
): Promise<Answers> {
  const missing: string[] = [];
  const ask = async (option: string, question: string, given: string | undefined, fallback?: string) => {
    if (given !== undefined) return given;
    if (!terminal.canAsk) {
      if (fallback !== undefined && option !== "--carriers") return fallback;
      missing.push(option);
      return "";
    }
    const answer = await terminal.ask(fallback === undefined ? question : `${question} [${fallback}]`);
    return answer === "" ? (fallback ?? "") : answer;
  };
  const githubOrganization = await ask(
    "--organization",
    "GitHub organization",
    found?.login ?? typed.organization,
  );
  const pulumiOrganization = await ask(
    "--pulumi-organization",
    "Pulumi Cloud organization",
    typed.pulumiOrganization,
  );
  const seen = [...new Set(files.flatMap(({ environment = "" }) => environment || []))];
  const usual = seen.length > 0 ? seen.join(",") : "development,staging,production";
  const environments = await ask(
    "--environments",
    "Deployment environments, first to last",
    typed.environments,
    usual,
  );
  const likely = found?.repositories.find((name) => /^(infra|platform|secrets)/i.test(name));
  const carriers = await ask("--carriers", "Carrier repositories", typed.carriers, likely);
  if (missing.length > 0)
    throw new RemedyError({
      code: "answers-missing",
      subject: missing.join(", "),
      cause: "there is no terminal to ask for it",
      remedy: `run it in a terminal, or add ${missing.map((option) => `${option} NAME`).join(" ")}`,
    });
  const application = typed.application ?? githubOrganization.toLowerCase();
  return {
    githubOrganization,
    pulumiOrganization,
    application,
    environments: list(environments) ?? [],
    carriers: list(carriers) ?? [],
    owner: typed.owner ?? "Platform",
    ...(typed.edition === undefined ? {} : { edition: typed.edition }),
  };
}

function show(
  terminal: Terminal,
  { entries, leftOut, notes, answers }: Proposal,
  found: FoundOrganization | undefined,
  planned: readonly { path: string; state: string }[],
  dryRun: boolean,
): void {
  const print = (lines: readonly string[]) => {
    for (const line of lines) terminal.print(line);
  };
  const rows = entries.map(({ name, group, format, perEnvironment, visibility }) => [
    name,
    group,
    [format, perEnvironment && "a value per environment", visibility && `for ${visibility}`]
      .filter((each) => typeof each === "string")
      .join(", "),
  ]);
  print(tableLines(rows, terminal.width));
  if (rows.length > 0) terminal.print("");
  terminal.print(
    `${answers.githubOrganization}: ${counted(entries.length, "secret")}, ${dryRun ? "would be" : "to be"} written to ${planned.map(({ path, state }) => (state === "same" ? `${path} (as it is)` : path)).join(", ")}`,
  );
  for (const { subject, cause, remedy } of leftOut) terminal.say(`left out: ${subject}: ${cause}; ${remedy}`);
  for (const note of notes) terminal.say(note);
  if (found !== undefined) tellUses(terminal.say, found);
}

/** What workflows take and the organization does not have, and what it has and none takes. */
function tellUses(say: (line: string) => void, { secrets, uses, unseen }: FoundOrganization): void {
  const there = new Set(secrets.map(({ name }) => name));
  const foreign = [...uses.keys()].filter((name) => !there.has(name)).sort();
  if (foreign.length > 0)
    say(
      `workflows also use ${namesIn(foreign)}, which are not organization secrets: repositories' or environments' own`,
    );
  const idle = [...there].filter((name) => !uses.has(name)).sort();
  if (idle.length > 0 && unseen.length === 0)
    say(`no workflow uses ${namesIn(idle)}; ${COMMAND} unused looks for other uses`);
  for (const each of unseen) say(`not read: ${each}`);
}

function showNew(
  terminal: Terminal,
  fresh: readonly NewEntry[],
  unseen: readonly string[],
  json: boolean,
): ExitCode {
  if (json) terminal.print(JSON.stringify({ new: fresh, unseen }));
  else {
    for (const each of unseen) terminal.say(`not read: ${each}`);
    if (fresh.length === 0) terminal.print("Nothing is new: the catalog has every name");
    else terminal.print(`${counted(fresh.length, "secret")} not in the catalog; add to secrets/catalog.ts:`);
    for (const { line } of fresh) for (const each of line.split("\n")) terminal.print(`  ${each}`);
  }
  return fresh.length === 0 ? EXIT.done : EXIT.found;
}
