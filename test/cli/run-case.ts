import type { Octokit } from "@octokit/rest";
import type { Fault } from "../../sandbox/core/faults";
import { readFile } from "../../src/cli/open-context";
import type { HttpAnswer } from "../../src/clients/http";
import type { PulumiCloud } from "../../src/clients/pulumi-cloud";
import { RemedyError } from "../../src/errors";
import type { Context } from "../../src/operations/context";
import { Secret } from "../../src/secret";
import { type StartedGitHub, seal, startGitHub } from "../github/started-github";
import { type CaseFolder, makeFolder } from "./case-folder";
import { commandContext, type Heard, type Person, runCommand } from "./command-context";
import type { GoldenCase, Outcome } from "./golden-case";
import { ORGANIZATIONS } from "./organizations";
import { SEED, SETTINGS } from "./small-organization";

const ORG = SETTINGS.githubOrganization;
const BEFORE = "what-was-there";
/** GraphQL takes its queries by POST; no command sends a mutation. */
const READ = /^GET |^POST \S*\/graphql$|\.git\/git-upload-pack$/;

/** A GitHub as a case has it, and commands that run against it, one after the other. */
export interface World {
  github: StartedGitHub;
  /** Runs a command line. `requests` are all that it asked of GitHub, as `METHOD path`. */
  run(
    command: string,
    more?: Partial<Context> & { dir?: string },
    person?: Person,
  ): Promise<Heard & { requests: string[]; writes: string[] }>;
  close(): Promise<void>;
}

/** Starts it, with the case's faults not yet there. */
export async function startWorld(golden: GoldenCase): Promise<World> {
  const github = await startGitHub({ seed: SEED });
  await arrange(github.octokit("arranging-token"), golden);
  const context = contextOf(golden, github.url);
  const asked = personOf(golden);
  const run: World["run"] = async (command, { dir, ...more } = {}, person = asked) => {
    const project = dir === undefined ? context.project : { ...context.project, dir };
    await github.fetch("/_sandbox/requests", { method: "DELETE" });
    const heard = await runCommand(command, { ...context, project, ...more }, person);
    const requests = (await (await github.fetch("/_sandbox/requests")).json()) as string[];
    return { ...heard, requests, writes: requests.filter((request) => !READ.test(request)) };
  };
  return { github, run, close: github.close };
}

/** Runs one case against a GitHub of its own. */
export async function runCase(golden: GoldenCase): Promise<Outcome> {
  const { github, run, close } = await startWorld(golden);
  const folder = golden.folder === undefined ? undefined : makeFolder(golden.folder, golden.git);
  try {
    for (const fault of golden.faults) github.faults.add(fault as Fault);
    const { requests: _, stdout, stderr, ...outcome } = await runIn(folder, golden.command, run);
    github.faults.clear();
    const plain = (said: string) => said.replaceAll(github.url, "{github}");
    return {
      ...outcome,
      stdout: plain(stdout),
      stderr: plain(stderr),
      github: await whatIsThere(github, golden),
    };
  } finally {
    folder?.remove();
    await close();
  }
}

/** Runs a command line whose {dir} is the case's folder, and takes that folder's name out of what it says. */
async function runIn(folder: CaseFolder | undefined, command: string, run: World["run"]) {
  if (folder === undefined) return run(command);
  const { stdout, stderr, ...outcome } = await run(command.replaceAll("{dir}", folder.path), {
    readFile,
    dir: folder.path,
  });
  const plain = (said: string) => said.replaceAll(folder.path, "{dir}");
  return { ...outcome, stdout: plain(stdout), stderr: plain(stderr), folder: folder.files() };
}

async function arrange(octokit: Octokit, { github }: GoldenCase): Promise<void> {
  const { actions, repos } = octokit.rest;
  const idOf = async (repo: string) => (await repos.get({ owner: ORG, repo })).data.id;
  const { key, key_id } = (await actions.getOrgPublicKey({ org: ORG })).data;
  const value = { key_id, encrypted_value: await seal(key, BEFORE) };
  for (const [secret_name, { visibility, repositories }] of Object.entries(github.secrets)) {
    const ids = visibility === "selected" ? await Promise.all(repositories.map(idOf)) : [];
    const list = visibility === "selected" ? { selected_repository_ids: ids } : {};
    await actions.createOrUpdateOrgSecret({ org: ORG, secret_name, visibility, ...list, ...value });
  }
  for (const [repo, names] of Object.entries(github.repositorySecrets)) {
    for (const secret_name of names)
      await actions.createOrUpdateRepoSecret({ owner: ORG, repo, secret_name, ...value });
  }
  for (const [repo, files] of Object.entries(github.files)) {
    for (const [path, text] of Object.entries(files)) {
      const content = Buffer.from(text).toString("base64");
      await repos.createOrUpdateFileContents({ owner: ORG, repo, path, message: path, content });
    }
  }
  for (const [repo, environments] of Object.entries(github.environmentSecrets)) {
    for (const [environment_name, names] of Object.entries(environments)) {
      const place = { owner: ORG, repo, environment_name };
      await repos.createOrUpdateEnvironment(place);
      for (const secret_name of names)
        await actions.createOrUpdateEnvironmentSecret({ ...place, secret_name, ...value });
    }
  }
}

