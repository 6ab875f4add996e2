// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions of GitHub Actions look like templates
import { expressionsIn } from "../expressions";
import { show } from "../inputs";
import { resourceRule } from "../rule";
import { canBeWorkflow, codeOf, UNREADABLE, type Workflow, workflowIn } from "../workflow";

/** The context of secrets in an expression; not a string that says so. */
const ONE = /(?<!')\bsecrets\b/i;
/** All secrets at once: the context as a whole, or an index that is not a literal. */
const ALL = /(?<!')\bsecrets\b(?!\s*(?:\.\s*[A-Za-z_]|\[\s*'[A-Za-z_]\w*'\s*\]))/i;

export const workflowSecretsAreNamed = resourceRule(
  {
    name: "workflow-secrets-are-named",
    description: "A workflow passes secrets by name, in the env of the step that needs them.",
    remedy:
      "write NAME: ${{ secrets.NAME }} under the env of that step, or under the secrets of the called workflow",
    enforcementLevel: "mandatory",
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow === "object") yield* causesIn(workflow);
  },
);

function* causesIn({ jobs, texts }: Workflow): Generator<string> {
  for (const { path, fields } of jobs) {
    if (fields.secrets === "inherit") yield `${path}.secrets hands over every secret`;
  }
  const scripts = new Set(jobs.flatMap(({ steps }) => steps.flatMap(codeOf)).map(({ path }) => path));
  for (const { path, text } of texts) {
    const place = show(path);
    const expressions = expressionsIn(text);
    if (expressions.some((code) => ALL.test(code))) yield `${place} takes all secrets at once`;
    else if (!expressions.some((code) => ONE.test(code))) continue;
    else if (scripts.has(place)) yield `${place} writes a secret into a script`;
    else if (path[2] === "outputs") yield `${place} gives a secret to other jobs`;
    else if (path[2] === "container" && path[3] === "env")
      yield `${place} gives a secret to every step of a job`;
    else if (path[0] === "env") yield `${place} gives a secret to every job`;
    else if (path[2] === "env") yield `${place} gives a secret to every step of a job`;
  }
}
