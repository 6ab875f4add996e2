import type { ResolvedCatalog } from "../catalog/entry";
import type { GitHubCall } from "../clients/github-call";
import type { GitHub } from "../clients/github-secrets";
import type { Http } from "../clients/http";
import type { PulumiCall } from "../clients/pulumi-call";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import type { Project } from "./project";
import type { Pulumi } from "./pulumi-cli";

/** What an operation takes from outside where no project stands yet. */
export interface FolderContext {
  /** Where the project is, or will be. */
  dir: string;
  /** Any organization of GitHub. @throws RemedyError when there is no token. */
  githubOf(organization: string): { call: GitHubCall; secrets: GitHub };
  /** @throws RemedyError when it cannot be read. */
  readFile(path: string): Buffer;
  now(): Date;
  /** Environment variables of the process. */
  env: Readonly<Record<string, string | undefined>>;
}

/** All that an operation takes from outside. It has no terminal: an operation returns data, and a command shows it. */
export interface Context extends Omit<FolderContext, "dir"> {
  project: Project;
  catalog: ResolvedCatalog;
  /** @throws RemedyError when there is no token. */
  github(): GitHub;
  /** Undefined when there is no token for it. @throws RemedyError when PULUMI_ACCESS_TOKEN holds none. */
  cloud(): PulumiCloud | undefined;
  /** For requests of other kinds than GitHub's secrets. @throws RemedyError when there is no token. */
  githubCall(): GitHubCall;
  /** The same of Pulumi Cloud. @throws RemedyError when there is no token. */
  cloudCall(): PulumiCall;
  /** The same for an operation that joins several views: no GET is sent twice, so nothing it wrote would be seen. */
  readingOnce(): Context;
  /** The same for what must be the newest, also where `readingOnce` remembers an answer. */
  readingAgain(): Context;
  pulumi: Pulumi;
  http: Http;
  /** For vendors: it gives up sooner, and its answers set no clock. */
  vendorHttp: Http;
}

/** What long work calls to say how far it is, one line at a time. */
export type Report = (line: string) => void;

/** @throws RemedyError when there is no token for Pulumi Cloud: why, as far as it is known. */
export function requireCloud(context: Context): PulumiCloud {
  const cloud = context.cloud();
  if (cloud !== undefined) return cloud;
  context.cloudCall(); // says why there is none
  return refuseWithoutPulumiToken();
}

/** @throws RemedyError always. */
export function refuseWithoutPulumiToken(): never {
  const reason = "is not set, and pulumi login keeps no token for this address";
  throw new RemedyError({
    code: "pulumi-token-missing",
    subject: "PULUMI_ACCESS_TOKEN",
    cause: reason,
    remedy: "pulumi login, or export PULUMI_ACCESS_TOKEN=...",
  });
}
