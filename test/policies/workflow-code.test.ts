// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions of GitHub Actions look like templates
import { deepEqual } from "node:assert/strict";
import { contextsIn, expressionsIn } from "../../policies/expressions";
import { checksOf } from "./check-rule";
import { script, started, steps } from "./kinds/workflows";
import { file } from "./told-stack";

const TITLE = "${{ github.event.issue.title }}";
const contexts = (text: string) => expressionsIn(text).flatMap(contextsIn);

describe("the contexts of an expression", () => {
  it("are paths in lower case, however they are spelled", () => {
    deepEqual(contexts("${{ GitHub['event'] . Issue.title }}"), ["github.event.issue.title"]);
    deepEqual(contexts("${{ github.event.commits[0].message }}"), ["github.event.commits.*.message"]);
    deepEqual(contexts("${{ format('{0}', github.head_ref) }}").slice(1), ["github.head_ref"]);
  });

  it("leave out what only decides, compares or is searched", () => {
    for (const text of [
      "${{ contains(github.event.issue.title, 'x') }}",
      "${{ contains(toJSON(github.event), format('{0}', 'x')) }}",
      "${{ github.event.issue.title == 'x' && '--a' || '' }}",
      "${{ !github.event.issue.title }}",
      "${{ github.event.issue.title && 'x' }}",
    ])
      deepEqual(contexts(text), [], text);
  });

  it("keep what comes out of a choice", () => {
    deepEqual(contexts("${{ github.event.issue.title || 'x' }}"), ["github.event.issue.title"]);
    deepEqual(contexts("${{ inputs.a == 'x' && github.head_ref }}"), ["github.head_ref"]);
  });
});

describe("workflow-expressions-are-trusted, step by step", () => {
  const { passes, refuses } = checksOf("workflow-expressions-are-trusted");
  const dispatch = (type: string) =>
    `on:\n  workflow_dispatch:\n    inputs:\n      name: { type: ${type} }\n`;

  it("tells inputs that take any text from those that take one of a list", async () => {
    for (const type of ["choice", "boolean", "number", "environment"])
      await passes([started(dispatch(type), script("echo ${{ inputs.name }}"))]);
    for (const text of ["${{ inputs.name }}", "${{ github.event.inputs.name }}", "${{ toJSON(inputs) }}"])
      await refuses([started(dispatch("string"), script(`echo ${text}`))], [/steps\[2\]\.run runs text/]);
  });

  it("follows a variable that a script sets, and forgets one that is set from elsewhere", async () => {
    const set = (value: string) => `{env: {TITLE: "${TITLE}"}, run: 'echo "T=${value}" >> "$GITHUB_ENV"'}`;
    await refuses([steps(set("$TITLE"), script("echo ${{ env.T }}"))], [/steps\[3\]\.run runs text/]);
    await passes([steps(set("1"), script("echo ${{ env.T }}"))]);
  });

  it("lets a script read such a variable in quotes, and refuses one that a shell evaluates", async () => {
    const read = (run: string) => steps(`{env: {TITLE: "${TITLE}"}, ${script(run)}}`);
    for (const run of [
      'echo "$TITLE"',
      'gh issue edit 1 \\\n  --title \\\n  "$TITLE"',
      "cat <<EOF\n$TITLE\nEOF",
    ])
      await passes([read(run)]);
    await passes([
      read("bash -c 'echo \"$TITLE\"'"),
      read('evaluate --source "$TITLE"'),
      read('[ -n "$TITLE" ] && ls'),
    ]);
    await refuses([read('eval "echo $TITLE"')], [/steps\[2\]\.run evaluates an environment variable/]);
  });

  it("follows such a variable into a script's own, in shells and in programs", async () => {
    const read = (run: string, shell = "bash") =>
      steps(`{shell: ${shell}, env: {TITLE: "${TITLE}", "a(": "${TITLE}"}, ${script(run)}}`);
    await passes([
      read('title=$TITLE\necho "$title"\ntitled=1\ntitle'),
      read("title = os.environ['TITLE']\ntitle.strip()\nprint(title)", "python"),
    ]);
    for (const [run, shell] of [
      ['cmd=$TITLE\ncopy="$cmd"\neval "$copy"', "bash"],
      ["title = os.environ['TITLE']\nos.system('echo ' + title)", "python"],
      ["os.system(os.getenv('TITLE'))", "python"],
      [". <(echo $TITLE)", "bash"],
      ['$(echo "$TITLE")', "bash"],
    ])
      await refuses([read(run ?? "", shell)], [/evaluates an environment variable/]);
    await refuses(
      [
        steps(
          "{id: event, run: 'jq -r .issue.title \"$GITHUB_EVENT_PATH\" >> $GITHUB_OUTPUT'}",
          script("echo ${{ steps.event.outputs.t }}"),
        ),
      ],
      [/steps\[3\]\.run runs text/],
    );
  });

  it("looks into actions of steps, and passes over other files of that name", async () => {
    const action = (content: string) => file({ inputs: { file: "greet/action.yaml", content } });
    const runs = "runs: {using: composite, steps: [{shell: bash, run: 'echo ${{ inputs.who }}'}]}";
    await refuses([action(`inputs: {who: {}}\n${runs}`)], [/runs\.steps\[0\]\.run runs text/]);
    await passes([action("runs: {using: node24, main: index.js}"), action("just: data"), action("a: [")]);
  });

  it("looks at a workflow wherever its path leads to one", async () => {
    const told = steps(script(`echo ${TITLE}`));
    for (const path of [
      "./.github/workflows/a.yml",
      "/.github/workflows/a.YAML",
      ".github/x/../workflows/a.yml",
    ])
      await refuses([{ ...told, inputs: { ...told.inputs, file: path } }], [/runs text/]);
  });
});
