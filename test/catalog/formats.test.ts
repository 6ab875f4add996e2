import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { FORMATS, type FormatName, misfit } from "../../src/catalog/formats";

const PEM = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n";

/** Right and wrong values of every format. Wrong ones carry the word `hidden`, to be found if they were quoted. */
const CASES: Record<FormatName, { right: readonly string[]; wrong: readonly string[] }> = {
  text: { right: ["x", " ", "\n", "é"], wrong: [] },
  "openai-key": { right: ["sk-x", "sk-proj-x"], wrong: ["hidden", "sk-", "SK-hidden", " sk-hidden"] },
  "anthropic-key": { right: ["sk-ant-x"], wrong: ["sk-hidden", "sk-ant-"] },
  "openrouter-key": { right: ["sk-or-v1-x"], wrong: ["sk-hidden", "sk-or-"] },
  "slack-bot-token": { right: ["xoxb-1"], wrong: ["xoxp-hidden", "xapp-hidden"] },
  "slack-app-token": { right: ["xapp-1"], wrong: ["xoxb-hidden"] },
  "slack-webhook": {
    right: ["https://hooks.slack.com/services/T/B/x"],
    wrong: ["https://hidden.example/", "http://hooks.slack.com/hidden"],
  },
  "github-token": { right: ["ghp_x", "ghs_x", "github_pat_x"], wrong: ["hidden", "github_hidden"] },
  "pulumi-token": { right: ["pul-x"], wrong: ["hidden", "pul_hidden"] },
  "linear-key": { right: ["lin_api_x"], wrong: ["lin_hidden"] },
  "docker-token": { right: ["dckr_pat_x", "password"], wrong: ["hidden", "hidden hidden"] },
  "private-key": {
    right: [PEM, PEM.replaceAll("\n", "\r\n"), PEM.replaceAll("RSA PRIVATE", "OPENSSH PRIVATE"), PEM.trim()],
    wrong: [
      "hidden",
      PEM.replaceAll("PRIVATE", "PUBLIC").replace("abc", "hidden"),
      "-----BEGIN PRIVATE KEY-----\nhidden",
      "-----BEGIN PRIVATE KEY-----\nhidden\n-----END RSA PRIVATE KEY-----",
      PEM.replaceAll("\n", "\\n").replace("abc", "hidden"),
    ],
  },
  "https-url": { right: ["https://x.example/a?b"], wrong: ["http://hidden.example", "hidden", "https://"] },
  number: { right: ["0", "0123"], wrong: ["-1", "1.5", "1 hidden", ""] },
};

describe("formats", () => {
  for (const [name, { right, wrong }] of Object.entries(CASES) as [
    FormatName,
    (typeof CASES)[FormatName],
  ][]) {
    it(`take what fits ${name} and refuse the rest, saying what was expected and quoting nothing`, () => {
      for (const value of right) equal(misfit(name, value), undefined, value);
      for (const value of wrong) {
        const reason = misfit(name, value) ?? "taken";
        match(reason, /^must be .+/, value);
        doesNotMatch(reason, /hidden/);
      }
    });
  }

  it("are all tried above", () => {
    deepEqual(Object.keys(CASES).sort(), Object.keys(FORMATS).sort());
  });
});
