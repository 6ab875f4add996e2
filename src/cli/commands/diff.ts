import { RemedyError } from "../../errors";
import type { ComparedValue } from "../../operations/values/compare-values";
import { COMMAND, counted } from "../../text";
import { defineCommand, EXIT, type ExitCode } from "../command";
import { environments, flag } from "../options";
import { tableLines } from "../table";

/** Which values two deployment environments share. */
export const diffCommand = defineCommand({
  name: "diff",
  topic: "look",
  summary: "Compare the values of two environments in ESC",
  details: [
    "Says of each secret whether its values in two deployment environments are the same, different or missing, and shows no value. It opens the values of both, which needs the right to open both and stands in Pulumi Cloud's audit log. Where one side may not be opened, its ledger tells what was synced last, if the ledger may be opened; else it is not known.",
    "Exit code 0 when all are the same, 1 when some differ or are missing, 2 when some are not known.",
    "--json prints { environments, values: [{ name, group, state, detail }] }; state is same, different, missing or unknown.",
  ],
  positionals: { deployments: environments("the two deployment environments to compare") },
  options: { json: flag("print the comparison as JSON") },
  examples: [
    "diff development production",
    "diff staging production --json | jq -r '.values[] | select(.state == \"same\").name'",
  ],
  load: () =>
    require("../../operations/values/compare-values") as typeof import("../../operations/values/compare-values"),
  run: async (context, { deployments, json }, { compareValues }) => {
    const [first, second, ...others] = deployments;
    if (first === undefined || second === undefined || others.length > 0)
      throw new RemedyError({
        code: "usage-invalid",
        subject: "diff",
        cause: "takes two different environments",
        remedy: `${COMMAND} diff ${context.catalog.environments.slice(0, 2).join(" ")}`,
      });
    const values = await compareValues(context, [first, second]);
    const { terminal } = context;
    if (json) terminal.print(JSON.stringify({ environments: [first, second], values }));
    else for (const line of linesOf(values, terminal.width)) terminal.print(line);
    return exitCodeOf(values);
  },
});

const STATES = ["same", "different", "missing", "unknown"] as const;

function linesOf(values: readonly ComparedValue[], width: number | undefined): string[] {
  const rows = values.map(({ name, state, detail }) => [name, state, detail]);
  const counts = STATES.map(
    (state) => [state, values.filter((each) => each.state === state).length] as const,
  );
  const told = counts.filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`);
  return [
    ...tableLines(rows, width),
    "",
    `${counted(values.length, "secret")}: ${told.join(", ") || "none"}`,
  ];
}

function exitCodeOf(values: readonly ComparedValue[]): ExitCode {
  if (values.some(({ state }) => state === "unknown")) return EXIT.failed;
  return values.every(({ state }) => state === "same") ? EXIT.done : EXIT.found;
}
