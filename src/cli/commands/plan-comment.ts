import { createGitHubComments } from "../../clients/github-issues";
import { RemedyError } from "../../errors";
import { readPlan } from "../../operations/plan-comment/read-plan";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { markerOf, renderPlan } from "../plan-markdown";

/** A preview as a pull request's readers see it. */
export const planCommentCommand: CommandSpec = {
  name: "plan-comment",
  topic: "ci",
  description: "Print a preview as Markdown, and keep it as a pull request's comment",
  details: [
    "Reads the events that pulumi preview --json streams (PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true). Names of resources and of changed properties, what the policy pack says, tombstones; never a value. With --pull-request it replaces the comment that it wrote before. Errors go to stderr. Exit code 1 when the preview failed or was refused.",
  ],
  required: [["--plan <file>", "the preview's events, one a line"]],
  options: [["--pull-request <number>", "write it there, in the repository GITHUB_REPOSITORY"]],
  examples: [
    `${COMMAND} plan-comment --plan plan.jsonl --stack staging`,
    `${COMMAND} plan-comment --plan plan.jsonl --stack staging --pull-request "$NUMBER"`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal, project, env } = context;
  const number = pullRequestOf(typed.text("pullRequest"));
  const plan = readPlan(context.readFile(typed.text("plan") ?? "").toString("utf8"));
  const text = renderPlan(project.stack, plan);
  for (const line of text.trimEnd().split("\n")) terminal.print(line);
  for (const line of plan.messages.flatMap((message) => message.split(/\r?\n/))) terminal.say(line);
  if (number !== undefined) {
    const comments = createGitHubComments(context.githubCall(), env.GITHUB_REPOSITORY ?? "");
    const done = await comments.replace(number, markerOf(project.stack), text);
    terminal.say(`pull request ${number}: comment ${done}`);
  }
  const refused = plan.violations.some(({ mandatory }) => mandatory);
  return plan.complete && plan.errors === 0 && !refused ? EXIT.done : EXIT.found;
}

function pullRequestOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new RemedyError({
    code: "option-invalid",
    subject: "--pull-request",
    cause: "is not the number of a pull request",
    remedy: "give its number: 12",
  });
}
