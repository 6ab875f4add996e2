import type { Check } from "../../operations/verification/check";
import { verifyPipeline } from "../../operations/verification/verify-pipeline";
import { COMMAND, counted, namesIn } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentOption } from "../options";
import { tableLines } from "../table";

/** Checks everything that an application's secrets depend on. */
export const verifyCommand: CommandSpec = {
  name: "verify",
  topic: "look",
  description: "Check everything from GitHub to what applications load",
  details: [
    "It checks the secrets in GitHub, the workflow and its last run, the trust rule by rule, access, the ESC environments, the values, and what an application gets: it opens that and compares it with the ledger by fingerprint. It only reads, and shows no value. It says what is wrong and what to do. A check is unknown if the tokens may not see what it looks at. A warning names a carrier repository whose branch, workflow, script or GitHub environment people with write can change or use without a review; it changes no exit code. Exit code 1 if a check is wrong; 2 if none is and a service did not answer.",
  ],
  options: [
    ["--environment <name>", "this environment alone"],
    ["--json", "print every check as JSON"],
  ],
  examples: [
    `${COMMAND} verify`,
    `${COMMAND} verify --json | jq -r '.[] | select(.state == "wrong") | .subject'`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal } = context;
  const checks = await verifyPipeline(context, environmentOption(context, typed), terminal.progress);
  if (typed.has("json")) terminal.print(JSON.stringify(checks));
  else for (const line of linesOf(checks)) terminal.print(line);
  if (checks.some(({ state }) => state === "wrong")) return EXIT.found;
  // Nothing was found wrong because nothing was seen.
  return checks.some(({ unreachable }) => unreachable) ? EXIT.failed : EXIT.done;
}

function linesOf(checks: readonly Check[]): string[] {
  const rows = tableLines(checks.map(({ subject, state, cause }) => [state, subject, cause]));
  const subjects = new Map<string, string[]>();
  for (const { subject, remedy } of checks)
    if (remedy !== undefined) subjects.set(remedy, [...(subjects.get(remedy) ?? []), subject]);
  const remedies = [...subjects].map(([remedy, of]) => `  ${namesIn(of)}: ${remedy}`);
  const count = (wanted: Check["state"]) => checks.filter(({ state }) => state === wanted).length;
  const [wrong, unknown, warnings] = [count("wrong"), count("unknown"), count("warning")];
  const warned = warnings === 0 ? "" : `, ${counted(warnings, "warning")}`;
  const found = wrong === 0 && unknown === 0 ? "nothing wrong" : `${wrong} wrong, ${unknown} unknown`;
  const sum = checks.every(({ state }) => state === "ok") ? "all ok" : `${found}${warned}`;
  return [
    ...rows,
    "",
    `${counted(checks.length, "check")}: ${sum}`,
    ...(remedies.length > 0 ? ["To do:", ...remedies] : []),
  ];
}
