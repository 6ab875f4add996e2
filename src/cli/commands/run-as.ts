import { RemedyError } from "../../errors";
import { COMMAND } from "../../text";
import { defineCommand, type PositionalSpec } from "../command";

/** Gives one command a token, so that none is stored in GitHub. */
export const runAsCommand = defineCommand({
  name: "run-as",
  topic: "ci",
  summary: "Run a command with a token of this GitHub job's own",
  details: [
    "Trades the job's identity for a short-lived token. For the workflows of the program's own repository (config programRepository). Only the command gets the token, as PULUMI_ACCESS_TOKEN, and the stack as PULUMI_STACK; nobody is logged in, nothing is written down. preview may read the stacks, audit may read ESC and open nothing, up is an administrator. The workflow must also name a Pulumi Cloud of your own, as PULUMI_BACKEND_URL. Ends with the command's exit code.",
  ],
  positionals: {
    words: {
      notation: "<job-and-command...>",
      description: "preview, audit or up; then --, the command and its arguments",
      // All of them, in their order: a command may take one word twice.
      parse: (typed) => typed,
    } satisfies PositionalSpec<readonly string[]>,
  },
  options: {},
  examples: [
    "run-as --stack staging preview -- pulumi preview",
    // What is run is a line of its own, so it stands there whole.
    `run-as audit -- ${COMMAND} drift`,
  ],
  load: () => ({
    ...(require("../../operations/access/job-token") as typeof import("../../operations/access/job-token")),
    ...(require("../run-child") as typeof import("../run-child")),
  }),
  run: async (context, { words }, { isProgramJob, jobVariables, runChild }) => {
    const { terminal } = context;
    const [job = "", command, ...args] = words;
    if (!isProgramJob(job) || command === undefined) {
      throw new RemedyError({
        code: "usage-invalid",
        subject: "run-as",
        cause: isProgramJob(job) ? "no command was given" : "the job is none of preview, audit and up",
        remedy: `${COMMAND} run-as --stack staging preview -- pulumi preview`,
      });
    }
    const env = await jobVariables(context, job, (secret) => {
      // Only ever told to a runner: to anything else it would be a leak.
      if (context.env.GITHUB_ACTIONS === "true") terminal.mask(secret);
    });
    return runChild(command, args, env);
  },
});
