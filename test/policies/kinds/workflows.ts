// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions of GitHub Actions look like templates
import { TYPES } from "../../../policies/resource-types";
import type { Told } from "../run-pack";
import { file, WORKFLOW } from "../told-stack";
import type { Kind } from "./kind";

const SHA = /checkout@([0-9a-f]{40})/.exec(WORKFLOW)?.[1] ?? "";
const content = (text: string): Told => file({ inputs: { content: text } });
/** The repository of the file, as GitHub's provider declares one. */
export const repository = (inputs: Record<string, unknown>): Told => ({
  type: TYPES.repository,
  name: "infrastructure",
  inputs: { name: "infrastructure", ...inputs },
});
const on = (trigger: string): Told =>
  content(WORKFLOW.replace("on:\n  push: { branches: [main] }\n", `on: ${trigger}\n`));
/** The workflow with these steps at its end. */
export const steps = (...lines: string[]): Told =>
  content(`${WORKFLOW}${lines.map((line) => `      - ${line}\n`).join("")}`);
/** The workflow with this in the place of its first lines. */
export const started = (trigger: string, ...lines: string[]): Told => {
  const told = steps(...lines);
  const text = String(told.inputs?.content).replace("on:\n  push: { branches: [main] }\n", trigger);
  return content(text);
};
export const script = (run: string) => `run: ${JSON.stringify(run)}`;
const action = (text: string): Told =>
  file({ inputs: { file: ".github/actions/greet/action.yml", content: text } });

const TITLE = "${{ github.event.issue.title }}";
const DISPATCH = "on:\n  workflow_dispatch:\n    inputs:\n      name: { type: string }\n";

