import { deepEqual, equal, match } from "node:assert/strict";
import type { Settings } from "../../src/catalog/settings";
import { checkNames } from "../../src/operations/verification/check-names";
import { putSecret } from "../github/started-github";
import { type Auditing, startAuditing } from "./auditing";
import { commandContext, runCommand } from "./command-context";
import { AT_CLOUD, CATALOG } from "./small-organization";

/** The organization that is started has the carrier alone. */
const catalog = { ...CATALOG, entries: CATALOG.entries.map((entry) => ({ ...entry, repositories: [] })) };

describe("names that config and catalog have otherwise than GitHub", () => {
  let both: Auditing;
  before(async () => {
    both = await startAuditing();
  });
  after(() => both.close());

  const contextWith = (change: Partial<Settings>) =>
    commandContext(
      { github: { url: both.github.url } },
      { catalog, project: { settings: { ...AT_CLOUD, ...change } } },
    );
  const verified = (change: Partial<Settings>) => checkNames(contextWith(change));

  it("are ok for verify where they are the same", async () => {
    equal((await verified({})).code, "github-names-match");
  });

  it("are named by verify with the command that corrects them, once for the organization", async () => {
    const organization = await verified({ githubOrganization: "AI-Cherry" });
    deepEqual([organization.state, organization.code], ["wrong", "github-name-differs"]);
    equal(organization.cause.split("GitHub spells").length, 2);
    equal(organization.remedy, "for every stack: pulumi config set githubOrganization ai-cherry");
    const carrier = await verified({ carriers: ["Carrier"] });
    match(carrier.remedy ?? "", /pulumi config set --path 'carriers\[0\]' carrier/);
  });

  it("are named by verify when GitHub has none of them: repositories, reviewers, the alert's secret", async () => {
    equal((await verified({ programRepository: "nowhere" })).code, "github-repository-not-shown");
    equal((await verified({ environmentReviewers: ["nobody"] })).code, "github-team-not-shown");
    const webhook = await verified({ alertWebhook: "SLACK_URL" });
    equal(webhook.code, "alert-webhook-missing");
    match(webhook.cause, /no secret SLACK_URL for staging of ai-cherry\/carrier, production of/);
    equal((await verified({ alertWebhook: "SMTP_PASSWORD" })).code, "github-names-match");
  });

  /** Does what a person does: takes the printed command, or the name that was likely meant, into the config. */
  function corrected(settings: Partial<Settings>, remedy: string, key: keyof Settings): Partial<Settings> {
    const [, path = "", name = ""] =
      /pulumi config set (?:--path )?'?([A-Za-z]+)(?:\[0\]')? ([\w-]+)/.exec(remedy) ?? [];
    const [, meant = ""] = /^write (\S+), if that is meant; otherwise /.exec(remedy) ?? [];
    if (meant !== "") return { ...settings, [key]: Array.isArray(settings[key]) ? [meant] : meant };
    equal(path, key);
    return { ...settings, [key]: Array.isArray(settings[key]) ? [name] : name };
  }

  const MISSPELLED: [code: string, key: keyof Settings, settings: Partial<Settings>][] = [
    ["github-name-differs", "githubOrganization", { githubOrganization: "AI-Cherry" }],
    ["github-name-differs", "carriers", { carriers: ["Carrier"] }],
    ["github-repository-not-shown", "carriers", { carriers: ["carier"] }],
    ["github-repository-not-shown", "programRepository", { programRepository: "carrrier" }],
    ["github-team-not-shown", "environmentReviewers", { environmentReviewers: ["securty"] }],
    ["alert-webhook-missing", "alertWebhook", { alertWebhook: "ALERT_WEBHOK" }],
  ];
  for (const [code, key, settings] of MISSPELLED)
    it(`are right once the remedy of verify is carried out as printed: ${code} of ${key}`, async () => {
      const octokit = both.github.octokit();
      await octokit.rest.teams.create({ org: "ai-cherry", name: "Security" }).catch(() => undefined);
      await putSecret(octokit, "ALERT_WEBHOOK", "canary");
      const found = await verified(settings);
      equal(found.code, code);
      const right = await verified(corrected(settings, found.remedy ?? "", key));
      deepEqual(
        [right.code, right.cause],
        ["github-names-match", "all there, as config and catalog spell them"],
      );
    });

  it("end drift before it reports each secret", async () => {
    const { code, stderr, stdout } = await runCommand("drift", contextWith({ carriers: ["Carrier"] }));
    equal(code, 2);
    equal(stdout, "");
    match(stderr, /config carriers\[0\]: GitHub spells Carrier as carrier/);
  });

  it("are told by drift and verify as archived, with the command that undoes it, beside all else", async () => {
    const shown = { full_name: "ai-cherry/carrier", archived: true };
    const archive = () => {
      both.github.faults.add({
        path: "/repos/ai-cherry/carrier$",
        times: 0,
        answer: { status: 200, body: shown },
      });
    };
    archive();
    const { code, remedy } = await verified({});
    deepEqual(
      [code, remedy?.split(";")[0]],
      ["github-repository-archived", "gh repo unarchive ai-cherry/carrier"],
    );
    const drift = await runCommand("drift", contextWith({}));
    match(drift.stdout, /ai-cherry\/carrier .*archived[\s\S]*OPENAI_API_KEY/);
    equal(drift.code, 1);
    both.github.faults.clear();
  });

  it("are told as renamed, transferred and deleted: drift ends with the way back", async () => {
    const answers = [
      [
        { status: 200, body: { full_name: "ai-cherry/courier" } },
        /gh repo rename carrier -R ai-cherry\/courier/,
      ],
      [{ status: 200, body: { full_name: "elsewhere/carrier" } }, /transfer it back/],
      [
        { status: 404, body: { message: "Not Found" } },
        /config carriers\[0\]: GitHub does not show .*create it/s,
      ],
    ] as const;
    for (const [answer, remedy] of answers) {
      both.github.faults.add({ path: "/repos/ai-cherry/carrier$", times: 0, answer });
      const { code, stderr } = await runCommand("drift", contextWith({}));
      const { state, cause, remedy: told } = await verified({});
      both.github.faults.clear();
      equal(code, 2);
      match(stderr, remedy);
      equal(state, "wrong");
      match(`config carriers[0]: ${cause} ${told}`, remedy);
    }
  });

  it("end a write that gives a repository access", async () => {
    const id = contextWith({}).github().repositoryId("Carrier");
    await id.then(
      () => match("", /refused/),
      (error: Error) => match(error.message, /GitHub spells it ai-cherry\/carrier.*verify/),
    );
  });
});
