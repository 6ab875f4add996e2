import { execFileSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { findRepository, permissionOn, requiresAuthentication } from "./access";
import { type Actor, authenticate } from "./actor";
import { type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound } from "./github-error";
import type { Repository } from "./github-state";

/**
 * Git's smart HTTP for reading (git's documentation, "gitprotocol-http"), as `git fetch` asks github.com: with any user
 * name and the token as the password. Git's own upload-pack answers.
 */
export function gitTransportRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get("/:owner/:folder{[^/]+\\.git}/info/refs", (c) => {
    if (c.req.query("service") !== "git-upload-pack") return c.text("Only reading is served here.\n", 403);
    return answer(c, "advertisement", () => {
      const service = "# service=git-upload-pack\n";
      const head = `${(service.length + 4).toString(16).padStart(4, "0")}${service}0000`;
      return Buffer.concat([Buffer.from(head), uploadPack(c, parts, ["--advertise-refs"])]);
    });
  });

  app.post("/:owner/:folder{[^/]+\\.git}/git-upload-pack", async (c) => {
    const sent = Buffer.from(await c.req.arrayBuffer());
    const asked = c.req.header("content-encoding") === "gzip" ? gunzipSync(sent) : sent;
    return answer(c, "result", () => uploadPack(c, parts, [], asked));
  });
}

/** These pages stand outside of the API, and so say what is wrong as text, as github.com does to git. */
function answer(c: GitHubContext, kind: "advertisement" | "result", give: () => Buffer): Response {
  const type = `application/x-git-upload-pack-${kind}`;
  try {
    return c.body(new Uint8Array(give()), 200, { "content-type": type, "cache-control": "no-cache" });
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (error.status === 401)
      return c.text("Authentication required.\n", 401, { "www-authenticate": 'Basic realm="GitHub"' });
    return c.text("Repository not found.\n", 404);
  }
}

/** Whoever may read one file may fetch parts of a repository, as on github.com: one commit by its id, blobs when asked for. */
const SERVED = ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"].flatMap((key) => [
  "-c",
  `${key}=true`,
]);

/** @throws GitHubError 401 without a token, 404 where the token is not shown the repository or may not read its contents. */
function uploadPack(
  c: GitHubContext,
  parts: GitHubParts,
  options: readonly string[],
  input?: Buffer,
): Buffer {
  const name = `${param(c, "owner")}/${param(c, "folder").replace(/\.git$/, "")}`;
  const { state } = parts.store;
  const repository = findRepository(state, name);
  const header = c.req.header("authorization");
  const actor = authenticate(header, state, parts.installationTokens, parts.now());
  const hidden = repository === undefined || permissionOn(repository, actor, state) === "none";
  if (hidden && actor.kind === "anonymous") throw requiresAuthentication();
  if (hidden || !readsContents(actor, repository)) throw notFound();
  const folder = parts.git.of(repository).gitDir;
  return execFileSync("git", [...SERVED, "upload-pack", "--stateless-rpc", ...options, folder], {
    input: input ?? Buffer.alloc(0),
    env: {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: "/nonexistent",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROTOCOL: c.req.header("git-protocol") ?? "",
    },
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "ignore"],
  });
}

/** A job's token reads a private repository with `contents: read` alone. */
function readsContents(actor: Actor, repository: Repository): boolean {
  if (actor.kind !== "installation" || !repository.private) return true;
  return ["read", "write"].includes(actor.installation.permissions.contents ?? "none");
}
