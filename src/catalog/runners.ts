import * as z from "zod";
import type { Problem } from "../errors";
import { nearestNames } from "../text";

/** Names a secret of GitHub, as config `alertWebhook` does. */
const SECRET_NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;

/** GitHub evaluates an expression in any of these texts. */
const PLAIN = /^(?!.*\$\{\{)(?!\s)\P{C}+(?<!\s)$/u;

/** Label of a runner, also of a service that starts one for each job (`runs-on/cpu=2`). */
const LABEL = /^[A-Za-z0-9][\w./=:@+-]{0,255}$/;

/** An image by its digest; a tag before it is only a remark. */
const IMAGE = /^[A-Za-z0-9][\w.-]*(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?@sha256:[0-9a-f]{64}$/;

/** GitHub takes these of `docker create` not ("jobs.<job_id>.container.options"), or a job's values would stand there. */
const REFUSED_OPTIONS =
  /(?:^|\s)(?:--network|--net|--entrypoint|--privileged|-e|--env|--env-file)(?:[\s=]|$)/;

/** Labels of the machines that GitHub itself offers (docs.github.com, "GitHub-hosted runners reference"). */
const HOSTED = /^(?:ubuntu|macos)-/i;

const text = z.string().regex(PLAIN, "must be plain text without an expression");
const secretName = z.string().regex(SECRET_NAME, "must be the name of a GitHub secret, never a value");

const CONTAINER = z.strictObject({
  image: z
    .string()
    .regex(
      IMAGE,
      "must be IMAGE@sha256: and the 64 digits of its digest, which docker buildx imagetools inspect IMAGE shows: whoever moves a tag gets every secret",
    ),
  credentials: z.strictObject({ username: secretName, password: secretName }).optional(),
  options: text
    .refine(
      (options) => !REFUSED_OPTIONS.test(options),
      "must be options of docker create other than --network, --entrypoint, --privileged, --env and --env-file",
    )
    .optional(),
});

const LABELS = z
  .array(z.string().regex(LABEL, "must be labels of runners: letters, digits and . _ - / = : @ +"))
  .min(1, "must name at least one")
  .refine(
    (labels) => new Set(labels.map((label) => label.toLowerCase())).size === labels.length,
    "must name each once, whatever its case",
  )
  .refine(
    (labels) => !labels.some((label) => /^windows(?:-|$)/i.test(label)),
    "must not name Windows: the job's first step is a script of a POSIX shell",
  );

/** Where sync jobs run; an empty one is GitHub's ubuntu-latest. */
export const RUNNER = z
  .strictObject({ labels: LABELS.optional(), group: text.optional(), container: CONTAINER.optional() })
  .refine(
    ({ labels = [], container }) => container === undefined || !labels.some((label) => /^macos/i.test(label)),
    "must not name macOS with a container: runners take containers on Linux alone",
  );

export type Runner = z.infer<typeof RUNNER>;
export type JobContainer = z.infer<typeof CONTAINER>;

/** Keys that may stand at each place of a runner, by the last part of its path. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  container: Object.keys(CONTAINER.shape),
  credentials: ["username", "password"],
};

/** What zod expects, in our words. */
const FORM: Readonly<Record<string, string>> = { array: "a list", object: "a mapping", string: "text" };

/**
 * What is wrong inside of config `runner` or `carrierRunners`. No problem quotes a value.
 *
 * @param issue with a path that begins with one of these keys.
 */
export function runnerProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String);
  const subject = `config ${path.join(".")}`;
  const problem = (cause: string, remedy: string): Problem => ({
    code: "config-invalid",
    subject,
    cause,
    remedy,
  });
  if (issue.code === "unrecognized_keys") {
    const known = KEYS[path.at(-1) ?? ""] ?? Object.keys(RUNNER.shape);
    return issue.keys.map((key) =>
      problem(
        `has a key ${key}, which a runner does not have there`,
        `rename it to ${nearestNames(key, known)[0]}, if that is meant, or remove it: pulumi config rm --path '${path.join(".")}.${key}'`,
      ),
    );
  }
  const isPlain = issue.code === "invalid_type" && issue.message.startsWith("Invalid input");
  const cause = isPlain ? `must be ${FORM[issue.expected] ?? issue.expected}` : issue.message;
  return [problem(cause, `set it in Pulumi.<stack>.yaml; Pulumi.yaml says what ${path[0]} is for`)];
}

/** What one stack's config says of runners, and for which deployment environments. */
export interface RunnerConfig {
  environments: readonly string[];
  runner: Runner;
  /** Runners of single carriers, in the place of `runner`. */
  carrierRunners: Readonly<Record<string, Runner>>;
}

const CONFIG = z.object({
  environments: z.array(z.unknown()).transform((names) => names.map(String)),
  runner: RUNNER.default({}),
  carrierRunners: z.record(z.string(), RUNNER).default({}),
});

/**
 * What the file of another stack says of runners.
 *
 * @param raw the keys as its YAML has them.
 * @param stack its name, for problems.
 */
export function parseRunners(
  { environments, runner, carrierRunners }: Readonly<Record<keyof RunnerConfig, unknown>>,
  stack: string,
): { config?: RunnerConfig; problems?: Problem[] } {
  const given = { environments, runner: runner || undefined, carrierRunners: carrierRunners || undefined };
  const { data, error } = CONFIG.safeParse(given);
  if (data !== undefined) return { config: data };
  const problems = error.issues.flatMap(runnerProblems);
  return { problems: problems.map((each) => ({ ...each, subject: `stack ${stack}: ${each.subject}` })) };
}

/** Where the job of a deployment environment in a carrier runs; undefined: where GitHub runs it by itself. */
export type RunnerOf = (deployment: string, carrier: string) => Runner | undefined;

/** @param stacks of the project: each says it of the jobs of its own deployment environments. */
export function runnersOf(stacks: readonly RunnerConfig[]): RunnerOf {
  return (deployment, carrier) => {
    const owner = stacks.find(({ environments }) => environments.includes(deployment));
    return owner?.carrierRunners[carrier] ?? owner?.runner;
  };
}

/** What a job runs on where config says nothing. */
export const DEFAULT_LABEL = "ubuntu-latest";

/** Labels that a runner is chosen by. */
export function labelsOf({ labels, group }: Runner): readonly string[] {
  return labels ?? (group === undefined ? [DEFAULT_LABEL] : []);
}

/**
 * Whether the organization itself may run the machine. A group may hold larger machines of GitHub's own, which no label
 * tells: it counts as the organization's.
 */
export function isOwnMachine(runner: Runner): boolean {
  return runner.group !== undefined || !labelsOf(runner).every((label) => HOSTED.test(label));
}

/** `self-hosted, linux of the group sync, in the container node@sha256:...`. */
export function describeRunner(runner: Runner): string {
  const labels = labelsOf(runner);
  return [
    labels.length === 0 ? `any runner of the group ${runner.group}` : labels.join(", "),
    ...(labels.length > 0 && runner.group !== undefined ? [`of the group ${runner.group}`] : []),
    ...(runner.container === undefined ? [] : [`in the container ${runner.container.image}`]),
  ].join(" ");
}
