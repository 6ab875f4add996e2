import { ok } from "node:assert/strict";
import type { Catalog } from "../../src/catalog/entry";
import { readDiagnostics } from "../../src/errors";
import { runProgram, type StackConfig } from "../program/run-program";
import { SMALL } from "../program/small-catalog";
import { byHand, type Proof, type Told } from "./proof";
import type { PulumiProject, Stacks } from "./pulumi-project";

/** Config of the project's stacks, and what else of what people write matters. */
interface Written {
  stacks: Stacks;
  catalog?: Catalog;
}

const BASE: StackConfig = {
  githubOrganization: "ai-cherry",
  pulumiOrganization: "scoobyjava-org",
  application: "shop",
  appRoot: "shop",
  environments: ["production"],
  organizationStack: "production",
  carriers: ["sophia-main"],
};
const STAGING: StackConfig = { ...BASE, environments: ["development", "staging"] };
const CONFIGURED: Catalog = {
  ...SMALL,
  secrets: [{ name: "SMTP_HOST", group: "keys", value: "config" }],
};
/** An encrypted value as Pulumi writes it; what it holds matters to no check. */
const SECRET = { secure: "v1:AAAA" };

const stacks = (production: StackConfig, staging: StackConfig = STAGING): Written => ({
  stacks: { production, staging },
});
const of = (change: StackConfig): Written => stacks({ ...BASE, ...change });
const RIGHT = of({});

/** What preview refuses the production stack for. */
async function refusals({ stacks: all, catalog = SMALL }: Written, secretConfig = {}): Promise<Told[]> {
  const options = { stacks: all, catalog, preview: true, readsOnly: true, secretConfig };
  const { error, said } = await runProgram(options);
  const told = readDiagnostics(
    [error?.message ?? "", ...said.filter((line) => line.startsWith("error"))].join("\n"),
  );
  if (error !== undefined && told.length === 0) throw error;
  return told;
}

type Row = [code: string, when: string, file: string, written: Written, printed: RegExp, righted: Righted];
type Righted = (...taken: string[]) => Written;

const SETTINGS = "catalog/settings.ts";
const STACKS = "catalog/checks/check-stacks.ts";
const TRUST = "catalog/checks/check-trust.ts";
const ACCESS = "catalog/checks/check-access.ts";
const READ = "resources/read-stack.ts";
const VALUES = "catalog/checks/check-config-values.ts";

const IN_THE_FILE = (key: string) =>
  new RegExp(`^set it in Pulumi\\.<stack>\\.yaml; Pulumi\\.yaml says what (${key}) is for$`);
const team = (name: string): Catalog => ({
  ...SMALL,
  accessPolicies: [
    {
      name: "people",
      why: "They work on it",
      groups: "all",
      environments: ["development", "staging", "production"],
      level: "open",
      identities: [name === "ann" ? { type: "user", name: "developer" } : { type: "team", name }],
    },
  ],
});
const withPod = (issuer: string): Catalog => ({
  ...SMALL,
  applications: [
    {
      name: "api",
      repository: "sophia-main",
      language: "python",
      path: "api/secrets.py",
      kubernetes: [{ environment: "production", issuer, namespace: "shop", serviceAccount: "api" }],
    },
  ],
});
const dotted: Catalog = {
  ...SMALL,
  environments: ["development", "staging", "eu.west"],
  secrets: SMALL.secrets.slice(0, 2),
};
const renamed: Catalog = { ...dotted, environments: ["development", "staging", "eu-west"] };

