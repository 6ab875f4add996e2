import type { Check } from "../../operations/verification/check";
import { counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environment, flag } from "../options";
import { tableLines } from "../table";

/** Checks everything that an application's secrets depend on. */
export const verifyCommand = defineCommand({
  name: "verify",
  topic: "look",
  summary: "Check everything from GitHub to what applications load",
  details: [
    "Checks the secrets in GitHub, the workflow and its last run, each trust rule, access, the ESC environments, the values, and what an application gets: it opens that and compares it with the ledger by fingerprint. It only reads, and shows no value. It says what is wrong and how to fix it. A check is unknown when the tokens lack permission to see what it looks at. A warning names a carrier repository whose branch, workflow, script or GitHub environment people with write can change or use without a review; it changes no exit code. Exit code 1 if a check is wrong; 2 if none is and a service did not answer.",
  ],
  replaces: "test_permanent_solution.py",
  options: {
    environment: environment("only this deployment environment"),
    json: flag("print every check as JSON"),
  },
  examples: ["verify", "verify --json | jq -r '.[] | select(.state == \"wrong\") | .subject'"],
  load: () =>
    require("../../operations/verification/verify-pipeline") as typeof import("../../operations/verification/verify-pipeline"),
  run: async ({ terminal, ...context }, { environment, json }, { verifyPipeline }) => {
    const checks = await verifyPipeline(context, environment, terminal.progress);
    const lines = json ? [JSON.stringify(checks)] : linesOf(checks, terminal.width);
    for (const line of lines) terminal.print(line);
    if (checks.some(({ state }) => state === "wrong")) return EXIT.found;
    // Nothing was found wrong because nothing was seen.
    return checks.some(({ unreachable }) => unreachable) ? EXIT.failed : EXIT.done;
  },
});

function linesOf(checks: readonly Check[], width: number | undefined): string[] {
  const rows = tableLines(
    checks.map(({ subject, state, cause }) => [state, subject, cause]),
    width,
  );
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
