import * as z from "zod";
import { unfitAddress } from "../addresses";
import type { Problem } from "../errors";
import { nearestNames } from "../text";
import { RUNNER, runnerProblems } from "./runners";

/** Names that Pulumi and GitHub take as organization, project, repository or environment. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A property name that ESC can reach without quotes: `${app.key}`. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A GitHub secret's name. An address put there by mistake does not fit, and is refused without being quoted. */
const SECRET_NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;

/** A certificate's fingerprint without colons, in the letters Pulumi Cloud answers with. */
const SHA256 = /^[0-9a-f]{64}$/;

/** A rule's digest, as preview and `verify` print it. */
const DIGEST = /^[0-9a-f]{16}$/;

const name = z
  .string()
  .regex(NAME, "must be letters, digits, '.', '_' or '-', beginning with a letter or digit");
/** Some of these names twice would be declared twice, or refused by the service in the middle of an `up`. */
const each = z.array(name).refine(isUnique, "must name each once");
const names = each.min(1, "must name at least one");

/** Tokens are sent there. */
const address = (rule: { mayHavePath?: boolean }) =>
  z
    .string()
    .superRefine((text, context) => {
      const message = unfitAddress(text, rule);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .transform((url) => url.replace(/\/+$/, ""));

function isUnique(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, `must be one of ${words.join(", ")}`);
}

/** A secret, of which only its presence is looked at. */
const present = z
  .unknown()
  .transform((value) => value !== undefined)
  .optional();

/** Pulumi Cloud's editions, smallest first (pulumi.com/pricing). */
export const EDITIONS = ["individual", "team", "enterprise", "business-critical"] as const;
export type Edition = (typeof EDITIONS)[number];

/** Those with teams, their permissions on environments, and team tokens (ESC's docs, "Access control"). */
export const EDITIONS_WITH_TEAMS: readonly Edition[] = ["enterprise", "business-critical"];

/** What a webhook's receiver is taken to understand where the config says nothing. */
export const DEFAULT_FORMAT = "slack";

/** Reviewers of one environment (GitHub's documentation, "Reviewing deployments"). */
const REVIEWERS = 6;

/**
 * What one stack's config decides. Pulumi.yaml describes every key for people; a test holds the two together.
 * To add one: a line here, its description there.
 */
const SCHEMA = z.strictObject({
  githubOrganization: name,
  githubApiUrl: address({ mayHavePath: true }).optional(),
  pulumiOrganization: name,
  /** pulumiservice replaces the path by /api/ (its client's own rule): one would be lost in silence. */
  pulumiApiUrl: address({}).optional(),
  escProject: name.default("default"),
  application: name,
  appRoot: z.string().regex(IDENTIFIER, "must be a letter or '_', then letters, digits or '_'"),
  environments: names,
  organizationStack: name,
  carriers: names,
  /** Those whose files arrive by pull request. */
  pullRequestCarriers: each.default([]),
  branch: name.default("main"),
  runner: RUNNER.default({}),
  carrierRunners: z.record(name, RUNNER).default({}),
  environmentReviewers: each.max(REVIEWERS, `must name ${REVIEWERS} at most, as GitHub does`).optional(),
  protectCarriers: oneOf(["branch", "branch-and-files"]).optional(),
  deployAppId: z
    .string()
    .regex(/^[1-9][0-9]*$/, "must be the number that GitHub calls App ID")
    .transform(Number)
    .optional(),
  edition: oneOf(EDITIONS).default("enterprise"),
  programRepository: name.optional(),
  issuerEnterprise: name.optional(),
  issuerThumbprints: z
    .array(z.string().regex(SHA256, "must be SHA-256 fingerprints: 64 hexadecimal digits"))
    .optional(),
  acceptedTrust: z
    .array(z.string().regex(DIGEST, "must be digests of rules, as verify prints them: 16 hexadecimal digits"))
    .default([]),
  compositeTags: z.record(name, name, "must be a mapping of environments to tags").default({}),
  approvers: each.default([]),
  /** Checked for presence only: an address that anybody could post to is a secret. */
  webhookUrl: present,
  webhookFormat: oneOf(["raw", DEFAULT_FORMAT, "ms_teams"]).default(DEFAULT_FORMAT),
  auditBucket: z.string().optional(),
  auditRole: z.string().optional(),
  syncAuthentication: oneOf(["oidc", "token"]).default("oidc"),
  alertWebhook: z
    .string()
    .regex(SECRET_NAME, "must be the name of a GitHub secret, never an address")
    .optional(),
  /** Checked for its shape only: the values are secrets and stay in Pulumi's hands. */
  values: z
    .record(z.string(), z.unknown(), "must be a mapping of secret names to encrypted values")
    .transform(() => true)
    .optional(),
  /** How often each right must be reviewed. */
  accessReview: oneOf(["quarterly", "yearly"]).default("yearly"),
  /** Who may see the report that the nightly workflow publishes to GitHub Pages; nobody does where it is left out. */
  reportPages: oneOf(["private", "public"]).optional(),
  resolveImages: z.boolean().default(false),
  leaving: z.boolean().default(false),
  dockerHost: z.string().optional(),
  dockerRegistry: z.string().default("docker.io"),
  dockerUsername: z.string().optional(),
  /** Checked for presence only: its value is a secret and stays in Pulumi's hands. */
  dockerPassword: present,
});

/** One stack's config, whole and valid. */
export type Settings = z.infer<typeof SCHEMA>;

/** Config keys in the order of the schema. */
export const CONFIG_KEYS: readonly string[] = Object.keys(SCHEMA.shape);

const STRUCTURED = new Set([
  "environments",
  "carriers",
  "pullRequestCarriers",
  "runner",
  "carrierRunners",
  "environmentReviewers",
  "issuerThumbprints",
  "acceptedTrust",
  "compositeTags",
  "approvers",
  "resolveImages",
  "leaving",
  "values",
]);

/** Someone else's secret, whatever it holds. Elsewhere an outer blank is a slip, and would become part of a name. */
const MAY_HAVE_BLANKS = "dockerPassword";

/**
 * Reads one stack's config.
 *
 * @param config what `pulumi config` holds for this project, without the project's name before the key: texts,
 *   lists and booleans as JSON, as Pulumi hands them over.
 * @returns the settings, or every problem there is. No problem quotes a value.
 */
export function parseSettings(
  config: Readonly<Record<string, string>>,
): { settings: Settings; problems?: never } | { problems: Problem[]; settings?: never } {
  const problems: Problem[] = [];
  const raw: Record<string, unknown> = {};
  // Pulumi demands every key that Pulumi.yaml describes, so those that may be left out have an empty default there.
  for (const [key, value] of Object.entries(config).filter(([, text]) => text !== "")) {
    const read = STRUCTURED.has(key) ? fromJson(value) : { value };
    if (read === undefined)
      problems.push(problem(key, "must be a list, a mapping or true/false, written in the stack's YAML"));
    else if (read.value === value && value !== value.trim() && key !== MAY_HAVE_BLANKS)
      problems.push(problem(key, value.trim() === "" ? "is only blanks" : "begins or ends with a blank"));
    else raw[key] = read.value;
  }
  const result = SCHEMA.safeParse(raw);
  if (result.success && problems.length === 0) return { settings: result.data };
  const unread = new Set(problems.map((each) => each.subject));
  const found = (result.error?.issues ?? [])
    .flatMap((issue) => toProblems(issue, raw))
    .filter((each) => !unread.has(each.subject));
  return { problems: [...problems, ...found] };
}

function fromJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** What zod expects, in our words. */
const FORM: Readonly<Record<string, string>> = {
  array: "a list",
  record: "a mapping",
  boolean: "true or false",
  string: "text",
};

function toProblems(issue: z.core.$ZodIssue, raw: Readonly<Record<string, unknown>>): Problem[] {
  const [first] = issue.path;
  if (first === "runner" || first === "carrierRunners") return runnerProblems(issue);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      code: "config-key-unknown",
      subject: `config ${key}`,
      cause: "is not a key of this program",
      remedy: `rename it to ${nearestNames(key, CONFIG_KEYS)[0]}, if that is meant, or remove it: pulumi config rm ${key}`,
    }));
  }
  const key = String(issue.path[0]);
  if (raw[key] === undefined) return [problem(key, "is missing", "config-missing")];
  // Zod's own words for a wrong type, not a schema's.
  const isPlain = issue.code === "invalid_type" && issue.message.startsWith("Invalid input");
  const whole = issue.path.length === 1 ? "must be" : "must hold nothing but";
  return [problem(key, isPlain ? `${whole} ${FORM[issue.expected] ?? issue.expected}` : issue.message)];
}

function problem(key: string, cause: string, code = "config-invalid"): Problem {
  const remedy = `set it in Pulumi.<stack>.yaml; Pulumi.yaml says what ${key} is for`;
  return { code, subject: `config ${key}`, cause, remedy };
}
