import * as pulumi from "@pulumi/pulumi";
import { otherSecretsOf, type Spread, spreadSecrets } from "../../catalog/carriers";
import type { ResolvedEntry } from "../../catalog/entry";
import { programErrors } from "../diagnostics";
import type { GitHubSecrets } from "./github-secrets";

/** Names of the entries that each carrier syncs, by carrier. */
export type Shards = Spread["shards"];

/** What the spread of the secrets depends on. */
export interface ShardOptions {
  /** The catalog's entries with every default filled in. */
  secrets: readonly ResolvedEntry[];
  carriers: readonly string[];
  /** UTC: YYYY-MM-DD. A secret that is due by then is not declared any more. */
  today: string;
  /** What GitHub holds. */
  inGitHub: GitHubSecrets;
}

/**
 * Which carrier syncs which secret. One carrier syncs all, and then an `up` asks GitHub nothing. Several share what
 * someone else's secrets leave free.
 *
 * @throws pulumi.RunError with the number of carriers that would do, when the secrets do not fit.
 */
export async function shardsOf(options: ShardOptions): Promise<Shards> {
  const { secrets, carriers, today } = options;
  const needed = carriers.length > 1 || pulumi.runtime.isDryRun();
  const crowd = needed ? await crowdFor(options) : undefined;
  const { shards, problems } = spreadSecrets(secrets, carriers, today, crowd);
  if (problems.length === 0) return shards;
  throw programErrors("The sync could not carry all secrets", problems);
}

async function crowdFor({ secrets, carriers, inGitHub }: ShardOptions) {
  const listed = inGitHub.ofOrganization();
  const readable = carriers.map(async (each) => [each, await inGitHub.readableBy(each)] as const);
  return otherSecretsOf(secrets, Object.fromEntries(await Promise.all(readable)), await listed);
}

/** The resources that wait for it report its error. Until they do, Node would take it for unhandled and end the run. */
export function heldBack<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
