import { defineCommand, EXIT } from "../command";
import { environment, flag } from "../options";

/** Checks everything that an application's secrets depend on. */
export const verifyCommand = defineCommand({
  name: "verify",
  topic: "look",
  summary: "Check everything from GitHub to what applications load",
  details: [
    "Checks the secrets in GitHub, the workflow and its last run, each trust rule, access, the ESC environments, the values, and what an application gets: it opens that and compares it with the ledger by fingerprint. It only reads, and shows no value. It says what is wrong and how to fix it. A check is unknown when a token is missing, or lacks permission to see what it looks at. A warning names a carrier repository whose branch, workflow, script or GitHub environment people with write can change or use without a review; it changes no exit code. Exit code 1 if a check is wrong; 2 if none is and a service did not answer.",
    "--logins opens the environment and tries each login as docker login does, at the registry that the grouping names. It shows and keeps nothing of it.",
    "--json prints [{ subject, code, state, cause, remedy, unreachable }]; state is ok, warning, wrong or unknown.",
  ],
  replaces: "test_permanent_solution.py",
  options: {
    environment: environment("only this deployment environment"),
    logins: flag("also try the registry logins that secrets/applications.ts groups"),
    all: flag("every check by itself, and every name"),
    json: flag("print every check as JSON"),
  },
  examples: [
    "verify",
    "verify --environment production --logins",
    "verify --json | jq -r '.[] | select(.state == \"wrong\") | .subject'",
  ],
  load: () => ({
    ...(require("../../operations/verification/verify-pipeline") as typeof import("../../operations/verification/verify-pipeline")),
    ...(require("../verify-report") as typeof import("../verify-report")),
  }),
  run: async (
    { terminal, ...context },
    { environment, logins, all, json },
    { verifyPipeline, verifyLines },
  ) => {
    const checks = await verifyPipeline(context, environment, terminal.progress, { logins });
    if (json) terminal.print(JSON.stringify(checks.map(({ brief: _, ...check }) => check)));
    else for (const line of verifyLines(checks, all, terminal)) terminal.print(line);
    if (checks.some(({ state }) => state === "wrong")) return EXIT.found;
    // Nothing was found wrong because nothing was seen.
    return checks.some(({ unreachable }) => unreachable) ? EXIT.failed : EXIT.done;
  },
});
