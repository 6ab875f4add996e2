import * as pulumi from "@pulumi/pulumi";
import type { Secret } from "../../secrets/entry";
import { describeProblems } from "../../secrets/problem";
import { crowdOf, type Spread, spreadSecrets } from "../../secrets/targets";
import type { GitHubSecrets } from "./github-secrets";

/** Names of the entries that each carrier syncs, by carrier. */
export type Shards = Spread["shards"];

/** What the spread of the secrets depends on. */
export interface ShardOptions {
  secrets: readonly Secret[];
  carriers: readonly string[];
  today: string;
  inGitHub: GitHubSecrets;
  owner: string;
}

/**
 * Which carrier syncs which secret. One carrier syncs all, and in an `up` GitHub is not asked for that; several share
 * what other people's secrets leave free.
 *
 * @throws pulumi.RunError with the number of carriers that would do, when they do not fit.
 */
export async function shardsOf(options: ShardOptions): Promise<Shards> {
  const { secrets, carriers, today } = options;
  const needed = carriers.length > 1 || pulumi.runtime.isDryRun();
  const crowd = needed ? await crowdFor(options) : undefined;
  const { shards, problems } = spreadSecrets(secrets, carriers, today, crowd);
  if (problems.length === 0) return shards;
  throw new pulumi.RunError(describeProblems("The sync could not carry all secrets", problems));
}

async function crowdFor({ secrets, carriers, inGitHub, owner }: ShardOptions) {
  const listed = inGitHub.ofOrganization();
  const readable = carriers.map(
    async (each) => [each, await inGitHub.readableBy(`${owner}/${each}`)] as const,
  );
  return crowdOf(secrets, Object.fromEntries(await Promise.all(readable)), await listed);
}
