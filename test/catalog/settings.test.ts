import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CONFIG_KEYS, parseSettings } from "../../src/catalog/settings";
import { describeProblems } from "../../src/errors";

const WHOLE = {
  githubOrganization: "acme",
  pulumiOrganization: "acme-org",
  application: "app",
  appRoot: "app",
  environments: '["staging"]',
  organizationStack: "production",
  carriers: '["main"]',
};
const problemsOf = (config: Record<string, string>) => parseSettings(config).problems ?? [];
const causes = (config: Record<string, string>) =>
  problemsOf(config).map(({ subject: thing, cause }) => `${thing}: ${cause}`);

describe("a stack's config", () => {
  it("is read with its defaults", () => {
    deepEqual(parseSettings(WHOLE).settings, {
      ...WHOLE,
      escProject: "default",
      environments: ["staging"],
      carriers: ["main"],
      branch: "main",
      edition: "enterprise",
      acceptedTrust: [],
      accessReview: "yearly",
      compositeTags: {},
      approvers: [],
      webhookFormat: "slack",
      syncAuthentication: "oidc",
      resolveImages: false,
      leaving: false,
      pullRequestCarriers: [],
      runner: {},
      carrierRunners: {},
      dockerRegistry: "docker.io",
    });
  });

  it("keeps of the registry's password only that there is one", () => {
    const { settings } = parseSettings({ ...WHOLE, dockerPassword: "hidden" });
    equal(settings?.dockerPassword, true);
    doesNotMatch(JSON.stringify(settings), /hidden/);
  });

  it("takes the name of the secret that holds the alert's address, and never the address", () => {
    equal(
      parseSettings({ ...WHOLE, alertWebhook: "SLACK_WEBHOOK_URL" }).settings?.alertWebhook,
      "SLACK_WEBHOOK_URL",
    );
    const [problem] = problemsOf({ ...WHOLE, alertWebhook: "https://hooks.example/hidden" });
    match(problem?.cause ?? "", /name of a GitHub secret, never an address/);
    doesNotMatch(JSON.stringify(problem), /hidden/);
  });

  it("names every missing key at once", () => {
    deepEqual(
      causes({}).sort(),
      Object.keys(WHOLE)
        .map((key) => `config ${key}: is missing`)
        .sort(),
    );
  });

  it("takes an empty text for a key left out", () => {
    const empty = { pulumiApiUrl: "", escProject: "", resolveImages: "", dockerPassword: "" };
    deepEqual(parseSettings({ ...WHOLE, ...empty }).settings, parseSettings(WHOLE).settings);
    deepEqual(causes({ ...WHOLE, application: "" }), ["config application: is missing"]);
  });

  it("refuses an unknown key, naming the nearest one and how to remove it", () => {
    const [problem, ...others] = problemsOf({ ...WHOLE, enviroments: "hidden", colour: "hidden" });
    equal(others.length, 1);
    deepEqual([problem?.subject, problem?.cause], ["config enviroments", "is not a key of this program"]);
    match(
      problem?.remedy ?? "",
      /^rename it to environments, if that is meant, or remove it: pulumi config rm enviroments$/,
    );
  });

  it("refuses a list or switch that is not written as one, once, without quoting it", () => {
    const cause = "must be a list, a mapping or true/false, written in the stack's YAML";
    deepEqual(causes({ ...WHOLE, environments: "hidden" }), [`config environments: ${cause}`]);
    for (const wrong of ['"hidden"', "5", "{}", "null", "[5]", '["a/b"]', "[]"]) {
      const [problem, ...others] = causes({ ...WHOLE, carriers: wrong });
      equal(others.length, 0);
      match(problem ?? "", /^config carriers: /);
      doesNotMatch(problem ?? "", /hidden/);
    }
    equal(causes({ ...WHOLE, resolveImages: '"yes"' }).length, 1);
  });

  it("says of a value of a wrong form what it has to be, and not that it is missing", () => {
    const wrong: [string, string, string][] = [
      ["approvers", '"hidden"', "must be a list"],
      ["approvers", "[5]", "must hold nothing but text"],
      ["compositeTags", "[]", "must be a mapping of environments to tags"],
      ["values", '"hidden"', "must be a mapping of secret names to encrypted values"],
      ["resolveImages", '"hidden"', "must be true or false"],
    ];
    for (const [key, value, cause] of wrong)
      deepEqual(causes({ ...WHOLE, [key]: value }), [`config ${key}: ${cause}`]);
  });

  it("refuses to name something twice, and more reviewers than GitHub takes", () => {
    for (const key of ["approvers", "carriers", "environments", "environmentReviewers"])
      deepEqual(causes({ ...WHOLE, [key]: '["a","a"]' }), [`config ${key}: must name each once`]);
    const seven = JSON.stringify([..."abcdefg"]);
    deepEqual(causes({ ...WHOLE, environmentReviewers: seven }), [
      "config environmentReviewers: must name 6 at most, as GitHub does",
    ]);
  });

  it("refuses a word that is none of a key's, naming those", () => {
    deepEqual(causes({ ...WHOLE, edition: "Enterprise" }), [
      "config edition: must be one of individual, team, enterprise, business-critical",
    ]);
    deepEqual(causes({ ...WHOLE, webhookFormat: "teams" }), [
      "config webhookFormat: must be one of raw, slack, ms_teams",
    ]);
  });

  it("refuses blanks around what it takes for a name or an address, and leaves a password as it is", () => {
    for (const key of ["githubOrganization", "pulumiApiUrl", "auditBucket", "dockerHost", "dockerUsername"])
      for (const [wrong, cause] of [
        [" hidden", "begins or ends with a blank"],
        ["hidden\n", "begins or ends with a blank"],
        [" \t", "is only blanks"],
      ] as const)
        deepEqual(causes({ ...WHOLE, [key]: wrong }), [`config ${key}: ${cause}`]);
    deepEqual(causes({ ...WHOLE, dockerPassword: " hidden " }), []);
    equal(causes({ ...WHOLE, carriers: '["a "]' }).length, 1);
  });

  it("refuses names that Pulumi or GitHub would not take", () => {
    for (const wrong of ["a/b", "a b", "-a", "ä"]) {
      deepEqual(causes({ ...WHOLE, application: wrong }), [
        "config application: must be letters, digits, '.', '_' or '-', beginning with a letter or digit",
      ]);
    }
    for (const wrong of ["1a", "a-b", "a.b"]) equal(causes({ ...WHOLE, appRoot: wrong }).length, 1);
  });

  it("takes a Pulumi address without a path and a GitHub address with one", () => {
    const config = {
      ...WHOLE,
      pulumiApiUrl: "https://pulumi.example/",
      githubApiUrl: "https://ghe.example/api/v3/",
    };
    const { settings } = parseSettings(config);
    equal(settings?.pulumiApiUrl, "https://pulumi.example");
    equal(settings?.githubApiUrl, "https://ghe.example/api/v3");
    equal(parseSettings({ ...WHOLE, pulumiApiUrl: "http://127.0.0.1:4711" }).settings !== undefined, true);
  });

  it("refuses addresses to which a token would travel in plain text", () => {
    const config = { ...WHOLE, pulumiApiUrl: "http://api.pulumi.com", githubApiUrl: "http://api.github.com" };
    const found = causes(config);
    equal(found.length, 2);
    for (const cause of found) match(cause, /^config (pulumi|github)ApiUrl: must be https/);
  });

  it("refuses a Pulumi address with a path, query or user name, which would be lost in silence", () => {
    for (const url of ["https://p.example/api", "https://p.example/?a=b", "https://u:p@p.example"]) {
      deepEqual(causes({ ...WHOLE, pulumiApiUrl: url }), [
        "config pulumiApiUrl: must have no path, query or user name",
      ]);
    }
    deepEqual(causes({ ...WHOLE, githubApiUrl: "https://u:canary@ghe.example/?x=1" }), [
      "config githubApiUrl: must have no query or user name",
    ]);
    for (const url of ["file:///x", "p.example"]) {
      deepEqual(causes({ ...WHOLE, pulumiApiUrl: url }), ["config pulumiApiUrl: must be an http(s) address"]);
    }
  });

  it("refuses an unknown way of authentication, naming the known ones", () => {
    const [problem] = causes({ ...WHOLE, syncAuthentication: "hidden" });
    match(problem ?? "", /^config syncAuthentication: must be one of oidc, token$/);
    doesNotMatch(problem ?? "", /hidden/);
  });

  it("hears all problems at once, in words a person can act on", () => {
    const { githubOrganization: _, ...rest } = WHOLE;
    const problems = problemsOf({
      ...rest,
      environments: "x",
      carriers: "[]",
      pulumiApiUrl: "x",
      extra: "y",
    });
    deepEqual(problems.map(({ subject: thing }) => thing).sort(), [
      "config carriers",
      "config environments",
      "config extra",
      "config githubOrganization",
      "config pulumiApiUrl",
    ]);
    ok(describeProblems("Pulumi.x.yaml", problems).startsWith("Pulumi.x.yaml: 5 problems\n"));
  });

  it("has a description in Pulumi.yaml for every key, and none for a key it does not know", () => {
    const text = readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8");
    const { config } = parse(text) as { config: Record<string, { description?: string }> };
    deepEqual(Object.keys(config).sort(), [...CONFIG_KEYS].sort());
    for (const [key, { description }] of Object.entries(config)) ok(description, key);
  });
});
