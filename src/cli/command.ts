import type { Catalog } from "../../secrets/entry";
import type { GitHub } from "../clients/github";
import type { GitHubCall } from "../clients/github-call";
import type { Http } from "../clients/http";
import type { PulumiCall } from "../clients/pulumi-call";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import type { Project } from "./project";
import type { Pulumi } from "./pulumi";
import type { Terminal } from "./terminal";

/** All that commands take from outside. Only main.ts makes real ones. */
export interface Doors {
  project: Project;
  catalog: Catalog;
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
  terminal: Terminal;
  /** @throws RemedyError when it cannot be read. */
  readFile(path: string): Buffer;
  now(): Date;
  /** Environment variables of the process. */
  env: Readonly<Record<string, string | undefined>>;
}

/** What a person typed after the command's name. */
export interface Typed {
  names: readonly string[];
  has(option: string): boolean;
  text(option: string): string | undefined;
}

/** 0: done, or nothing to say. 1: refused, failed, or findings. (2, wrong usage, is the frame's.) */
export type ExitCode = 0 | 1;

/**
 * One command. To add one: a file in commands/ that exports such a spec, and a line in program.ts.
 */
export interface CommandSpec {
  name: string;
  /** One line, for the list of commands. */
  description: string;
  /** What the one line leaves out: what it writes, what it refuses. Lines of at most 100 characters. */
  details: readonly string[];
  /** Positional arguments in commander's notation, and what they are. */
  names?: readonly [notation: string, description: string];
  /** Options in commander's notation; required ones first. */
  required?: readonly (readonly [flags: string, description: string])[];
  options: readonly (readonly [flags: string, description: string])[];
  examples: readonly string[];
  run(doors: Doors, typed: Typed): Promise<ExitCode>;
}

/** The command was called wrongly: exit code 2. */
export class UsageError extends RemedyError {}
