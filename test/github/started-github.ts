import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import sodium from "libsodium-wrappers";
import { AuditLog } from "../../sandbox/core/audit";
import { type Running, serveService } from "../../sandbox/core/serve";
import type { GitHubSeed } from "../../sandbox/github/github-seed";
import { createGitHubService, type GitHubOptions } from "../../sandbox/github/github-service";
import { watched } from "../contracts/contract";
import { gitHubContract } from "../contracts/github-contract";

export const ORG = "ai-cherry";

export const WORKFLOW =
  "name: Sync\non:\n  workflow_dispatch:\njobs:\n  sync:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo sync\n";

/** One organization with everything the tests ask of it; the login says what its token may. */
export const SEED: GitHubSeed = {
  organizations: [
    {
      login: ORG,
      plan: "enterprise",
      members: [
        { login: "owner", role: "admin" },
        { login: "writer", role: "member" },
        { login: "member", role: "member" },
      ],
      repositories: [
        {
          name: "carrier",
          private: true,
          collaborators: { writer: "write" },
          files: { "README.md": "# carrier\n", ".github/workflows/sync.yml": WORKFLOW },
          variables: { region: "eu" },
        },
        { name: "other", private: true, createdAt: "2025-01-01T00:00:00Z" },
        { name: "site", private: false },
      ],
      variables: { stage: "test" },
    },
    {
      login: "small",
      plan: "free",
      members: [{ login: "owner", role: "admin" }],
      repositories: [{ name: "app", private: true }],
    },
  ],
  tokens: [
    { token: "owner-token", login: "owner", scopes: ["admin:org", "repo", "workflow", "delete_repo"] },
    { token: "owner-without-org", login: "owner", scopes: ["repo"] },
    { token: "writer-token", login: "writer", scopes: ["repo", "admin:org"] },
    { token: "member-token", login: "member", scopes: ["repo", "read:org"] },
    { token: "outsider-token", login: "outsider", scopes: ["admin:org", "repo"] },
    { token: "expired-token", login: "owner", scopes: ["admin:org"], expiresAt: "2026-01-01T00:00:00Z" },
  ],
};

/** A clock that stands still until it is moved. */
export class Clock {
  constructor(private at = Date.parse("2026-08-01T10:00:00Z")) {}
  readonly now = () => new Date(this.at);
  forward(seconds: number): void {
    this.at += seconds * 1000;
  }
}

export interface StartedGitHub extends Running {
  audit: AuditLog;
  clock: Clock;
  service: ReturnType<typeof createGitHubService>;
  /** Routes that answered without an error. */
  answered: ReadonlySet<string>;
  /** @throws Error when an answer was not as GitHub describes it. */
  close(): Promise<void>;
  /** @param prefix where the API is served: `""` or `/api/v3`. */
  octokit(token?: string, prefix?: string): Octokit;
  fetch(path: string, init?: RequestInit & { token?: string }): Promise<Response>;
}

/** A served GitHub on a port of the system's choice. @param folder undefined: in memory. @param secure for TLS too. */
export async function startGitHub(
  options: Partial<GitHubOptions> = {},
  folder?: string,
  clock = new Clock(),
  secure?: Parameters<typeof serveService>[3],
): Promise<StartedGitHub> {
  const audit = new AuditLog(folder === undefined ? undefined : join(folder, "audit.jsonl"));
  const watch = watched(gitHubContract());
  const context = { folder, audit, observe: watch.observe };
  const service = createGitHubService(context, { seed: SEED, now: clock.now, ...options });
  const running = await serveService(service, context, 0, secure);
  const octokit = (token = "owner-token", prefix = "") =>
    new Octokit({ auth: token, baseUrl: running.url + prefix, log: silent });
  const call = (path: string, { token = "owner-token", ...init }: RequestInit & { token?: string } = {}) => {
    const headers = new Headers(init.headers);
    if (token !== "") headers.set("authorization", `Bearer ${token}`);
    return fetch(running.url + path, { redirect: "manual", ...init, headers });
  };
  const close = async () => {
    await running.close();
    watch.check();
  };
  return { ...running, audit, clock, service, octokit, fetch: call, answered: watch.answered, close };
}

const nothing = () => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Seals a value as every client of GitHub does. */
export async function seal(key: string, value: string | Uint8Array): Promise<string> {
  await sodium.ready;
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.from(sodium.crypto_box_seal(bytes, Buffer.from(key, "base64"))).toString("base64");
}

/** Sets an organization secret the way `gh` and the providers do: public key, seal, PUT. */
export async function putSecret(
  octokit: Octokit,
  name: string,
  value: string | Uint8Array,
  access: { visibility: "all" | "private" | "selected"; selected_repository_ids?: number[] } = {
    visibility: "all",
  },
): Promise<number> {
  const { data } = await octokit.rest.actions.getOrgPublicKey({ org: ORG });
  const answer = await octokit.rest.actions.createOrUpdateOrgSecret({
    org: ORG,
    secret_name: name,
    key_id: data.key_id,
    encrypted_value: await seal(data.key, value),
    ...access,
  });
  return answer.status;
}

/** The error that octokit throws, for looking at. Fails when nothing is thrown. */
export async function refusal(work: Promise<unknown>): Promise<{
  status: number;
  data: { message: string; errors?: unknown; documentation_url: string; status: string };
  headers: Record<string, string>;
}> {
  try {
    await work;
  } catch (error) {
    const { status, response } = error as { status: number; response: { data: never; headers: never } };
    return { status, data: response.data, headers: response.headers };
  }
  throw new Error("GitHub accepted what it should refuse");
}

/** Id of a repository of the seed. */
export async function repositoryId(octokit: Octokit, repo: string): Promise<number> {
  return (await octokit.rest.repos.get({ owner: ORG, repo })).data.id;
}

/** A folder that is gone after the work. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "github-test-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
