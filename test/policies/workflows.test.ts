// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions of GitHub Actions look like templates
import * as fc from "fast-check";
import { RULES } from "../../policies/list";
import { TYPES } from "../../policies/resource-types";
import { checksOf } from "./check-rule";
import { repository } from "./kinds/workflows";
import { UNKNOWN } from "./run-pack";
import { file, WORKFLOW, workflow } from "./told-stack";

/** The workflow with another script, in quotes. */
const withRun = (script: string) => WORKFLOW.replace("node sync.cjs", () => JSON.stringify(script));
const CHECKOUT = /actions\/checkout@[0-9a-f]{40}/.exec(String(file().inputs?.content))?.[0] ?? "";
const SHA = CHECKOUT.slice(-40);

/** What holds for each rule on workflows. */
for (const { name } of RULES.filter((each) => each.name.startsWith("workflow-"))) {
  describe(name, () => {
    const { passes, refuses, cannotKnow } = checksOf(name);
    const content = (text: unknown) => file({ inputs: { content: text } });

    it("lets pass a hardened workflow, and files that are none", async () => {
      await passes([
        file(),
        file({ inputs: { file: "scripts/sync.yml", content: "on: pull_request_target" } }),
      ]);
      await passes([file({ inputs: { file: undefined } })]);
    });

    it("refuses a workflow that cannot be read, or is missing", async () => {
      for (const text of ["jobs: {a: [", "just text", "name: no jobs", "jobs: [a]", undefined])
        await refuses([content(text)], [/not the YAML of a workflow/]);
    });

    it("says when a preview does not know its content or its place", async () => {
      await cannotKnow([content(UNKNOWN)], "content");
      await cannotKnow([file({ inputs: { file: UNKNOWN } })], "file");
    });
  });
}

describe("workflow-actions-are-pinned", () => {
  const { passes, refuses } = checksOf("workflow-actions-are-pinned");
  const uses = (action: string) => workflow(CHECKOUT, action);

  it("refuses tags, branches, short commits and none", async () => {
    for (const pin of ["@v5", "@main", `@${SHA.slice(0, 12)}`, `@${SHA}0`, ""])
      await refuses([uses(`actions/checkout${pin}`)], [/jobs\.sync\.steps\[0\] uses actions\/checkout by/]);
  });

  it("takes an image by its digest and an action of the repository itself", async () => {
    await passes([uses(`docker://alpine@sha256:${"0".repeat(64)}`), uses("./actions/own")]);
    await refuses([uses("docker://alpine:3")], [/uses an action by/]);
  });

  it("looks at the images of a job and of its services", async () => {
    const digest = `ghcr.io/acme/tools@sha256:${"0".repeat(64)}`;
    const job = (text: string) =>
      workflow("runs-on: ubuntu-latest\n", `runs-on: ubuntu-latest\n    ${text}\n`);
    await passes([job(`container: ${digest}`), job(`services: { db: { image: "${digest}" } }`)]);
    await passes([job("container: { image: '' }"), job("services: {}")]);
    for (const image of [
      "node:24",
      "acme/tools",
      "${{ inputs.image }}",
      `acme/tools@sha256:${"0".repeat(12)}`,
    ]) {
      await refuses(
        [job(`container: "${image}"`)],
        [/jobs\.sync\.container runs an image that can be moved/],
      );
      await refuses([job(`container: { image: "${image}" }`)], [/jobs\.sync\.container runs an image/]);
      await refuses([job(`services: { db: { image: "${image}" } }`)], [/jobs\.sync\.services\.db runs/]);
    }
  });

  it("looks at called workflows", async () => {
    const job = (pin: string) =>
      workflow("runs-on: ubuntu-latest", `uses: acme/ci/.github/workflows/a.yml@${pin}`);
    await refuses([job("main")], [/jobs\.sync uses acme\/ci\/\.github\/workflows\/a\.yml by/]);
    await passes([job(SHA)]);
  });
});

describe("workflow-permissions-are-least", () => {
  const { passes, refuses } = checksOf("workflow-permissions-are-least");
  const top = (permissions: string) => workflow("permissions: {}\n", permissions);

  it("refuses a workflow without permissions, with all, and with writing at the top", async () => {
    await refuses([top("")], [/has no permissions of its own/]);
    await refuses([top("permissions: write-all\n")], [/permissions gives all at once/]);
    await refuses([top("permissions: read-all\n")], [/gives all at once/]);
    await refuses(
      [top("permissions: { id-token: write }\n")],
      [/permissions\.id-token gives more than reading/],
    );
  });

  it("refuses a job that writes what the config does not allow", async () => {
    const job = workflow("contents: read", "contents: write");
    await refuses([job], [/jobs\.sync\.permissions\.contents gives more/]);
    await passes([job], { writable: ["id-token", "contents"] });
    await refuses(
      [workflow("{ contents: read, id-token: write }", "write-all")],
      [/jobs\.sync\.permissions gives all/],
    );
  });

  it("refuses defaults that write or approve, of a repository, an organization and an enterprise", async () => {
    const { cannotKnow } = checksOf("workflow-permissions-are-least");
    const defaults = (inputs: Record<string, unknown>, type: string = TYPES.workflowDefaults) => ({
      type,
      name: "defaults",
      inputs,
    });
    await passes([defaults({ defaultWorkflowPermissions: "read" }), defaults({})]);
    for (const type of [TYPES.organizationWorkflowDefaults, TYPES.enterpriseWorkflowDefaults])
      await refuses([defaults({ defaultWorkflowPermissions: "write" }, type)], [/lets every workflow write/]);
    await refuses([defaults({ canApprovePullRequestReviews: true })], [/lets a workflow approve/]);
    await cannotKnow([defaults({ defaultWorkflowPermissions: UNKNOWN })], "defaultWorkflowPermissions");
  });
});

