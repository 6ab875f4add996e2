import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createFailFastHttp } from "../clients/fail-fast";
import { createGitHubCall, gitHubAddress } from "../clients/github-call";
import { createGitHub } from "../clients/github-secrets";
import { createHttp, type Http } from "../clients/http";
import { withKnownOrganization } from "../clients/known-organization";
import { createOnceHttp } from "../clients/once-http";
import { createPulumiCall } from "../clients/pulumi-call";
import { createPulumiCloud } from "../clients/pulumi-cloud";
import { type FoundToken, lookForPulumiToken, pulumiAddress } from "../clients/pulumi-login";
import { RemedyError } from "../errors";
import { withCheckedClock } from "../ledger/service-clock";
import type { Context, FolderContext } from "../operations/context";
import { loadCatalog, readProject } from "../operations/project";
import { createPulumi } from "../operations/pulumi-cli";
import { Secret } from "../secret";

/** A process as operations see it. */
interface Surroundings {
  cwd(): string;
  env: NodeJS.ProcessEnv;
  /** Told of what takes time, one line at a time. */
  progress(line: string): void;
}

/**
 * The context of a real run: the project in this folder, its catalog, and clients that ask for a token when they are used.
 *
 * @param stack undefined: the stack that owns the organization's secrets.
 * @throws RemedyError when the folder is not a project, or its config or catalog has problems.
 */
export function openContext(stack: string | undefined, { cwd, env, progress }: Surroundings): Context {
  const project = readProject(cwd(), stack);
  const now = () => new Date();
  const http = withCheckedClock(createFailFastHttp(createHttp({ env, onWait: progress })), now);
  const vendorHttp = createHttp({ env, onWait: progress, ...VENDOR_LIMITS });
  return contextOver(http, { project, catalog: loadCatalog(project), now, env, vendorHttp });
}

/** @param newest sends what must not be answered from before; the same unless reads are remembered. */
function contextOver(
  http: Http,
  own: Pick<Context, "project" | "catalog" | "now" | "env" | "vendorHttp">,
  newest: Http = http,
): Context {
  const { project, env } = own;
  const { settings } = project;
  const atGitHub = (organization = settings.githubOrganization) => ({
    url: gitHubAddress(settings.githubApiUrl, env),
    organization,
    token: gitHubToken(env.GITHUB_TOKEN),
    http,
  });
  const pulumiUrl = () => pulumiAddress(settings.pulumiApiUrl, env);
  const lookForToken = () => lookForPulumiToken(pulumiUrl(), env);
  let known: Http | undefined;
  const atPulumi = ({ token, name }: FoundToken) => {
    const at = { url: pulumiUrl(), organization: settings.pulumiOrganization, token, tokenName: name };
    known ??= withKnownOrganization(http, at);
    return { ...at, http: known };
  };
  return {
    ...own,
    http,
    readFile,
    pulumi: createPulumi(project.dir, project.stack, env),
    readingOnce: () => contextOver(createOnceHttp(http), own, newest),
    readingAgain: () => contextOver(newest, own),
    githubOf: (organization) => clientsOf(atGitHub(organization)),
    github: () => createGitHub(atGitHub()),
    githubCall: () => createGitHubCall(atGitHub()),
    cloud: () => {
      const found = lookForToken();
      if ("token" in found) return createPulumiCloud(atPulumi(found));
      if (found.code === "pulumi-token-invalid") throw new RemedyError(found);
      return undefined;
    },
    cloudCall: () => {
      const found = lookForToken();
      if ("token" in found) return createPulumiCall(atPulumi(found));
      throw new RemedyError(found);
    },
  };
}

/** A list of all models has a hundred KB; a vendor that is down must not hold up the others. */
const VENDOR_LIMITS = {
  tries: 2,
  timeoutMs: 10_000,
  requestMs: 20_000,
  patienceMs: 5_000,
  answerBytes: 4 * 1024 * 1024,
};

/** The context where no project stands yet: this folder, and GitHub at the address of the environment. */
export function openFolder({ cwd, env, progress }: Surroundings): FolderContext {
  const now = () => new Date();
  const http = withCheckedClock(createFailFastHttp(createHttp({ env, onWait: progress })), now);
  return {
    dir: cwd(),
    readFile,
    now,
    env,
    githubOf: (organization) =>
      clientsOf({
        url: gitHubAddress(undefined, env),
        organization,
        token: gitHubToken(env.GITHUB_TOKEN),
        http,
      }),
  };
}

function clientsOf(at: Parameters<typeof createGitHub>[0]) {
  return { call: createGitHubCall(at), secrets: createGitHub(at) };
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

/** Largest file that commands read: 1,000 secrets of 48 KB, GitHub's limits for an organization, plus space for names. */
const LARGEST_FILE = 64 * 1024 * 1024;

/**
 * A whole file, or what comes through a pipe. Links are followed.
 *
 * @throws RemedyError when it cannot be read, is a folder, or is larger than 64 MiB.
 */
export function readFile(path: string): Buffer {
  try {
    const file = openSync(path, "r");
    try {
      return readAll(file, path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof RemedyError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError({
      code: "file-unreadable",
      subject: path,
      cause: `cannot be read (${code})`,
      remedy: "check its name and its permissions",
    });
  }
}

function readAll(file: number, path: string): Buffer {
  const refused = (code: string, cause: string) =>
    new RemedyError({ code, subject: path, cause, remedy: "name the file that was meant" });
  const { size } = fstatSync(file);
  if (fstatSync(file).isDirectory()) throw refused("file-is-folder", "is a folder");
  const tooLarge = refused("file-too-large", `is larger than ${LARGEST_FILE / 1024 / 1024} MiB`);
  // Before a byte is read: a file of gigabytes would fill the memory.
  if (size > LARGEST_FILE) throw tooLarge;
  const chunks: Buffer[] = [];
  for (let read = 0; ; ) {
    const chunk = Buffer.alloc(65_536);
    const count = readSync(file, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    read += count;
    if (read > LARGEST_FILE) throw tooLarge;
  }
}
