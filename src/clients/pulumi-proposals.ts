import { RemedyError } from "../errors";
import { NotFoundError, notTheService, type PulumiCall, parseAnswer } from "./pulumi-call";
import type { PulumiCloud } from "./pulumi-cloud";

/** A change request, and the revision of it that was proposed: who may write the environment may add others. */
export interface ProposalId {
  request: string;
  revision: number;
}

/** What was to be written is somebody's to approve. Nothing failed, and nothing is written yet. */
export class AwaitingApprovalError extends RemedyError {
  constructor(
    escPath: string,
    request: string,
    /** What this client proposed; absent where it waits since an earlier run. */
    readonly made?: ProposalId,
  ) {
    const how =
      made === undefined
        ? "has waited for approval since an earlier run"
        : "was proposed and waits for approval";
    const applied = `somebody else approves and applies it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request approve ${request} && pulumi env change-request apply ${request})`;
    // It holds what was new when it was proposed: a later value, after a leak say, is not in it.
    const remedy =
      made === undefined
        ? `${applied}, or closes it where a newer value has come since; the next run proposes what is then missing`
        : `${applied}; the next run finds it done`;
    super({
      code: "approval-pending",
      subject: escPath,
      cause: `the change ${how} (change request ${request})`,
      remedy,
    });
  }
}

/** Who proposes. */
export interface Proposer {
  /** Description of its change requests, for those who review them: `sync, run 123`. */
  origin: string;
  /** Whether a change request that stands is its own. What that says of itself proves nothing: whoever may write may say it. */
  isOwn(standing: ChangeRequestState): boolean | Promise<boolean>;
}

/**
 * A client that proposes what it may not write: an approval rule refuses every direct write of an environment, to the
 * sync's token too. One proposal stands at a time, and while it does nothing is added to it: whoever is reviewing it
 * approves what they saw. What changes meanwhile is proposed by the run after. Its own draft that an earlier run could
 * not submit is submitted.
 *
 * @param guarded environments with such a rule, `project/name`.
 */
export function withProposals(
  cloud: PulumiCloud,
  call: PulumiCall,
  guarded: ReadonlySet<string>,
  proposer: Proposer,
): PulumiCloud {
  const ours = new Map<string, ProposalId>();
  const isOurs = (escPath: string, { id, revision }: ChangeRequestState) =>
    ours.get(escPath)?.request === id && ours.get(escPath)?.revision === revision;
  return {
    ...cloud,
    write: async (escPath, text, etag) => {
      if (!guarded.has(escPath)) return cloud.write(escPath, text, etag);
      const isOwn: Proposer["isOwn"] = (each) => isOurs(escPath, each) || proposer.isOwn(each);
      const standing = await refuseOthers(escPath, call, { ...proposer, isOwn }, text);
      if (standing !== undefined && standing.status !== DRAFT)
        throw new AwaitingApprovalError(escPath, standing.id, ours.get(escPath));
      const made =
        standing === undefined
          ? await draft(escPath, call, text, etag)
          : await sameDraft(escPath, call, text, standing);
      ours.set(escPath, made);
      await submit(escPath, call, made.request, proposer.origin);
      throw new AwaitingApprovalError(escPath, made.request, made);
    },
  };
}

/**
 * Looks whether an environment is free for proposals of one proposer: there can be one at a time.
 *
 * @param text what it would propose. A request that holds the very same is as good as its own, whoever made it.
 * @returns what stands of its own; a draft may be somebody else's.
 * @throws RemedyError naming the change request of somebody else.
 */
export async function refuseOthers(
  escPath: string,
  call: PulumiCall,
  proposer: Proposer,
  text: string,
): Promise<ChangeRequestState | undefined> {
  const standing = await openRequest(call, escPath);
  if (standing === undefined || standing.status === DRAFT) return standing;
  if ((await proposer.isOwn(standing)) || (await holds(escPath, call, standing.id, text))) return standing;
  throw new RemedyError({
    code: "approval-pending-for-others",
    subject: escPath,
    cause: `another change of it waits for approval (change request ${standing.id}), and one at a time can`,
    remedy: `look at it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request diff ${standing.id}); apply or close it, then run this again`,
  });
}

const DRAFT = "draft";

