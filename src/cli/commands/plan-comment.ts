import { defineCommand, EXIT } from "../command";
import { requiredText, wholeNumber } from "../options";

/** Shows a preview to the readers of a pull request. */
export const planCommentCommand = defineCommand({
  name: "plan-comment",
  topic: "ci",
  summary: "Show a preview as Markdown or as a comment",
  details: [
    "Reads the events that pulumi preview --json streams (PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true). Shows names of resources and of changed properties, what the policy pack says, and tombstones; never a value. With --pull-request it replaces the comment that it wrote before. Errors go to stderr. Exit code 1 when the preview failed or was refused.",
  ],
  options: {
    plan: requiredText("<file>", "the preview's events, one a line", { completes: "file" }),
    pullRequest: wholeNumber("<number>", "write it there, in the repository GITHUB_REPOSITORY", {
      from: 1,
      // Of JSON's safe numbers, far more than any repository has.
      to: 9_999_999_999,
    }),
  },
  examples: [
    "plan-comment --plan plan.jsonl --stack staging",
    'plan-comment --plan plan.jsonl --stack staging --pull-request "$NUMBER"',
  ],
  load: () => ({
    ...(require("../../clients/github-issues") as typeof import("../../clients/github-issues")),
    ...(require("../../operations/plan-comment/read-plan") as typeof import("../../operations/plan-comment/read-plan")),
    ...(require("../plan-markdown") as typeof import("../plan-markdown")),
  }),
  run: async (context, { plan: file, pullRequest }, work) => {
    const { terminal, project, env } = context;
    const plan = work.readPlan(context.readFile(file).toString("utf8"));
    const text = work.renderPlan(project.stack, plan);
    for (const line of text.trimEnd().split("\n")) terminal.print(line);
    for (const line of plan.messages.flatMap((message) => message.split(/\r?\n/))) terminal.say(line);
    if (pullRequest !== undefined) {
      const comments = work.createGitHubComments(context.githubCall(), env.GITHUB_REPOSITORY ?? "");
      const done = await comments.replace(pullRequest, work.markerOf(project.stack), text);
      terminal.say(`pull request ${pullRequest}: comment ${done}`);
    }
    const refused = plan.violations.some(({ mandatory }) => mandatory);
    return plan.complete && plan.errors === 0 && !refused ? EXIT.done : EXIT.found;
  },
});
