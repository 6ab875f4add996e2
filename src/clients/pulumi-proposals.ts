import { RemedyError } from "../errors";
import { notTheService, type PulumiCall, parseAnswer } from "./pulumi-call";
import type { PulumiCloud } from "./pulumi-cloud";

/** What was to be written is somebody's to approve. Nothing failed, and nothing is written yet. */
export class AwaitingApprovalError extends RemedyError {}

/** A request that can no longer become a change; the words are the service's. */
const OVER = new Set(["applied", "closed", "merged", "rejected"]);

/**
 * A client that proposes what it may not write: an approval rule refuses every direct write of an environment, to the
 * sync's token too. One proposal stands at a time, and while it does nothing is added to it: whoever is reviewing it
 * approves what they saw. What changes meanwhile is proposed by the run after.
 *
 * @param guarded environments with such a rule, `project/name`.
 * @param origin what made the proposal, for its reviewers: `sync run 123`.
 */
export function withProposals(
  cloud: PulumiCloud,
  call: PulumiCall,
  guarded: ReadonlySet<string>,
  origin: string,
): PulumiCloud {
  return {
    ...cloud,
    write: async (environment, text, etag) => {
      if (!guarded.has(environment)) return cloud.write(environment, text, etag);
      const standing = await openRequest(call, environment);
      if (standing !== undefined)
        throw awaiting(environment, standing, "waits for approval since an earlier run");
      const path = `/api/esc/environments/${call.organization}/${environment}/drafts`;
      const answer = await call(environment, path, { method: "POST", headers: { etag }, body: text });
      const { changeRequestId: id } = parseAnswer(environment, answer) as { changeRequestId?: unknown };
      if (typeof id !== "string") throw notTheService(environment, "names no change request");
      const submit = `/api/change-requests/${call.organization}/${encodeURIComponent(id)}/submit`;
      await call(environment, submit, { method: "POST", body: JSON.stringify({ description: origin }) });
      throw awaiting(environment, id, "was proposed and waits for approval");
    },
  };
}

function awaiting(environment: string, id: string, how: string): AwaitingApprovalError {
  const remedy = `pulumi env change-request approve ${id}, then apply it; the run after that finds it done`;
  return new AwaitingApprovalError(environment, `the change ${how} (change request ${id})`, remedy);
}

interface Listed {
  id: string;
  status: string;
  entity?: { project?: string; name?: string };
}

/** The change request that is open on an environment. */
async function openRequest(call: PulumiCall, environment: string): Promise<string | undefined> {
  const base = `/api/change-requests/${call.organization}?entityType=environment`;
  const seen = new Set<string>();
  for (let token = ""; ; ) {
    const path = token === "" ? base : `${base}&continuationToken=${encodeURIComponent(token)}`;
    const page = parseAnswer(environment, await call(environment, path)) as {
      changeRequests?: Listed[];
      continuationToken?: string | null;
    };
    if (!Array.isArray(page.changeRequests)) throw notTheService(environment, "lists no change requests");
    const found = page.changeRequests.find(
      ({ status, entity }) => !OVER.has(status) && `${entity?.project}/${entity?.name}` === environment,
    );
    if (found !== undefined) return found.id;
    token = page.continuationToken ?? "";
    if (token === "") return undefined;
    if (seen.has(token)) throw notTheService(environment, "repeats itself");
    seen.add(token);
  }
}
