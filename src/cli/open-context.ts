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

/** A process as operations see it. */
interface Surroundings {
  cwd(): string;
  env: NodeJS.ProcessEnv;
}

/**
 * The context of a real run: the project in this folder, its catalog, and clients that ask for a token when they are used.
 *
 * @param stack undefined: the stack that owns the organization's secrets.
 * @throws RemedyError when the folder is no project, or its config or catalog has problems.
 */
export function openContext(stack: string | undefined, { cwd, env }: Surroundings): Context {
  const project = readProject(cwd(), stack);
  const http = createFailFastHttp(createHttp());
  const { settings } = project;
  const atGitHub = () => ({
    url: gitHubAddress(settings.githubApiUrl, env),
    organization: settings.githubOrganization,
    token: gitHubToken(env.GITHUB_TOKEN),
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

function gitHubToken(written = ""): Secret {
  const value = written.trim();
  if (value === "")
    throw new RemedyError({
      code: "github-token-missing",
      subject: "GITHUB_TOKEN",
      cause: "is not set",
      remedy: "export GITHUB_TOKEN=...",
    });
  if (/^[\x21-\x7e]+$/.test(value)) return new Secret(value);
  throw new RemedyError({
    code: "github-token-invalid",
    subject: "GITHUB_TOKEN",
    cause: "contains whitespace or non-ASCII characters",
    remedy: "export the token alone: export GITHUB_TOKEN=...",
  });
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError({
      code: "file-unreadable",
      subject: path,
      cause: `cannot be read (${code})`,
      remedy: "check its name and its permissions",
    });
  }
}
