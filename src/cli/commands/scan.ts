import { join } from "node:path";
import type { Seen } from "../../operations/scan/look-through";
import { COMMAND, counted, namesIn } from "../../text";
import { defineFolderCommand, EXIT } from "../command";
import { flag, text, usageError, words } from "../options";
import type { SarifResult } from "../sarif";
import { tableLines } from "../table";

/** Where the program keeps its filter. */
const FILTER = "secrets/scan-filter.json";

/** Refuses files, commits and histories that hold a secret. */
export const scanCommand = defineFolderCommand({
  name: "scan",
  topic: "look",
  summary: "Find secrets in files, in a commit or in the history",
  details: [
    "Looks for two things. Values of this organization: by secrets/scan-filter.json, which holds none (scan-filter writes it), in plain, base64, URL and JSON form; so no value and no token is needed here. Keys in the formats of vendors: by secretlint's rules and the catalog's formats. It shows the place and the name, never a part of a value, and asks nothing of the network.",
    "Without an option it looks at the files that git has or would take; where there is no repository, at all. --staged looks at what the next commit takes, --history at everything that a branch, tag or stash reaches. Links are not followed. It cannot look into archives and compressed files, and not for values that the filter does not cover, which it names.",
    "Ends with 0 if nothing was found, 1 if something was, 2 if something could not be looked at. --json prints { findings: [{ rule, name, environments, path, line, column, oid }], known, files, bytes, unread, filter, notCovered }. --sarif is for GitHub's code scanning.",
  ],
  positionals: {
    paths: words("[paths...]", "files and folders; a repository for --staged, --history and --install", {
      completes: "file",
    }),
  },
  options: {
    staged: flag("look at what the next commit takes: the index, not the files"),
    history: flag("look at every content that a branch, tag or stash reaches"),
    install: flag("have git run scan --staged before each commit in that repository"),
    baseline: text(
      "<file>",
      "leave out what this file knows, by fingerprints; with --install, as seen from the repository's root",
      { completes: "file" },
    ),
    writeBaseline: flag("put everything that is found into the baseline's file"),
    filter: text("<file>", "marks of values (default: the program's secrets/scan-filter.json)", {
      completes: "file",
    }),
    json: flag("print the findings as JSON"),
    sarif: flag("print the findings as SARIF 2.1.0"),
  },
  examples: [
    "scan",
    "scan ../sophia-main --staged",
    "scan --history --baseline .scan-baseline.json --write-baseline",
    "scan ../sophia-main --install",
  ],
  load: () => ({
    ...(require("../../operations/scan/look-through") as typeof import("../../operations/scan/look-through")),
    ...(require("../sarif") as typeof import("../sarif")),
    ...(require("../../operations/scan/install-hook") as typeof import("../../operations/scan/install-hook")),
  }),
  run: async ({ terminal, ...context }, asked, { lookThrough, installHook, commandFile, sarifOf }) => {
    const { paths, staged, history, install, baseline, writeBaseline, json, sarif } = asked;
    const command = commandFile(__dirname);
    requireFitting(asked);
    if (install) {
      const { file, state } = installHook(paths[0] ?? ".", command, context.env, baseline);
      terminal.print(`${file}: ${state}`);
      return EXIT.done;
    }
    const filter = asked.filter ?? join(command, "..", FILTER);
    const what = staged ? "staged" : history ? "history" : "files";
    const seen = await lookThrough(
      context,
      { paths, what, filter, isFilterNamed: asked.filter !== undefined, baseline, accept: writeBaseline },
      terminal.progress,
    );
    if (json)
      terminal.print(
        JSON.stringify({
          ...seen,
          findings: seen.findings.map(shown),
          filter: seen.filter === undefined ? null : (asked.filter ?? FILTER),
        }),
      );
    else if (sarif) terminal.print(sarifOf("scan", resultsOf(seen), RULES));
    else for (const line of linesOf(seen, terminal.width)) terminal.print(line);
    for (const line of seen.unread) terminal.say(`not looked at: ${line}`);
    if (seen.filter === undefined) {
      terminal.say(
        `warning: ${asked.filter ?? FILTER}: is not there, so values of this organization were not looked for`,
      );
      terminal.say(
        `Remedy: someone who may open the environments runs ${COMMAND} scan-filter, and commits the file`,
      );
    }
    if (seen.findings.length > 0) return EXIT.found;
    return seen.unread.length > 0 ? EXIT.failed : EXIT.done;
  },
});

/** @throws RemedyError for options that do not go together. */
function requireFitting({
  paths,
  staged,
  history,
  install,
  baseline,
  writeBaseline,
}: {
  paths: readonly string[];
  baseline: string | undefined;
} & Record<"staged" | "history" | "install" | "writeBaseline", boolean>): void {
  const place = { command: "scan", name: "scan" };
  const chosen = [staged, history, install].filter((each) => each).length;
  if (chosen > 1) throw usageError(place, "takes one of --staged, --history and --install");
  if (chosen === 1 && paths.length > 1) throw usageError(place, "takes one repository");
  if (writeBaseline && baseline === undefined)
    throw usageError({ ...place, name: "--write-baseline" }, "needs --baseline FILE");
}

type Finding = Seen["findings"][number];

/** All of a finding but its digest. */
function shown({ digest: _, ...finding }: Finding): object {
  return finding;
}

function whatOf({ rule, name, environments = [] }: Finding): string {
  return name === undefined
    ? `a key by the rule ${rule}`
    : `the value of ${name} (${environments.join(", ")})`;
}

const RULES = { "own-value": "A value of a secret of this organization" };

function resultsOf({ findings }: Seen): SarifResult[] {
  return findings.map((each) => ({
    rule: each.rule,
    message: `This is ${whatOf(each)}.`,
    level: "error" as const,
    path: each.path,
    line: each.line,
    column: each.column,
  }));
}

function linesOf({ findings, known, files, filter, notCovered }: Seen, width: number | undefined): string[] {
  const rows = findings.map((each) => [
    `${each.path}:${each.line}:${each.column}`,
    whatOf(each),
    ...(each.oid === undefined ? [] : [each.oid.slice(0, 12)]),
  ]);
  const named = findings.find(({ name }) => name !== undefined)?.name;
  const told = [
    `${findings.length === 0 ? "no secret" : counted(findings.length, "secret")} in ${counted(files, "file")}`,
    ...(filter === undefined ? ["VALUES OF THIS ORGANIZATION WERE NOT LOOKED FOR: there is no filter"] : []),
    ...(known > 0 ? [`${known} known by the baseline`] : []),
    ...(notCovered.length > 0 ? [`not looked for: the values of ${namesIn(notCovered)}`] : []),
  ];
  return [
    ...tableLines(rows, width),
    ...(rows.length > 0 ? [""] : []),
    told.join("; "),
    ...(findings.length > 0
      ? [
          `Remedy: take it out, and load it from ESC; if anybody else has seen it, ${named === undefined ? "make a new one at the vendor" : `${COMMAND} compromise ${named}`}. What is not a secret: --baseline FILE --write-baseline`,
        ]
      : []),
  ];
}