/** Remedies that say what to write into the stacks' files, or the catalog. */
const BY_HAND: readonly Row[] = [
  [
    "config-missing",
    "a key is left out",
    SETTINGS,
    stacks({ ...BASE, application: "" }),
    IN_THE_FILE("application"),
    (key = "") => of({ [key]: "shop" }),
  ],
  [
    "config-invalid",
    "a name has a blank",
    SETTINGS,
    of({ branch: "no blank" }),
    IN_THE_FILE("branch"),
    (key = "") => of({ [key]: "main" }),
  ],
  [
    "organization-stack-ambiguous",
    "the stacks disagree on the organization's",
    STACKS,
    stacks(BASE, { ...STAGING, organizationStack: "staging" }),
    /^write the same stack name into every Pulumi\.<stack>\.yaml$/,
    () => RIGHT,
  ],
  [
    "organization-stack-unknown",
    "the organization's stack has no file",
    STACKS,
    stacks({ ...BASE, organizationStack: "prod" }, { ...STAGING, organizationStack: "prod" }),
    /^name one of (production), staging$/,
    (name) => stacks({ ...BASE, organizationStack: name }, { ...STAGING, organizationStack: name }),
  ],
  [
    "environment-unknown",
    "a stack has an environment that the catalog has not",
    STACKS,
    of({ environments: ["production", "qa"] }),
    /^use one of development, staging, (production), or add it to secrets\/environments\.ts$/,
    (name) => of({ environments: [name] }),
  ],
  [
    "environment-owner-ambiguous",
    "two stacks have one environment",
    STACKS,
    of({ environments: ["production", "staging"] }),
    /^name it under (environments) in exactly one Pulumi\.<stack>\.yaml$/,
    (key = "") => of({ [key]: ["production"] }),
  ],
  [
    "environment-not-owned",
    "a tag is for another stack's environment",
    STACKS,
    of({ compositeTags: { staging: "run-1" } }),
    /^name one of (production), or set it in the stack that owns it$/,
    (name = "") => of({ compositeTags: { [name]: "run-1" } }),
  ],
  [
    "tag-invalid",
    "a tag is a revision's number",
    STACKS,
    of({ compositeTags: { production: "12" } }),
    /^\.\/sophia-secrets history production lists tags such as (run-\d+); leave it out for the newest values$/,
    (tag) => of({ compositeTags: { production: tag } }),
  ],
  [
    "config-invalid",
    "a bucket has a path",
    STACKS,
    of({ auditBucket: "s3://audit", auditRole: "arn:aws:iam::123456789012:role/audit" }),
    /^write the bucket's name alone, without s3:\/\/ or a path$/,
    () => of({ auditBucket: "audit", auditRole: "arn:aws:iam::123456789012:role/audit" }),
  ],
  [
    "config-invalid",
    "a role is not an ARN",
    STACKS,
    of({ auditBucket: "audit", auditRole: "audit" }),
    /^write it as (arn:aws:iam::\d{12}:role\/)NAME$/,
    (arn) => of({ auditBucket: "audit", auditRole: `${arn}audit` }),
  ],
  [
    "approver-own-team",
    "the sync's own team approves",
    STACKS,
    of({ approvers: ["shop-production-sync"], edition: "business-critical" }),
    /^name a team that people made in Pulumi Cloud$/,
    () => of({ approvers: ["security"], edition: "business-critical" }),
  ],
  [
    "identity-own-team",
    "a policy is for a team of the program's own",
    ACCESS,
    { ...RIGHT, catalog: team("shop-production-sync") },
    /^name the people or another team$/,
    () => ({ ...RIGHT, catalog: team("ann") }),
  ],
  [
    "edition-without-teams",
    "a policy is for a team, and the edition has none",
    ACCESS,
    { ...of({ edition: "team", syncAuthentication: "token" }), catalog: team("ops") },
    /^name its people, or set edition to enterprise or business-critical when the organization has it$/,
    () => ({ ...of({ edition: "team", syncAuthentication: "token" }), catalog: team("ann") }),
  ],
  [
    "name-with-dot",
    "a branch has a dot",
    TRUST,
    of({ branch: "release.1" }),
    /^use a name without '\.'$/,
    () => of({ branch: "release-1" }),
  ],
  [
    "name-with-dot",
    "an environment has a dot",
    TRUST,
    { ...of({ environments: ["eu.west"] }), catalog: dotted },
    /^use a name without '\.'$/,
    () => ({ ...of({ environments: ["eu-west"] }), catalog: renamed }),
  ],
  [
    "application-issuer",
    "a pod's issuer is GitHub's",
    TRUST,
    { ...RIGHT, catalog: withPod("https://token.actions.githubusercontent.com") },
    /^for jobs of GitHub Actions use githubActions; kubernetes takes a cluster's issuer$/,
    () => ({ ...RIGHT, catalog: withPod("https://cluster.example") }),
  ],
  [
    "config-invalid",
    "a carrier by pull request is not a carrier",
    READ,
    of({ pullRequestCarriers: ["second-carrier"] }),
    /^use names of carriers: (sophia-main)$/,
    (name) => of({ pullRequestCarriers: [name] }),
  ],
];

export const CONFIG_PROOFS: readonly Proof[] = byHand(
  (written) => refusals(written),
  BY_HAND.map(([code, when, file, written, printed, righted]) => ({
    code,
    file,
    when,
    written,
    printed,
    righted,
  })),
);

/** A remedy that prints `pulumi config` commands. */
interface ByCommand {
  code: string;
  file: string;
  when: string;
  written: Written;
  /** Which of the commands is taken, where the remedy leaves the choice. Default: the first. */
  choice?: number;
  /** What a person puts in the place of words in capitals. */
  words?: Record<string, string>;
  typed?: string;
  /** It says "for every stack". */
  everyStack?: true;
}

