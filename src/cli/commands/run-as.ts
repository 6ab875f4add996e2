import { spawn } from "node:child_process";
import { constants } from "node:os";
import { TOKEN_SECONDS } from "../../access/token-lifetimes";
import { type ProgramJob, programTeam } from "../../access/trust";
import type { Settings } from "../../catalog/settings";
import { exchangeToken, idTokenEndpoint, requestIdToken, type TokenWish } from "../../clients/oidc";
import { PULUMI_CLOUD, pulumiAddress } from "../../clients/pulumi-login";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { COMMAND } from "../../text";
import type { CommandContext } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";

/** A token for one command, in place of one stored in GitHub. */
export const runAsCommand: CommandSpec = {
  name: "run-as",
  topic: "ci",
  description: "Run a command with a short-lived token, traded for this GitHub job's identity",
  details: [
    "For the workflows of the program's own repository (config programRepository). Only the command gets the token, as PULUMI_ACCESS_TOKEN, and the stack as PULUMI_STACK; nobody is logged in, nothing is written down. preview may read the stacks, audit may read ESC and open nothing, up is an administrator. A Pulumi Cloud of your own has to be named by the workflow too, as PULUMI_BACKEND_URL. Ends with the command's exit code.",
  ],
  names: ["<job-and-command...>", "preview, audit or up; then --, the command and its arguments"],
  options: [],
  examples: [
    `${COMMAND} run-as --stack staging preview -- pulumi preview`,
    `${COMMAND} run-as audit -- ${COMMAND} drift`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<number> {
  const [job = "", command, ...args] = typed.names;
  if (!isJob(job) || command === undefined) {
    throw new RemedyError({
      code: "usage-invalid",
      subject: "run-as",
      cause: isJob(job) ? "no command was given" : "the job is none of preview, audit and up",
      remedy: `${COMMAND} run-as --stack staging preview -- pulumi preview`,
    });
  }
  const url = addressOf(context);
  const token = await tokenFor(context, job, url);
  const { stack, settings } = context.project;
  const env = {
    ...context.env,
    PULUMI_ACCESS_TOKEN: token.unwrap(),
    PULUMI_BACKEND_URL: url,
    // With its organization: a token of no person has no default one.
    PULUMI_STACK: `${settings.pulumiOrganization}/${stack}`,
  };
  return runChild(command, args, env);
}

function isJob(text: string): text is ProgramJob {
  return text !== "sync" && Object.hasOwn(TOKEN_SECONDS, text);
}

/**
 * Whoever gets the identity can trade it in for the token, so a stack's config alone does not say where it goes: the
 * workflow has to say the same.
 *
 * @throws RemedyError when it does not.
 */
function addressOf({ project, env }: CommandContext): string {
  const url = pulumiAddress(project.settings.pulumiApiUrl, env);
  if (url === PULUMI_CLOUD || url === pulumiAddress(undefined, env)) return url;
  throw new RemedyError({
    code: "address-not-confirmed",
    subject: "config pulumiApiUrl",
    cause: `is neither ${PULUMI_CLOUD} nor what this job's PULUMI_BACKEND_URL says, so it gets no identity of this job`,
    remedy: "where it is right, set PULUMI_BACKEND_URL to it in the workflow; otherwise look who changed it",
  });
}

async function tokenFor(context: CommandContext, job: ProgramJob, url: string): Promise<Secret> {
  const { http, project, env } = context;
  const { programRepository, pulumiOrganization: organization } = project.settings;
  if (programRepository === undefined) {
    throw new RemedyError({
      code: "program-repository-missing",
      subject: "config programRepository",
      cause: "is not set, so Pulumi Cloud trusts no job of this repository",
      remedy: "set it in every Pulumi.<stack>.yaml to this repository's name, then pulumi up by hand, once",
    });
  }
  const idToken = await requestIdToken(idTokenEndpoint(env), `urn:pulumi:org:${organization}`, http);
  mask(context, idToken);
  const wish = wishOf(project.settings, job);
  const token = await exchangeToken(
    { url, organization, idToken, expiration: TOKEN_SECONDS[job], ...wish },
    http,
  );
  mask(context, token);
  return token;
}

function wishOf(settings: Settings, job: ProgramJob): TokenWish {
  return job === "up" ? { admin: true } : { team: programTeam(settings, job) };
}

/** Only ever told to a runner: to anything else it would be a leak. */
function mask({ env, terminal }: CommandContext, secret: Secret): void {
  if (env.GITHUB_ACTIONS === "true") terminal.mask(secret);
}
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command with our own input and output, and hands it the signals that we get. In a process group of its own:
 * a Ctrl-C would otherwise reach it twice, which Pulumi takes for "at once" and leaves the stack locked.
 *
 * @param env all its environment variables.
 * @returns its exit code; of a command that a signal ended, 128 and the signal's number, as shells have it.
 * @throws RemedyError when it cannot be started.
 */
export function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, stdio: "inherit", detached: true });
    const hand = (signal: NodeJS.Signals) => void child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, hand);
    const letGo = () => {
      for (const signal of SIGNALS) process.off(signal, hand);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      letGo();
      fail(
        new RemedyError({
          code: "command-not-started",
          subject: command,
          cause: `cannot be started (${error.code ?? error.name})`,
          remedy: "install it, or check PATH",
        }),
      );
    });
    child.on("close", (code, signal) => {
      letGo();
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
