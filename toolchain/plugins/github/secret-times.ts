import { setTimeout as sleep } from "node:timers/promises";
import type { Properties } from "../provider/wire";
import { text } from "./bridged";
import type { Answer, GitHubClient } from "./github-client";
import { goTime } from "./go-time";

/** Upstream waits a second before each of these reads; the sandbox answers at once, so only a 404 waits here. */
const retryDelayMs = 1000;
const mostRetries = 5;

/** The times GitHub gave a secret that was just written; none when it cannot be read back, which upstream forgives. */
export async function timesAfterWrite(client: GitHubClient, path: string): Promise<Properties> {
  for (let attempt = 0; attempt <= mostRetries; attempt++) {
    const secret = await client.find(path).catch(() => null);
    if (secret === null) return {};
    if (secret !== undefined) return { ...createdAndRemote(secret), updatedAt: goTime(secret.updated_at) };
    await sleep(retryDelayMs);
  }
  return {};
}

/** The times of a secret that is only read: `updatedAt` stays the time of the provider's own last write. */
export function timesAfterRead(state: Properties, secret: Answer): Properties {
  return {
    ...createdAndRemote(secret),
    updatedAt: text(state, "updatedAt") || goTime(secret.updated_at),
  };
}

function createdAndRemote(secret: Answer): Properties {
  return { createdAt: goTime(secret.created_at), remoteUpdatedAt: goTime(secret.updated_at) };
}