function drafts(escPath: string, call: PulumiCall): string {
  return `/api/esc/environments/${call.organization}/${escPath}/drafts`;
}

async function draft(escPath: string, call: PulumiCall, text: string, etag: string): Promise<ProposalId> {
  const request = { method: "POST", headers: { etag }, body: text } as const;
  const answer = await call(escPath, drafts(escPath, call), request);
  const { changeRequestId, latestRevisionNumber } = parseAnswer(escPath, answer) as Record<string, unknown>;
  if (typeof changeRequestId === "string")
    return { request: changeRequestId, revision: Number(latestRevisionNumber ?? 1) };
  throw notTheService(escPath, "names no change request");
}

/** A draft has no description yet: it is ours when it holds our text, as one without new secrets does. */
async function sameDraft(
  escPath: string,
  call: PulumiCall,
  text: string,
  { id, revision }: ChangeRequestState,
): Promise<ProposalId> {
  if (await holds(escPath, call, id, text)) return { request: id, revision };
  const reason = `somebody has a draft of it that is not submitted (change request ${id}), and one at a time can`;
  const remedy = `if nobody works on it, close it in Pulumi Cloud (a CLI of 3.272 and newer: pulumi env change-request close ${id}), then run this again`;
  throw new RemedyError({ code: "draft-open", subject: escPath, cause: reason, remedy });
}

/** Whether a change request proposes that text. One whose text is not to be had does not. */
async function holds(escPath: string, call: PulumiCall, id: string, text: string): Promise<boolean> {
  try {
    const answer = await call(escPath, `${drafts(escPath, call)}/${encodeURIComponent(id)}`);
    return answer.text === text;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

async function submit(escPath: string, call: PulumiCall, id: string, origin: string): Promise<void> {
  const path = `/api/change-requests/${call.organization}/${encodeURIComponent(id)}/submit`;
  // Twice does no harm: what is submitted already is not changed by it.
  const body = JSON.stringify({ description: origin });
  await call(escPath, path, { method: "POST", body, repeatable: true });
}

/** A change request that is open on an environment. */
export interface ChangeRequestState {
  id: string;
  status: string;
  description: string;
  /** Which of its revisions stands now. */
  revision: number;
  /** Login of who made it; "" where the service does not say. */
  by: string;
}

/** A request that can no longer become a change; the words are the service's. */
const OVER = new Set(["applied", "closed", "merged", "rejected"]);

interface Listed extends Pick<ChangeRequestState, "id" | "status"> {
  description?: string | null;
  latestRevisionNumber?: number;
  createdBy?: { githubLogin?: string } | null;
  /** `open`: somebody asks to open the environment, which is not a change of it. */
  action?: string;
  entity?: { project?: string; name?: string };
}

/** The one change that is proposed for an environment, `project/name`; undefined where none is. @throws RemedyError */
export async function openRequest(
  call: PulumiCall,
  escPath: string,
): Promise<ChangeRequestState | undefined> {
  const base = `/api/change-requests/${call.organization}?entityType=environment`;
  const seen = new Set<string>();
  for (let token = ""; ; ) {
    const path = token === "" ? base : `${base}&continuationToken=${encodeURIComponent(token)}`;
    const page = parseAnswer(escPath, await call(escPath, path)) as {
      changeRequests?: Listed[];
      continuationToken?: string | null;
    };
    if (!Array.isArray(page.changeRequests)) throw notTheService(escPath, "lists no change requests");
    const found = page.changeRequests.find((each) => isOpenChange(each, escPath));
    if (found !== undefined) return standingIn(found);
    token = page.continuationToken ?? "";
    if (token === "") return undefined;
    if (seen.has(token)) throw notTheService(escPath, "repeats itself");
    seen.add(token);
  }
}

function standingIn({
  id,
  status,
  description,
  latestRevisionNumber,
  createdBy,
}: Listed): ChangeRequestState {
  const about = { description: description ?? "", by: createdBy?.githubLogin ?? "" };
  return { id, status, ...about, revision: latestRevisionNumber ?? 1 };
}

function isOpenChange({ status, action, entity }: Listed, escPath: string): boolean {
  const isChange = action !== "open" && !OVER.has(status);
  return isChange && `${entity?.project}/${entity?.name}` === escPath;
}