describe("workflow-secrets-are-named", () => {
  const { passes, refuses } = checksOf("workflow-secrets-are-named");
  const expression = (text: string) => workflow("${{ secrets.A_KEY }}", text);

  it("refuses all at once, however it is spelled", async () => {
    for (const text of [
      "toJSON(secrets)",
      "tojson( secrets )",
      "secrets",
      "secrets[inputs.name]",
      "secrets.*",
    ])
      await refuses([expression(`\${{ ${text} }}`)], [/jobs\.sync\.steps\[1\]\.env\.A_KEY takes all/]);
    await refuses(
      [workflow("runs-on: ubuntu-latest", "secrets: inherit")],
      [/jobs\.sync\.secrets hands over/],
    );
  });

  it("reads past a }} inside a string", async () => {
    const all = `\${{ format('{{"all":{0}}}', toJSON(secrets)) }}`;
    await refuses([expression(`'${all.replaceAll("'", "''")}'`)], [/takes all secrets at once/]);
    const run = workflow("node sync.cjs", "echo ${{ '}}' && secrets.OPENAI_API_KEY }}");
    await refuses([run], [/steps\[1\]\.run writes a secret into a script/]);
    await passes([workflow("node sync.cjs", "echo ${{ 'it''s }} secrets' }} secrets ${{ 'secrets' }}")]);
  });

  it("sees the context of secrets, and no text, behind any strings", async () => {
    const noise = fc.stringMatching(/^[ -~]*$/).map((text) => `'${text.replaceAll("'", "''")}'`);
    const code = (parts: string[], last: string) => `\${{ ${[...parts, last].join(" || ")} }}`;
    const env = (text: string) => expression(JSON.stringify(text));
    await fc.assert(
      fc.asyncProperty(fc.array(noise), noise, async (strings, more) => {
        await refuses([env(code(strings, `secrets || ${more}`))], [/takes all secrets at once/]);
        await passes([env(code(strings, `'secrets' || ${more}`))]);
        const script = file({ inputs: { content: withRun(code(strings, "secrets.A")) } });
        await refuses([script], [/run writes a secret into a script/]);
      }),
    );
  });

  it("takes names in both spellings, and text about secrets", async () => {
    await passes([
      expression("${{ secrets['A_KEY'] || secrets.B }}"),
      workflow("node sync.cjs", "echo secrets"),
    ]);
  });

  it("refuses a secret in a script, and for more than one step", async () => {
    await refuses([workflow("node sync.cjs", "echo ${{ secrets.A }}")], [/steps\[1\]\.run writes a secret/]);
    const env = "env: { A: '${{ secrets.A }}' }\n";
    await refuses(
      [workflow("permissions: {}\n", `permissions: {}\n${env}`)],
      [/env\.A gives a secret to every job/],
    );
    await refuses(
      [workflow("runs-on: ubuntu-latest\n", `runs-on: a\n    ${env}`)],
      [/jobs\.sync\.env\.A gives a secret/],
    );
  });
});

describe("workflow-triggers-are-safe", () => {
  const { passes, refuses } = checksOf("workflow-triggers-are-safe");
  const on = (text: string) => workflow("on:\n  push: { branches: [main] }\n", text);

  it("refuses pull_request_target in each spelling", async () => {
    for (const text of ["pull_request_target", "[push, pull_request_target]", "{pull_request_target: {}}"])
      await refuses([on(`on: ${text}\n`)], [/started by pull_request_target/]);
  });

  it("refuses what people without write access start, unless the config allows it", async () => {
    for (const trigger of ["workflow_run", "issue_comment"]) {
      await refuses([on(`on: ${trigger}\n`)], [new RegExp(`started by ${trigger}`)]);
      await passes([on(`on: ${trigger}\n`)], { forbidden: ["pull_request_target"] });
    }
  });

  it("lets pass pull_request, refuses a workflow that nothing starts, and what the config forbids", async () => {
    await passes([on("on: [pull_request, push]\n")]);
    await refuses([on("")], [/nothing readable/]);
    await refuses([on("on: push\n")], [/started by push/], { forbidden: ["push"] });
  });
});

describe("workflow-checkouts-keep-no-token", () => {
  const { refuses } = checksOf("workflow-checkouts-keep-no-token");

  it("refuses a checkout whose token stays, said or not", async () => {
    await refuses(
      [workflow("persist-credentials: false", "persist-credentials: true")],
      [/steps\[0\] checks out/],
    );
    await refuses([workflow("with: { persist-credentials: false }", "")], [/steps\[0\] checks out/]);
  });
});

describe("own-runners-not-for-public", () => {
  const { passes, refuses } = checksOf("own-runners-not-for-public");
  const own = workflow("runs-on: ubuntu-latest", "runs-on: [self-hosted, linux]");

  it("lets GitHub's machines pass, and any machine for what is not public or not declared", async () => {
    await passes([repository({ visibility: "public" }), file()]);
    for (const inputs of [{ visibility: "private" }, { visibility: "internal" }, { private: true }])
      await passes([repository(inputs), own]);
    await passes([own]);
    await passes([repository({ name: "other", visibility: "public" }), own]);
    const group = workflow("runs-on: ubuntu-latest", "runs-on: { group: larger }");
    await passes([repository({ visibility: "public" }), group]);
  });

  it("takes a repository for public where nothing is said, as the provider makes it", async () => {
    await refuses([repository({}), own], [/jobs\.sync runs on machines of the organization/]);
  });
});
