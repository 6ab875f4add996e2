import type { Settings } from "../../../secrets/settings";
import { type ProgramJob, programTeam } from "../../../secrets/trust";
import { exchangeToken, idTokenDoor, requestIdToken, type TokenWish } from "../../clients/oidc";
import { PULUMI_CLOUD, pulumiAddress } from "../../clients/pulumi-address";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { runChild } from "../ci/run-child";
import type { CommandSpec, Doors, Typed } from "../command";

/** Seconds that the token lives: as long as the job may take (its timeout in .github/workflows), and no longer. */
export const TOKEN_SECONDS: Readonly<Record<ProgramJob, number>> = { preview: 1200, audit: 900, up: 3600 };

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
    "npx sophia-secrets run-as --stack staging preview -- pulumi preview",
    "npx sophia-secrets run-as audit -- npx sophia-secrets drift",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<number> {
  const [job = "", command, ...args] = typed.names;
  if (!isJob(job) || command === undefined) {
    throw new RemedyError(
      "run-as",
      isJob(job) ? "no command was given" : "the job is none of preview, audit and up",
      "npx sophia-secrets run-as --stack staging preview -- pulumi preview",
    );
  }
  const url = addressOf(doors);
  const token = await tokenFor(doors, job, url);
  const { stack, settings } = doors.project;
  const env = {
    ...doors.env,
    PULUMI_ACCESS_TOKEN: token.unwrap(),
    PULUMI_BACKEND_URL: url,
    // With its organization: a token of no person has no default one.
    PULUMI_STACK: `${settings.pulumiOrganization}/${stack}`,
  };
  return runChild(command, args, env);
}

function isJob(text: string): text is ProgramJob {
  return Object.hasOwn(TOKEN_SECONDS, text);
}

/**
 * Whoever gets the identity can trade it in for the token, so a stack's config alone does not say where it goes: the
 * workflow has to say the same.
 *
 * @throws RemedyError when it does not.
 */
function addressOf({ project, env }: Doors): string {
  const url = pulumiAddress(project.settings.pulumiApiUrl, env);
  if (url === PULUMI_CLOUD || url === pulumiAddress(undefined, env)) return url;
  throw new RemedyError(
    "config pulumiApiUrl",
    `is neither ${PULUMI_CLOUD} nor what this job's PULUMI_BACKEND_URL says, so it gets no identity of this job`,
    "where it is right, set PULUMI_BACKEND_URL to it in the workflow; otherwise look who changed it",
  );
}

async function tokenFor(doors: Doors, job: ProgramJob, url: string): Promise<Secret> {
  const { http, project, env } = doors;
  const { programRepository, pulumiOrganization: organization } = project.settings;
  if (programRepository === undefined) {
    throw new RemedyError(
      "config programRepository",
      "is not set, so Pulumi Cloud trusts no job of this repository",
      "set it in every Pulumi.<stack>.yaml to this repository's name, then pulumi up by hand, once",
    );
  }
  const idToken = await requestIdToken(idTokenDoor(env), `urn:pulumi:org:${organization}`, http);
  mask(doors, idToken);
  const wish = wishOf(project.settings, job);
  const token = await exchangeToken(
    { url, organization, idToken, expiration: TOKEN_SECONDS[job], ...wish },
    http,
  );
  mask(doors, token);
  return token;
}

function wishOf(settings: Settings, job: ProgramJob): TokenWish {
  return job === "up" ? { admin: true } : { team: programTeam(settings, job) };
}

/** Only ever told to a runner: to anything else it would be a leak. */
function mask({ env, terminal }: Doors, secret: Secret): void {
  if (env.GITHUB_ACTIONS === "true") terminal.mask(secret);
}
