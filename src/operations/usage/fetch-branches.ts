import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { GitHubCall } from "../../clients/github-call";
import type { Checkout } from "./search-checkout";

type Env = Readonly<Record<string, string | undefined>>;

/** Minutes that one repository may take. */
const PATIENCE_MS = 10 * 60_000;

const run = promisify(execFile);

/**
 * Brings the newest commit of every branch of a repository onto this machine, for as long as something looks into it.
 * Through git itself, which has no rate limit as the API's trees and blobs have: 5,000 requests an hour are less than
 * 3,000 repositories take.
 *
 * @returns what `look` gives, or a few words on why git could not fetch: none of git's own, which may quote an address.
 */
export async function withBranches<Result>(
  call: GitHubCall,
  repository: string,
  env: Env,
  look: (checkout: Checkout) => Promise<Result>,
): Promise<{ found: Result } | { missed: string }> {
  const folder = mkdtempSync(join(tmpdir(), "sophia-secrets-unused-"));
  try {
    const missed = await fetchInto(folder, call, repository, env);
    return missed === undefined ? { found: await look({ repository, folder, isBare: true }) } : { missed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns why git could not fetch; undefined where it did. */
async function fetchInto(
  folder: string,
  call: GitHubCall,
  repository: string,
  env: Env,
): Promise<string | undefined> {
  try {
    const { url, header } = call.gitTransport(repository);
    const own = gitEnv(env, { [`http.${url}.extraHeader`]: header.unwrap() });
    const options = { env: own, timeout: PATIENCE_MS, maxBuffer: 1 << 24 };
    await run("git", ["init", "--quiet", "--bare", folder], options);
    const what = "+refs/heads/*:refs/heads/*";
    await run("git", ["-C", folder, "fetch", "--quiet", "--depth=1", "--no-tags", url, what], options);
    return undefined;
  } catch (error) {
    const { code, killed } = error as { code?: number | string; killed?: boolean };
    if (code === undefined && killed !== true) throw error;
    if (killed === true) return "git took too long";
    return code === "ENOENT" ? "git is not installed" : "git may not read it, or it is gone";
  }
}

/** The token stands in the environment: arguments are everybody's to see. Redirects could lead it elsewhere. */
function gitEnv(env: Env, config: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const all = Object.entries({ "http.followRedirects": "false", "credential.helper": "", ...config });
  const settings = all.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const clean = Object.entries(env).filter(([name]) => !name.startsWith("GIT_"));
  return Object.fromEntries([
    ...clean,
    ...settings,
    ["GIT_CONFIG_COUNT", String(all.length)],
    ["GIT_TERMINAL_PROMPT", "0"],
  ]);
}
