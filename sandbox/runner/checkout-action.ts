import { mkdirSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fullName } from "./job-facts";
import type { JobSession } from "./job-session";
import type { Values } from "./run-request";
import type { StepSignals } from "./script-step";
import { runProcess } from "./step-process";

/** Inputs that change nothing on a machine that holds the whole repository. */
const WITHOUT_EFFECT = [
  "clean",
  "fetch-depth",
  "fetch-tags",
  "filter",
  "persist-credentials",
  "set-safe-directory",
  "show-progress",
  "token",
];

const COMMIT = /^[0-9a-f]{40}$/;

/**
 * What `actions/checkout` does, from the bare repository on this machine: the event's commit, or `ref`, into
 * the workspace or `path`. It never writes the token into `.git/config`, whatever `persist-credentials` says:
 * the runner keeps secrets off the disk, and there is no git server here to present it to.
 *
 * @returns the action's outputs: ref and commit.
 * @throws on inputs it cannot honour, on a path outside the workspace, and when git fails.
 */
export async function checkout(
  session: JobSession,
  inputs: Values,
  onLine: (line: string) => void,
  signals: StepSignals,
): Promise<Values> {
  const { facts, folder } = session;
  refuseUnknown(inputs, fullName(facts));
  const target = targetFolder(folder.workspace, inputs.path ?? "");
  mkdirSync(target, { recursive: true });
  const git = async (...args: string[]) => {
    const code = await runProcess({
      command: "git",
      args,
      folder: target,
      environment: gitEnvironment(folder.home),
      onLine,
      ...signals,
    });
    if (code !== 0) throw new Error(`git ${args[0]} failed with exit code ${code}`);
  };
  const url = `${facts.host.serverUrl}/${fullName(facts)}`;
  await git("init", "--quiet", "--initial-branch=checkout");
  await git("config", "remote.origin.url", url);
  await git(
    "fetch",
    "--quiet",
    "--no-tags",
    facts.host.repository.gitDir,
    "+refs/heads/*:refs/remotes/origin/*",
  );
  const wanted = inputs.ref ?? "";
  const commits = [facts.event.sha, ...(COMMIT.test(wanted) ? [wanted] : [])];
  await git("fetch", "--quiet", facts.host.repository.gitDir, "+refs/tags/*:refs/tags/*", ...commits);
  for (const args of checkoutCommands(wanted, facts.event)) await git(...args);
  let commit = "";
  await runProcess({
    command: "git",
    args: ["rev-parse", "HEAD"],
    folder: target,
    environment: gitEnvironment(folder.home),
    onLine: (line) => {
      commit = line;
    },
    ...signals,
  });
  return { ref: wanted === "" ? facts.event.ref : wanted, commit };
}

/** A branch is checked out as a branch, as the action does; a tag or commit detached. */
function checkoutCommands(wanted: string, event: { ref: string; sha: string }): string[][] {
  const branch = (name: string, at: string) => ["checkout", "--quiet", "--force", "-B", name, at];
  const detached = (at: string) => ["checkout", "--quiet", "--force", "--detach", at];
  if (wanted === "" && event.ref.startsWith("refs/heads/")) {
    return [branch(event.ref.slice("refs/heads/".length), event.sha)];
  }
  if (wanted === "") return [detached(event.sha)];
  if (COMMIT.test(wanted)) return [detached(wanted)];
  if (wanted.startsWith("refs/tags/")) return [detached(wanted)];
  const name = wanted.replace(/^refs\/heads\//, "");
  return [branch(name, `refs/remotes/origin/${name}`)];
}

function refuseUnknown(inputs: Values, repository: string): void {
  for (const [name, value] of Object.entries(inputs)) {
    if (WITHOUT_EFFECT.includes(name) || name === "ref" || name === "path" || value === "") continue;
    if (name === "repository" && value.toLowerCase() === repository.toLowerCase()) continue;
    if (["lfs", "submodules", "sparse-checkout-cone-mode"].includes(name) && value === "false") continue;
    throw new Error(`The sandbox's checkout does not carry out '${name}: ${value}'. Remedy: leave it out`);
  }
}

function targetFolder(workspace: string, path: string): string {
  const target = resolve(workspace, path);
  if (relative(workspace, target).startsWith("..")) {
    throw new Error(`Repository path '${target}' is not under '${workspace}'`);
  }
  return target;
}

/** Nothing of this machine's own git settings; any commit of the bare repository may be fetched. */
function gitEnvironment(home: string): Values {
  const settings = [
    ["safe.directory", "*"],
    ["uploadpack.allowAnySHA1InWant", "true"],
    ["advice.detachedHead", "false"],
    ["core.hooksPath", "/dev/null"],
    ["gc.auto", "0"],
  ];
  const numbered = settings.flatMap(([key = "", value = ""], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: String(settings.length),
    ...(Object.fromEntries(numbered) as Values),
  };
}
