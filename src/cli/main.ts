import { readFileSync } from "node:fs";
import { createFailFastHttp } from "../clients/fail-fast";
import { createGitHubCall, gitHubAddress } from "../clients/github-call";
import { createGitHub } from "../clients/github-secrets";
import { createHttp } from "../clients/http";
import { createPulumiCall } from "../clients/pulumi-call";
import { createPulumiCloud } from "../clients/pulumi-cloud";
import { findPulumiToken, pulumiAddress } from "../clients/pulumi-login";
import { RemedyError } from "../errors";
import { type Context, refuseWithoutPulumiToken } from "../operations/context";
import { loadCatalog, readProject } from "../operations/project";
import { createPulumi } from "../operations/pulumi-cli";
import { Secret } from "../secret";
import { EXIT } from "./command";
import { runProgram } from "./program";
import { createTerminal } from "./terminal";

const { env } = process;
const terminal = createTerminal(process, (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb");

async function openContext(stack: string | undefined): Promise<Context> {
  const project = readProject(process.cwd(), stack);
  const http = createFailFastHttp(createHttp());
  const { settings } = project;
  const atGitHub = () => ({
    url: gitHubAddress(settings.githubApiUrl, env),
    organization: settings.githubOrganization,
    token: gitHubToken(),
    http,
  });
  const pulumiUrl = () => pulumiAddress(settings.pulumiApiUrl, env);
  const atPulumi = (found: Secret) => ({
    url: pulumiUrl(),
    organization: settings.pulumiOrganization,
    token: found,
    http,
  });
  const pulumiToken = () => findPulumiToken(pulumiUrl(), env);
  return {
    project,
    catalog: loadCatalog(project),
    http,
    readFile,
    pulumi: createPulumi(project.dir, project.stack, env),
    now: () => new Date(),
    env,
    github: () => createGitHub(atGitHub()),
    githubCall: () => createGitHubCall(atGitHub()),
    cloud: () => {
      const found = pulumiToken();
      return found && createPulumiCloud(atPulumi(found));
    },
    cloudCall: () => createPulumiCall(atPulumi(pulumiToken() ?? refuseWithoutPulumiToken())),
  };
}

function gitHubToken(): Secret {
  const value = (env.GITHUB_TOKEN ?? "").trim();
  if (value === "")
    throw new RemedyError({
      code: "?",
      subject: "GITHUB_TOKEN",
      cause: "is not set",
      remedy: "export GITHUB_TOKEN=...",
    });
  if (/^[\x21-\x7e]+$/.test(value)) return new Secret(value);
  throw new RemedyError({
    code: "?",
    subject: "GITHUB_TOKEN",
    cause: "holds a blank, a line end or no ASCII",
    remedy: "export the token alone",
  });
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError({
      code: "?",
      subject: path,
      cause: `it cannot be read (${code})`,
      remedy: "check its name and who may read it",
    });
  }
}

// Whoever reads only the beginning (`| head`) has what they wanted; a full disk has not.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  terminal.say(
    `error: what was to be printed could not be written (${error.code}). Remedy: make room, then run again`,
  );
  process.exit(EXIT.failed);
});

runProgram(process.argv.slice(2), openContext, terminal).then((code) => {
  process.exitCode = code;
});
