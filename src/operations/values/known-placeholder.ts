import type { ResolvedEntry } from "../../catalog/entry";
import type { OrganizationSecret } from "../../clients/github-secrets";
import { RemedyError } from "../../errors";
import { runId } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";

/**
 * Whether an organization secret is known to hold the placeholder, so that setting it loses nothing: a run that was queued
 * after GitHub's last change of the secret found the placeholder, and its ledger says so.
 *
 * GitHub hands an organization's secrets to a run when that is queued, which a review may delay for days (docs.github.com,
 * "Using secrets in GitHub Actions"), so the run's own time counts and not that of its job.
 *
 * @returns false where anything of that cannot be read: nobody knows then.
 */
export async function isKnownPlaceholder(
  context: Context,
  secret: ResolvedEntry,
  { name, updatedAt }: Pick<OrganizationSecret, "name" | "updatedAt">,
): Promise<boolean> {
  const cloud = context.cloud();
  if (cloud === undefined || name !== secret.name) return false;
  const { settings } = context.project;
  try {
    const found = await inParallel(secret.environments, async (deployment) => {
      const { refused, secrets } = await ledgerOf(cloud, settings, deployment).read();
      const refusal = refused[secret.name];
      const id = runId(refusal?.run ?? "");
      return refusal?.code === "unset" && secrets[secret.name] === undefined && id !== undefined ? [id] : [];
    });
    const runs = [...new Set(found.flat())];
    const queued = await inParallel(runs, (id) => queuedAt(context, id));
    return queued.flat().some((at) => Date.parse(at) > Date.parse(updatedAt));
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return false;
  }
}

/** When a run was queued first: a later attempt has the secrets of a later time. */
async function queuedAt(context: Context, id: number): Promise<string[]> {
  const call = context.githubCall();
  const found = await inParallel(context.project.settings.carriers, async (carrier) => {
    const path = `/repos/${call.organization}/${carrier}/actions/runs/${id}`;
    const run = await call.get(call.ofRepository(carrier), path).catch((error) => {
      if (error instanceof RemedyError) return { created_at: undefined };
      throw error;
    });
    return typeof run.created_at === "string" ? [run.created_at] : [];
  });
  return found.flat();
}
