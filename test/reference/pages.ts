import { type CommandSpec, EXIT, flagOf, TOPICS } from "../../src/cli/command";
import { COMMANDS, STACK_OPTION } from "../../src/cli/program";
import { COMMAND } from "../../src/text";
import { byCode, type CodeSite } from "./error-codes";
import { cell, GENERATED } from "./markdown";
import { COMPOSED_CODES, SHARED_CODES } from "./shared-codes";

/** docs/reference/error-codes.md: every code, what it means, what to do, and where it is said. */
export function codesPage(sites: readonly CodeSite[]): string {
  const rows = byCode(sites).map(([code, of]) => {
    const distinct = (texts: readonly string[]) =>
      [...new Set(texts)].filter((text) => text !== "").map(cell);
    const [composed, remedy] = COMPOSED_CODES[code] ?? [];
    const shared = SHARED_CODES[code] ?? composed;
    const causes = shared === undefined ? distinct(of.map(({ cause }) => cause)) : [cell(shared)];
    const remedies = remedy === undefined ? distinct(of.map((site) => site.remedy)) : [cell(remedy)];
    const files = [...new Set(of.map(({ file }) => file))];
    const links = files.map((file) => `[${file.split("/").at(-1)}](../../${file})`);
    return `| <a id="${code}"></a>\`${code}\` | ${causes.join("<br>")} | ${remedies.join("<br>")} | ${links.join("<br>")} |`;
  });
  return [
    "# Error codes",
    "",
    GENERATED,
    "",
    "Errors, findings of `drift`, differences of `access`, checks of `verify`, problems of the catalog and warnings of",
    "`pulumi preview` have a code, a subject, a cause and a remedy. The code has one meaning and stays the same when the",
    "wording changes. Words in *italics* stand for what is only known when it happens. `ok` states of `verify` have no remedy.",
    "",
    "Commands print `error: SUBJECT: CAUSE` and `Remedy: REMEDY`. The program's diagnostics in `pulumi preview` and",
    "`pulumi up` are lines of the form `[CODE] SUBJECT: CAUSE. Remedy: REMEDY`. With `--json` commands print the error to",
    "stdout, as [commands](commands.md#errors-as-json) says.",
    "",
    "| code | cause | remedy | where |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

const HEADING = {
  exit: "## Exit codes",
  json: "## Errors as JSON",
};

/** docs/reference/commands.md: every command as its help has it. */
export function commandsPage(): string {
  const topics = Object.entries(TOPICS).flatMap(([topic, title]) => {
    const specs = COMMANDS.map(({ spec }) => spec).filter((spec) => spec.topic === topic);
    return [`## ${title}`, "", ...specs.flatMap(commandLines)];
  });
  return [
    "# Commands",
    "",
    GENERATED,
    "",
    `\`${COMMAND} --help\` lists the commands, \`${COMMAND} drift --help\` shows one. No command shows a value. Every command`,
    `that works on a project takes \`${STACK_OPTION[0]}\`: ${STACK_OPTION[1]}.`,
    "",
    HEADING.exit,
    "",
    "| exit code | meaning |",
    "|---|---|",
    `| ${EXIT.done} | done, and nothing needs attention |`,
    `| ${EXIT.found} | something was found that needs attention |`,
    `| ${EXIT.failed} | failed, refused, or wrong usage |`,
    "",
    HEADING.json,
    "",
    "A command with `--json` prints one document to stdout. When it fails, that is:",
    "",
    "```json",
    '{ "error": { "code": "...", "subject": "...", "cause": "...", "remedy": "...", "problems": [] } }',
    "```",
    "",
    "`problems` lists all that is wrong, each with the same four fields, when there is more than one thing. [Error",
    "codes](error-codes.md) says what each `code` means. The error is also on stderr, for people.",
    "",
    ...topics,
  ].join("\n");
}

function commandLines({
  name,
  summary,
  details,
  positionals = {},
  options,
  examples,
}: CommandSpec): string[] {
  const words = Object.values(positionals);
  const rows = [
    ...words.map(({ notation, description }) => [notation, description]),
    ...Object.entries(options).map(([option, { argument, description, required }]) => [
      [flagOf(option), ...(argument === undefined ? [] : [argument])].join(" "),
      `${description}${required === true ? " (required)" : ""}`,
    ]),
  ];
  const usage = [COMMAND, name, ...words.map(({ notation }) => notation), "[options]"].join(" ");
  const table = rows.map(
    ([what = "", says = ""]) => `| \`${what.replaceAll("|", "\\|")}\` | ${cell(says)} |`,
  );
  return [
    `### ${name}`,
    "",
    `${summary}.`,
    "",
    ...["```text", usage, "```", ""],
    ...details.flatMap((paragraph) => [cell(paragraph), ""]),
    ...(table.length === 0 ? [] : ["| option | meaning |", "|---|---|", ...table, ""]),
    ...["```sh", ...examples.map((each) => `${COMMAND} ${each}`), "```", ""],
  ];
}