const BY_COMMAND: readonly ByCommand[] = [
  {
    code: "config-key-unknown",
    file: SETTINGS,
    when: "a key is misspelled, and the command removes it",
    written: of({ enviromentReviewers: ["security"] }),
  },
  {
    code: "config-incomplete",
    file: STACKS,
    when: "a webhook has a format and no address, and gets one",
    written: of({ webhookFormat: "raw" }),
    typed: "https://hooks.example.org/a",
  },
  {
    code: "config-incomplete",
    file: STACKS,
    when: "a webhook has a format and no address, and loses it",
    written: of({ webhookFormat: "raw" }),
    choice: 1,
  },
  {
    code: "config-incomplete",
    file: STACKS,
    when: "the audit export has no role, and gets one",
    written: of({ auditBucket: "audit" }),
    words: { ACCOUNT: "123456789012", NAME: "audit" },
  },
  {
    code: "config-incomplete",
    file: STACKS,
    when: "the audit export has no role, and ends",
    written: of({ auditBucket: "audit" }),
    choice: 1,
  },
  {
    code: "config-incomplete",
    file: STACKS,
    when: "the audit export has no bucket",
    written: of({ auditRole: "arn:aws:iam::123456789012:role/audit" }),
    words: { NAME: "audit" },
  },
  {
    code: "config-of-other-stack",
    file: STACKS,
    when: "approvers stand in another stack than the organization's",
    written: stacks(
      { ...BASE, organizationStack: "staging", approvers: ["security"] },
      { ...STAGING, organizationStack: "staging" },
    ),
  },
  {
    code: "config-invalid",
    file: TRUST,
    when: "a self-hosted server has an enterprise in its issuer",
    written: of({ githubApiUrl: "https://git.example.org", issuerEnterprise: "acme" }),
  },
  {
    code: "config-invalid",
    file: READ,
    when: "a webhook's address is by http",
    written: of({ webhookUrl: SECRET }),
    typed: "https://hooks.slack.com/services/T0/B0/canary",
  },
  {
    code: "config-incomplete",
    file: READ,
    when: "carriers are protected, and CI's App is not named",
    written: of({ protectCarriers: "branch", programRepository: "second-carrier" }),
    words: { NUMBER: "12345" },
  },
  {
    code: "config-incomplete",
    file: READ,
    when: "a registry's account has no password, and gets one",
    written: of({ dockerUsername: "payready" }),
    typed: "dckr_canary",
  },
  {
    code: "config-incomplete",
    file: READ,
    when: "a registry's account has no password, and goes",
    written: of({ dockerUsername: "payready" }),
    choice: 1,
  },
  {
    code: "config-incomplete",
    file: READ,
    when: "a registry's password has no account",
    written: of({ dockerPassword: SECRET }),
    words: { NAME: "payready" },
  },
  {
    code: "config-value-missing",
    file: VALUES,
    when: "a value of config is not there",
    written: { ...RIGHT, catalog: CONFIGURED },
    typed: "smtp.example.org",
  },
  {
    code: "config-value-unknown",
    file: VALUES,
    when: "config has a value of no entry",
    written: of({ values: { SMTP_HOST: SECRET } }),
  },
];

/** By what a key holds that is encrypted in `written`. */
const HELD: Record<string, string> = {
  webhookUrl: "http://hooks.example.org/a",
  dockerPassword: "dckr_canary",
  values: '{"SMTP_HOST":"smtp.example.org"}',
};

const COMMAND = /pulumi config (?:set|rm)(?: '[^']*'| [^\s,;]*[^\s,;:])+/g;

/** @param project started by whoever runs the proofs, and closed there. */
export function commandProofs(project: () => PulumiProject): Proof[] {
  return BY_COMMAND.map(({ code, file, when, written, choice = 0, words = {}, typed, everyStack }) => ({
    code,
    file,
    when,
    start: () => {
      let stands = written;
      let secrets = encryptedIn(written.stacks.production ?? {});
      return {
        look: () => refusals(stands, secrets),
        carryOut: (remedy) => {
          const printed = (remedy.match(COMMAND) ?? [])[choice];
          ok(printed !== undefined, `no command in: ${remedy}`);
          const line = Object.entries(words).reduce((text, [word, by]) => text.replaceAll(word, by), printed);
          const { production = {}, staging = {} } = written.stacks;
          const plain = Object.entries(production).filter(([key]) => secrets[key] === undefined);
          project().write({ production: Object.fromEntries(plain), staging });
          for (const [key, value] of Object.entries(secrets))
            if (key === "values")
              project().shell(
                "pulumi config set --secret --path values.SMTP_HOST",
                "production",
                "smtp.example.org",
              );
            else project().shell(`pulumi config set --secret ${key}`, "production", value);
          for (const stack of everyStack === true ? ["production", "staging"] : ["production"])
            project().shell(line, stack, typed);
          stands = { ...written, stacks: project().read() };
          secrets = project().secrets("production");
        },
      };
    },
  }));
}

function encryptedIn(config: StackConfig): Record<string, string> {
  const keys = Object.keys(config).filter((key) => HELD[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, HELD[key] ?? ""]));
}
