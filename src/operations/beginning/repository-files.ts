import { execFileSync } from "node:child_process";
import type { Application } from "../../catalog/applications";
import { environmentVariable } from "../../loaders/generator/spec-of-catalog";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { renderEnvTemplate } from "../values/env-template";

/** The workflow in which a repository's jobs load secrets: its trust names this file. */
export const LOADING_WORKFLOW = ".github/workflows/load-secrets.yml";

/** actions/checkout at a full commit id: a tag can be moved to other code. The comment is what Dependabot reads. */
const CHECKOUT = {
  action: "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
  version: "v5.0.0",
};

/** What a repository that loads secrets gets besides its loader, by path. */
export function repositoryFiles(
  context: Pick<Context, "catalog" | "project" | "now" | "env">,
  application: Application,
): Map<string, string> {
  return new Map([
    ["env.example", renderEnvTemplate(context).text],
    [".gitignore", GITIGNORE],
    [".pre-commit-config.yaml", `${PRE_COMMIT}${scanHook(context)}`],
    [LOADING_WORKFLOW, workflowText(context, application)],
  ]);
}

const GITIGNORE = `# Values never stand in git; env.example has the names.
.env
.env.*
!.env.example
`;

/** `language: fail` needs no program (pre-commit.com, "fail"); git takes the hook after \`pre-commit install\`. */
const PRE_COMMIT = `# Once in each clone: pre-commit install
repos:
  - repo: local
    hooks:
      - id: no-env-file
        name: no .env file in git
        language: fail
        entry: Values belong to the pipeline. env.example has their names.
        files: (^|/)\\.env(\\.[^/]+)?$
        exclude: (^|/)\\.env\\.(example|template|sample)$
`;

/**
 * The hook of .pre-commit-hooks.yaml, by the newest commit of this program's repository that others can get.
 * Source: pre-commit.com, "repos": an address and a commit.
 */
function scanHook({ project, env }: Pick<Context, "project" | "env">): string {
  const { githubOrganization, programRepository, githubApiUrl } = project.settings;
  const commit = pushedCommit(project.dir, env);
  if (programRepository === undefined || commit === undefined)
    return `# Without programRepository in the config there is no address for the hook that scans for secrets; in each clone:
# ${COMMAND} scan CLONE --install
`;
  const { host } = new URL(githubApiUrl ?? "https://github.com");
  return `  - repo: https://${host.replace(/^api\./, "")}/${githubOrganization}/${programRepository}
    rev: ${commit}
    hooks:
      - id: sophia-secrets-scan
`;
}

function pushedCommit(dir: string, env: Context["env"]): string | undefined {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
  try {
    const args = ["-C", dir, "rev-parse", "--verify", "--quiet", "@{upstream}"];
    return execFileSync("git", args, {
      env: own,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}

function workflowText(
  { catalog, project }: Pick<Context, "catalog" | "project">,
  { language, path, environments = catalog.environments }: Application,
): string {
  const deployment = environments.at(-1) ?? "";
  const run = language === "python" ? pythonStep(path) : typescriptStep(path);
  return `# Loads this repository's secrets in a job: none is stored here. Change the step to what your job does with them.
# The job's identity is trusted for this file, on the default branch, in the GitHub environment named below.
name: Load secrets
on:
  workflow_dispatch:
permissions: {}
jobs:
  load:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    environment: ${JSON.stringify(deployment)}
    permissions:
      contents: read
      id-token: write
    env:
      ${environmentVariable(project.settings)}: ${JSON.stringify(deployment)}
    steps:
      - uses: ${CHECKOUT.action} # ${CHECKOUT.version}
        with:
          persist-credentials: false
      - run: |
${run.map((line) => `          ${line}`).join("\n")}
`;
}

function pythonStep(path: string): string[] {
  const module = path.replace(/\.py$/, "").replaceAll("/", ".");
  return [
    "python3 - <<'PYTHON'",
    `from ${module} import Options, configure, github_actions, loader`,
    "configure(Options(token=github_actions()))",
    "loader.load()",
    'print("Every required secret is there")',
    "PYTHON",
  ];
}

/** Node.js 22.18 and newer run TypeScript by leaving its types out; ubuntu-latest has one. */
function typescriptStep(path: string): string[] {
  return [
    "node --input-type=module - <<'JAVASCRIPT'",
    `import { githubActions, loadSecrets } from "./${path}";`,
    "await loadSecrets({ token: githubActions() });",
    'console.log("Every required secret is there");',
    "JAVASCRIPT",
  ];
}
