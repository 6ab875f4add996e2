import type { ResolvedCatalog } from "../catalog/entry";
import type { GitHubCall } from "../clients/github-call";
import type { GitHub } from "../clients/github-secrets";
import type { Http } from "../clients/http";
import type { PulumiCall } from "../clients/pulumi-call";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import type { Project } from "./project";
import type { Pulumi } from "./pulumi-cli";

/**
 * Where a command speaks, and hears values. Each line stays one line, and shows what it holds: names are other people's,
 * and a terminal acts on control characters, a CI log on workflow commands.
 */
export interface Terminal {
  /** A line of the result, to stdout. */
  print(line: string): void;
  /** A line for the person who waits, to stderr. */
  say(line: string): void;
  /** How far it is, to stderr: in one line on a terminal, a line each elsewhere. */
  progress(line: string): void;
  /** Has GitHub's runner hide a value from here on. On stderr: stdout is the command's, and may go to a file. */
  mask(value: Secret): void;
  /** Characters a line of stdout may have; undefined where it is no terminal. */
  width?: number | undefined;
  /** Whether a person can be asked. */
  canAsk: boolean;
  /** Asks for a value that is not shown. @throws RemedyError when it is cancelled or of several lines. */
  askHidden(question: string): Promise<Secret>;
  /** All of stdin. */
  readStdin(): Promise<Buffer>;
}

/** All that an operation takes from outside. It has no terminal: an operation returns data, and a command shows it. */
export interface Context {
  project: Project;
  catalog: ResolvedCatalog;
  /** @throws RemedyError when there is no token. */
  github(): GitHub;
  /** Undefined when there is no token for it. */
  cloud(): PulumiCloud | undefined;
  /** For requests of other kinds than GitHub's secrets. @throws RemedyError when there is no token. */
  githubCall(): GitHubCall;
  /** The same of Pulumi Cloud. @throws RemedyError when there is no token. */
  cloudCall(): PulumiCall;
  pulumi: Pulumi;
  http: Http;
  /** @throws RemedyError when it cannot be read. */
  readFile(path: string): Buffer;
  now(): Date;
  /** Environment variables of the process. */
  env: Readonly<Record<string, string | undefined>>;
}

/** What long work calls to say how far it is, one line at a time. */
export type Report = (line: string) => void;

/** For the operations that still print and ask. Goes when the last of them returns data. */
export interface PrintingContext extends Context {
  terminal: Terminal;
}

/** @throws RemedyError when there is no token for Pulumi Cloud. */
export function requireCloud(context: Context): PulumiCloud {
  return context.cloud() ?? refuseWithoutPulumiToken();
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
