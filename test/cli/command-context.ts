import { runProgram } from "../../src/cli/program";
import { createGitHubCall } from "../../src/clients/github-call";
import { createGitHub } from "../../src/clients/github-secrets";
import { createHttp } from "../../src/clients/http";
import { createOnceHttp } from "../../src/clients/once-http";
import { createPulumiCall } from "../../src/clients/pulumi-call";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import { RemedyError } from "../../src/errors";
import { type Context, refuseWithoutPulumiToken } from "../../src/operations/context";
import type { Project } from "../../src/operations/project";
import { Secret } from "../../src/secret";
import { TOKENS } from "../pulumi-cloud/cloud-fixture";
import { heardTerminal, type Spoken } from "./heard-terminal";
import { AT_CLOUD, CATALOG } from "./small-organization";

/** A server of the sandbox, and the token to come with: an administrator's when left out; null is none. */
interface Served {
  url: string;
  token?: string | null | undefined;
}

/** What a test's context has of its own. */
interface Own extends Omit<Partial<Context>, "project"> {
  project?: Partial<Project>;
  /** Texts of the files that can be read, by path. */
  files?: Record<string, string>;
}

/** Who sits at the terminal. */
export interface Person {
  /** Answers a question, unseen; undefined where nobody can be asked. */
  answer?: ((question: string) => Promise<Secret>) | undefined;
  stdin?: string | Uint8Array;
  /** Characters that a line of the terminal holds; undefined where stdout is not a terminal. */
  width?: number | undefined;
  /** Whether the terminal shows symbols. */
  symbols?: boolean;
}

/** What a command said, and its exit code. */
export interface Heard extends Spoken {
  code: number;
}

/**
 * A command's clients of servers of the sandbox, for the small organization. A server that is left out has no token; the
 * terminal comes with the run.
 */
export function commandContext(
  { github, cloud }: { github?: Served; cloud?: Served },
  { project: change = {}, files = {}, ...own }: Own = {},
): Context {
  const stack = { name: "sophia-secrets", stack: "production", settings: AT_CLOUD };
  const project = { dir: "/nowhere", ...stack, ...change };
  const { githubOrganization, pulumiOrganization } = project.settings;
  const http = own.http ?? createHttp({ waitMs: 1, tries: 2, patienceMs: 100 });
  const at = (served: Served | undefined, organization: string, token: string) =>
    served && served.token !== null
      ? { url: served.url, organization, token: new Secret(served.token ?? token), http }
      : undefined;
  const atGitHub = (organization = githubOrganization) =>
    at(github, organization, "owner-token") ?? refuse("GITHUB_TOKEN", "is not set", "export it");
  const atCloud = at(cloud, pulumiOrganization, TOKENS.admin);
  const self: Context = {
    project,
    catalog: CATALOG,
    http,
    vendorHttp: async () => refuse("a vendor", "nobody answers here", "give the context one"),
    githubOf: (organization) => ({
      call: createGitHubCall(atGitHub(organization)),
      secrets: createGitHub(atGitHub(organization)),
    }),
    github: () => createGitHub(atGitHub()),
    githubCall: () => createGitHubCall(atGitHub()),
    cloud: () => atCloud && createPulumiCloud(atCloud),
    cloudCall: () => createPulumiCall(atCloud ?? refuseWithoutPulumiToken()),
    readingOnce: () =>
      commandContext(
        { ...(github === undefined ? {} : { github }), ...(cloud === undefined ? {} : { cloud }) },
        { project: change, files, ...own, http: createOnceHttp(http), readingAgain: () => self },
      ),
    readingAgain: () => self,
    pulumi: { run: async () => refuse("pulumi", "nobody runs it here", "give the context one") },
    now: () => new Date(),
    env: {},
    readFile: (path) =>
      Buffer.from(files[path] ?? refuse(path, "it cannot be read (ENOENT)", "check its name")),
    ...own,
  };
  return self;
}

/** Runs a command line: its words, or one text. Values in tests hold `canary`, and no command may show one. */
export async function runCommand(
  command: string | readonly string[],
  context: Context,
  { answer, stdin = "", width, symbols = false }: Person = {},
): Promise<Heard> {
  const heard: Spoken = { stdout: "", stderr: "" };
  const terminal = heardTerminal(heard);
  const askHidden = async (question: string) => {
    terminal.say(`${question}:`);
    return answer?.(question) ?? refuse(question, "nobody is there", "give the command a person");
  };
  const ask = async (question: string) => (await askHidden(question)).unwrap();
  // What the terminal reads is the test's, not what stands on the stdin of whoever runs it.
  const readStdin = async () => Buffer.from(stdin);
  Object.assign(terminal, { canAsk: answer !== undefined, ask, askHidden, readStdin, width, symbols });
  const argv = typeof command === "string" ? command.split(" ").filter((word) => word !== "") : command;
  const openFolder = async () => ({ ...context, dir: context.project.dir });
  const code = await runProgram(argv, async () => ({ ...context, terminal }), openFolder, terminal);
  if (/canary/.test(heard.stdout + heard.stderr)) throw new Error("it shows a value");
  return { ...heard, code };
}

function refuse(thing: string, reason: string, remedy: string): never {
  throw new RemedyError({ code: "?", subject: thing, cause: reason, remedy });
}
