import { randomBytes } from "node:crypto";
import { tokenHash } from "./github-state";

export type TokenPermissions = Record<string, "read" | "write" | "none">;

/** What a GITHUB_TOKEN is for: one repository, one run, some permissions. */
export interface Installation {
  repositoryId: number;
  runId: number;
  permissions: TokenPermissions;
}

/** The GITHUB_TOKENs that are alive. In memory only: none outlives the sandbox, as none outlives its job. */
export class InstallationTokens {
  private readonly alive = new Map<string, Installation>();

  issue(installation: Installation): { token: string; revoke(): void } {
    const token = `ghs_${randomBytes(27).toString("base64url").replace(/[-_]/g, "0")}`;
    const hash = tokenHash(token);
    this.alive.set(hash, installation);
    return { token, revoke: () => void this.alive.delete(hash) };
  }

  find(token: string): Installation | undefined {
    return this.alive.get(tokenHash(token));
  }

  clear(): void {
    this.alive.clear();
  }
}