/** Who reads the secrets that are there afterwards, and whether their value is another. */
export async function whatIsThere(
  github: StartedGitHub,
  golden: GoldenCase,
): Promise<Record<string, string>> {
  const { actions } = github.octokit().rest;
  const { data } = await actions.listOrgSecrets({ org: ORG });
  const pairs = await Promise.all(
    data.secrets.map(async ({ name, visibility }) => {
      const place = { org: ORG, secret_name: name };
      const list =
        visibility === "selected"
          ? (await actions.listSelectedReposForOrgSecret(place)).data.repositories
          : [];
      const readers = [visibility, ...list.map((each) => each.name)].join(" ");
      const values = SEED.organizations[0]?.repositories.map(
        (each) => github.service.hostOf(`${ORG}/${each.name}`).organizationSecrets()[name],
      );
      const value = values?.find((each) => each !== undefined);
      const was = golden.github.secrets[name] !== undefined;
      const told = value === BEFORE ? (was ? "as before" : "") : `now ${JSON.stringify(value)}`;
      return [name, `${readers}, ${told}`] as const;
    }),
  );
  return Object.fromEntries(pairs);
}

function personOf({ typed, stdin = "", stdinBase64 }: GoldenCase): Person {
  const answers = typed === undefined ? undefined : [typed].flat();
  return {
    answer: answers && (async () => new Secret((answers.length > 1 ? answers.shift() : answers[0]) ?? "")),
    stdin: stdinBase64 === undefined ? stdin : Buffer.from(stdinBase64, "base64"),
  };
}

function contextOf(golden: GoldenCase, url: string): Context {
  const { catalog, settings } = ORGANIZATIONS[golden.organization];
  const { token, stack, env, files } = golden;
  return commandContext(
    { github: { url, token } },
    {
      project: { stack, settings },
      catalog,
      cloud: () => cloudOf(golden),
      vendorHttp: async ({ url }) => answerOf(golden, url),
      pulumi: { run: async (args) => stateOf(golden, args) },
      now: () => new Date("2026-08-01T10:00:00Z"),
      env,
      files,
    },
  );
}

/** @throws as the client does where nobody answers. */
function answerOf({ vendors }: GoldenCase, url: string): HttpAnswer {
  const { host, pathname } = new URL(url);
  const answer = vendors[`${host}${pathname}`];
  if (answer !== undefined) return { status: answer.status, headers: {}, text: answer.body };
  throw new RemedyError({ code: "no-answer", subject: host, cause: "no answer in time", remedy: "wait" });
}

function stateOf(golden: GoldenCase, args: readonly string[]): string {
  if (args.join(" ") !== "stack export") throw new Error(`nothing here runs pulumi ${args.join(" ")}`);
  const types = ["ActionsOrganizationSecret", "ActionsOrganizationSecretRepositories"].map(
    (name) => `github:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`,
  );
  const environmentSecret = "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret";
  const resources = golden.state.flatMap((path) => {
    const [secretName, environment, repository] = path.split("/").reverse();
    if (environment === undefined) return types.map((type) => ({ type, inputs: { secretName } }));
    return [{ type: environmentSecret, inputs: { secretName, environment, repository } }];
  });
  return JSON.stringify({ deployment: { resources } });
}

/** Ledgers as the sync writes them; no cloud where the case has none. */
function cloudOf({ ledger, opened }: GoldenCase): PulumiCloud | undefined {
  if (ledger === undefined && opened === undefined) return undefined;
  const open = async (path: string) => {
    const environment = Object.keys(opened ?? {}).find((name) => path === `default/app-${name}`);
    if (environment === undefined)
      throw new RemedyError({ code: "?", subject: path, cause: "you may not open it", remedy: "ask for it" });
    return { properties: { app: { value: documentOf(opened?.[environment] ?? {}) } } };
  };
  const read = async (path: string) => {
    const environment = Object.keys(ledger ?? {}).find((name) => path === `default/app-${name}-ledger`);
    if (environment === undefined)
      throw new RemedyError({ code: "?", subject: path, cause: "there is none", remedy: "none" });
    const entry = { fingerprint: "f", source: "s", changed: "c", run: "1", commit: "c" };
    const secrets = Object.fromEntries(
      Object.entries(ledger?.[environment] ?? {}).map(([name, synced]) => [name, { ...entry, synced }]),
    );
    return { text: JSON.stringify({ values: { ledger: { secrets } } }), etag: "e", revision: 1 };
  };
  return { read, open } as unknown as PulumiCloud;
}

/** ESC's evaluated document of values by their paths. */
function documentOf(values: Readonly<Record<string, string>>): object {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const steps = path.split(".");
    let at = root;
    for (const step of steps.slice(0, -1)) {
      const below = (at[step] ?? { value: {} }) as { value: Record<string, unknown> };
      at[step] = below;
      at = below.value;
    }
    at[steps.at(-1) ?? ""] = { value };
  }
  return root;
}
