import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { committedConfig, type ProgramOptions, type ProgramRun, runProgram } from "./run-program";

const production = committedConfig("production");
const staging = committedConfig("staging");

const withConfig = (change: Record<string, unknown>, options: ProgramOptions = {}): Promise<ProgramRun> =>
  runProgram({ ...options, stacks: { production: { ...production, ...change }, staging } });

/** Nothing that GitHub or Pulumi Cloud would be told of: providers are of this run alone. */
const custom = ({ resources }: ProgramRun) =>
  resources
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"))
    .map(({ name }) => name);

describe("names as GitHub spells them", function () {
  this.timeout(60_000);

  it("are asked for before anything is declared, with the command that corrects a carrier", async () => {
    const run = await withConfig(
      { carriers: ["Sophia-Main"] },
      { preview: true, readable: { "ai-cherry/Sophia-Main": [] } },
    );
    match(
      run.error?.message ?? "",
      /\[github-name-differs\] config carriers\[0\]: GitHub spells Sophia-Main as sophia-main/,
    );
    match(run.error?.message ?? "", /pulumi config set --path 'carriers\[0\]' sophia-main$/);
    deepEqual(custom(run), []);
  });

  it("correct the organization too", async () => {
    const run = await withConfig(
      { githubOrganization: "AI-Cherry" },
      { readable: { "AI-Cherry/sophia-main": [] } },
    );
    match(run.error?.message ?? "", /\[github-name-differs\] config githubOrganization: /);
    match(run.error?.message ?? "", /pulumi config set githubOrganization ai-cherry$/);
    deepEqual(custom(run), []);
  });

  it("tell the name of today of a repository that was renamed, for GitHub still answers the former", async () => {
    const run = await withConfig({}, { renamed: { "sophia-main": "ai-cherry/sophia" } });
    match(run.error?.message ?? "", /\[github-repository-renamed\] .*'carriers\[0\]' sophia$/);
  });

  it("refuse a repository of config that GitHub does not have, with the key that names it", async () => {
    const run = await withConfig({ programRepository: "nowhere", deployAppId: "7" });
    match(run.error?.message ?? "", /\[github-repository-not-shown\].*config programRepository names it/);
    deepEqual(custom(run), []);
  });

  it("are left alone where they are GitHub's", async () => {
    equal((await withConfig({})).error, undefined);
  });
});

describe("the secret of alertWebhook", function () {
  this.timeout(60_000);
  const missing =
    /\[alert-webhook-missing\] config alertWebhook: GitHub has no secret SLACK_URL for development of ai-cherry\/sophia-main/;
  const said = async (readable: string[], preview = true) =>
    (
      await withConfig(
        { alertWebhook: "SLACK_URL" },
        { preview, readable: { "ai-cherry/sophia-main": readable } },
      )
    ).said.join("\n");

  it("is looked for in a preview, which warns when no job has it", async () => {
    match(await said([]), missing);
  });

  it("gives no warning when the carrier may read it", async () => {
    doesNotMatch(await said(["SLACK_URL"]), /alert-webhook/);
  });
});