export const WORKFLOWS: readonly Kind[] = [
  {
    name: "a workflow that people without write access start",
    rule: "workflow-triggers-are-safe",
    examples: [
      "issues",
      "{issues: {types: [opened]}}",
      "issue_comment",
      "pull_request_target",
      "{workflow_run: {workflows: [Test], branches: [main]}}",
      "discussion",
      "discussion_comment",
      "pull_request_review",
      "pull_request_review_comment",
      "[push, fork]",
      "watch",
      "gollum",
      "check_run",
      "status",
    ].map(on),
    cause: /it is started by /,
  },
  {
    name: "an expression of untrusted text in a script",
    rule: "workflow-expressions-are-trusted",
    examples: [
      steps(script(`echo "${TITLE}"`)),
      steps(script("echo ${{ github.event.pull_request.head.ref }}")),
      steps(script("git checkout ${{ github.head_ref }}")),
      steps(script("echo '${{ toJSON(github.event) }}'")),
      steps(script("echo ${{ github['event']['comment'].body }}")),
      steps(script("echo ${{ GitHub.Event.Review.Body }}")),
      steps(script("echo ${{ github.event.commits[0].message }}")),
      steps(script("echo ${{ github.event.commits.*.author.email }}")),
      steps(script("echo ${{ format('{0}', github.event.discussion.title) }}")),
      steps(script("echo ${{ github.event.client_payload.id }}")),
      steps(script("echo ${{ github.event.workflow_run.head_branch || 'main' }}")),
    ],
    cause: /steps\[2\]\.run runs text that people without write access/,
  },
  {
    name: "an input of any text in a script",
    rule: "workflow-expressions-are-trusted",
    examples: [
      started(DISPATCH, script("echo ${{ inputs.name }}")),
      started(DISPATCH, script("echo ${{ github.event.inputs.name }}")),
      started(
        "on: {workflow_call: {inputs: {name: {type: string}}}}\n",
        script("echo ${{ inputs['name'] }}"),
      ),
      action(
        "inputs: {who: {required: true}}\nruns: {using: composite, steps: [{shell: bash, run: 'echo ${{ inputs.who }}'}]}",
      ),
    ],
    cause: /run runs text that people without/,
  },
  {
    name: "an expression of untrusted text in an input of an action that is code",
    rule: "workflow-expressions-are-trusted",
    examples: [
      steps(`{uses: actions/github-script@${SHA}, with: {script: "console.log(\\"${TITLE}\\")"}}`),
      steps(`{uses: azure/cli@${SHA}, with: {inlineScript: "echo ${TITLE}"}}`),
      steps(`{uses: acme/retry@${SHA}, with: {command: "echo ${TITLE}"}}`),
      steps(`{uses: docker://alpine@sha256:${"0".repeat(64)}, with: {args: "${TITLE}"}}`),
      steps(`{run: ls, shell: "bash -c ${TITLE}"}`),
      steps(`{run: ls, working-directory: "${TITLE}"}`),
    ],
    cause: /steps\[2\]\.(?:with\.\w+|shell|working-directory) runs text/,
  },
  {
    name: "untrusted text that comes to a script by a variable, an output or a matrix",
    rule: "workflow-expressions-are-trusted",
    examples: [
      steps(`{env: {TITLE: "${TITLE}"}, run: "echo \${{ env.TITLE }}"}`),
      content(
        `${WORKFLOW.replace("permissions: {}\n", `permissions: {}\nenv: { TITLE: "${TITLE}" }\n`)}      - ${script("echo ${{ env.title }}")}\n`,
      ),
      steps(
        `{id: read, env: {TITLE: "${TITLE}"}, run: 'echo "t=$TITLE" >> $GITHUB_OUTPUT'}`,
        script("echo ${{ steps.read.outputs.t }}"),
      ),
      steps(`{env: {TITLE: "${TITLE}"}, run: 'echo "T=$TITLE" >> $GITHUB_ENV'}`, script("echo ${{ env.T }}")),
      steps(
        `{id: files, uses: tj-actions/changed-files@${SHA}}`,
        script("ls ${{ steps.files.outputs.all }}"),
      ),
      content(
        `${WORKFLOW.replace("permissions: { contents", `outputs: { t: "${TITLE}" }\n    permissions: { contents`)}  next:\n    needs: sync\n    runs-on: a\n    steps:\n      - ${script("echo ${{ needs.sync.outputs.t }}")}\n`,
      ),
      content(
        WORKFLOW.replace(
          "runs-on: ubuntu-latest\n",
          `runs-on: a\n    strategy: { matrix: { t: ["${TITLE}"] } }\n`,
        ).replace("node sync.cjs", () => "echo ${{ matrix.t }}"),
      ),
    ],
    cause: /run runs text that people without/,
  },
  {
    name: "an environment variable of untrusted text that a script evaluates",
    rule: "workflow-expressions-are-trusted",
    examples: [
      'eval "$TITLE"',
      'bash -c "echo $TITLE"',
      "echo ${TITLE} | sh",
      'bash <<< "$TITLE"',
      "$TITLE",
      "if true; then $TITLE; fi",
      "Invoke-Expression $env:TITLE",
      "node -e \"console.log('$TITLE')\"",
    ]
      .map((run) => steps(`{env: {TITLE: "${TITLE}"}, ${script(run)}}`))
      .concat(
        steps(
          `{env: {TITLE: "${TITLE}"}, uses: actions/github-script@${SHA}, with: {script: "eval(process.env.TITLE)"}}`,
        ),
      ),
    cause: /evaluates an environment variable/,
  },
  {
    name: "a secret in a script, in an input that is code, in a job's outputs or for more than one step",
    rule: "workflow-secrets-are-named",
    examples: [
      steps(script("echo ${{ secrets.A }}")),
      steps(`{uses: actions/github-script@${SHA}, with: {script: "f('\${{ secrets.A }}')"}}`),
      content(
        WORKFLOW.replace(
          "permissions: { contents",
          () => "outputs: { a: '${{ secrets.A }}' }\n    permissions: { contents",
        ),
      ),
      content(
        WORKFLOW.replace("permissions: {}\n", () => "permissions: {}\nenv: { A: '${{ secrets.A }}' }\n"),
      ),
      content(
        WORKFLOW.replace(
          "runs-on: ubuntu-latest\n",
          () => "runs-on: a\n    env: { A: '${{ secrets.A }}' }\n",
        ),
      ),
    ],
    cause: /writes a secret into a script|gives a secret to/,
  },
  {
    name: "untrusted text in a variable that programs obey",
    rule: "workflow-expressions-are-trusted",
    examples: ["BASH_ENV", "NODE_OPTIONS", "LD_PRELOAD"].map((name) =>
      steps(`{env: {${name}: "${TITLE}"}, run: npm test}`),
    ),
    cause: /sets a variable that programs obey/,
  },
  {
    name: "every secret at once",
    rule: "workflow-secrets-are-named",
    examples: [
      steps("{run: ls, env: {A: '${{ toJSON(secrets) }}'}}"),
      content(WORKFLOW.replace("runs-on: ubuntu-latest", "secrets: inherit")),
    ],
    cause: /takes all secrets|hands over every secret/,
  },
  {
    name: "a token of a workflow that writes without being named, or by default",
    rule: "workflow-permissions-are-least",
    examples: [
      content(WORKFLOW.replace("permissions: {}\n", "")),
      content(WORKFLOW.replace("permissions: {}\n", "permissions: write-all\n")),
      content(WORKFLOW.replace("contents: read", "contents: write")),
      ...[
        TYPES.workflowDefaults,
        TYPES.organizationWorkflowDefaults,
        TYPES.enterpriseWorkflowDefaults,
      ].flatMap((type) => [
        { type, name: "defaults", inputs: { defaultWorkflowPermissions: "write" } },
        { type, name: "defaults", inputs: { canApprovePullRequestReviews: true } },
      ]),
    ],
    cause: /permissions|lets/,
  },
  {
    name: "an action or an image that can be moved",
    rule: "workflow-actions-are-pinned",
    examples: [
      steps("uses: actions/setup-node@v5"),
      steps("uses: docker://alpine:3"),
      action("runs: {using: composite, steps: [{uses: actions/setup-node@main}]}"),
    ],
    cause: /by something that can be moved/,
  },
  {
    name: "a checkout that leaves its token behind",
    rule: "workflow-checkouts-keep-no-token",
    examples: [steps(`uses: actions/checkout@${SHA}`)],
    cause: /with a token that stays/,
  },
  {
    name: "a workflow of a public repository on the organization's own machines",
    rule: "own-runners-not-for-public",
    beside: [repository({ visibility: "public" })],
    examples: [
      "self-hosted",
      "[self-hosted, linux]",
      "[ubuntu-latest, gpu]",
      "{ group: machines, labels: [big] }",
      "${{ vars.RUNNER }}",
    ].map((runsOn) => content(WORKFLOW.replace("runs-on: ubuntu-latest", `runs-on: ${runsOn}`))),
    cause: /jobs\.sync runs on machines of the organization/,
  },
];
