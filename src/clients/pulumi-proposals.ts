import { RemedyError } from "../errors";
import { notTheService, type PulumiCall, parseAnswer } from "./pulumi-call";
import type { PulumiCloud } from "./pulumi-cloud";

/** A change request, and the revision of it that was proposed: who may write the environment may add others. */
export interface ProposalId {
  request: string;
  revision: number;
}

/** What was to be written is somebody's to approve. Nothing failed, and nothing is written yet. */
export class AwaitingApprovalError extends RemedyError {
  constructor(
    environment: string,
    how: string,
    request: string,
    /** What was proposed just now; absent where it waits since an earlier run. */
    readonly made?: ProposalId,
  ) {
    const remedy = `somebody else approves and applies it, in Pulumi Cloud or by pulumi env change-request approve ${request}, then apply ${request}; the next run finds it done`;
    super(environment, `the change ${how} (change request ${request})`, remedy);
  }
}

/** Who proposes. */
export interface Proposer {
  /** Description of its change requests, for those who review them: `sync, run 123`. */
  origin: string;
  /** Whether a change request that stands is one of its own, by its description. */
  isOwn(description: string): boolean;
}

/** A request that can no longer become a change; the words are the service's. */
const OVER = new Set(["applied", "closed", "merged", "rejected"]);

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
  return {
    ...cloud,
    write: async (environment, text, etag) => {
      if (!guarded.has(environment)) return cloud.write(environment, text, etag);
      const standing = await refuseOthers(environment, call, proposer);
      if (standing !== undefined && standing.status !== DRAFT)
        throw new AwaitingApprovalError(environment, "waits for approval since an earlier run", standing.id);
      const made =
        standing === undefined
          ? await draft(environment, call, text, etag)
          : await sameDraft(environment, call, text, standing);
      await submit(environment, call, made.request, proposer.origin);
      const how = "was proposed and waits for approval";
      throw new AwaitingApprovalError(environment, how, made.request, made);
    },
  };
}

/**
 * Looks whether an environment is free for proposals of one proposer: there can be one at a time.
 *
 * @returns what stands of its own; a draft may be somebody else's.
 * @throws RemedyError naming the change request of somebody else.
 */
export async function refuseOthers(
  environment: string,
  call: PulumiCall,
  { isOwn }: Proposer,
): Promise<Standing | undefined> {
  const standing = await openRequest(call, environment);
  if (standing === undefined || standing.status === DRAFT || isOwn(standing.description)) return standing;
  throw new RemedyError(
    environment,
    `another change of it waits for approval (change request ${standing.id}), and one at a time can`,
    `look at it, in Pulumi Cloud or by pulumi env change-request diff ${standing.id}; apply or close it, then run this again`,
  );
}

const DRAFT = "draft";

function drafts(environment: string, call: PulumiCall): string {
  return `/api/esc/environments/${call.organization}/${environment}/drafts`;
}

async function draft(environment: string, call: PulumiCall, text: string, etag: string): Promise<ProposalId> {
  const request = { method: "POST", headers: { etag }, body: text } as const;
  const answer = await call(environment, drafts(environment, call), request);
  const { changeRequestId, latestRevisionNumber } = parseAnswer(environment, answer) as Record<
    string,
    unknown
  >;
  if (typeof changeRequestId === "string")
    return { request: changeRequestId, revision: Number(latestRevisionNumber ?? 1) };
  throw notTheService(environment, "names no change request");
}

/** A draft has no description yet: it is ours when it holds our text, as one without new secrets does. */
async function sameDraft(
  environment: string,
  call: PulumiCall,
  text: string,
  { id, revision }: Standing,
): Promise<ProposalId> {
  const answer = await call(environment, `${drafts(environment, call)}/${encodeURIComponent(id)}`);
  if (answer.text === text) return { request: id, revision };
  const reason = `a draft of it stands that nobody has submitted (change request ${id}), and one at a time can`;
  const remedy = `if nobody is at work on it: pulumi env change-request close ${id}; then run this again`;
  throw new RemedyError(environment, reason, remedy);
}

async function submit(environment: string, call: PulumiCall, id: string, origin: string): Promise<void> {
  const path = `/api/change-requests/${call.organization}/${encodeURIComponent(id)}/submit`;
  // Twice does no harm: what is submitted already is not changed by it.
  const body = JSON.stringify({ description: origin });
  await call(environment, path, { method: "POST", body, repeatable: true });
}

/** A change request that is open on an environment. */
export interface Standing {
  id: string;
  status: string;
  description: string;
  /** Which of its revisions stands now. */
  revision: number;
}

interface Listed extends Pick<Standing, "id" | "status"> {
  description?: string | null;
  latestRevisionNumber?: number;
  /** `open`: somebody asks to open the environment, which is no change of it. */
  action?: string;
  entity?: { project?: string; name?: string };
}

async function openRequest(call: PulumiCall, environment: string): Promise<Standing | undefined> {
  const base = `/api/change-requests/${call.organization}?entityType=environment`;
  const seen = new Set<string>();
  for (let token = ""; ; ) {
    const path = token === "" ? base : `${base}&continuationToken=${encodeURIComponent(token)}`;
    const page = parseAnswer(environment, await call(environment, path)) as {
      changeRequests?: Listed[];
      continuationToken?: string | null;
    };
    if (!Array.isArray(page.changeRequests)) throw notTheService(environment, "lists no change requests");
    const found = page.changeRequests.find((each) => isOpenChange(each, environment));
    if (found !== undefined) return standingIn(found);
    token = page.continuationToken ?? "";
    if (token === "") return undefined;
    if (seen.has(token)) throw notTheService(environment, "repeats itself");
    seen.add(token);
  }
}

function standingIn({ id, status, description, latestRevisionNumber }: Listed): Standing {
  return { id, status, description: description ?? "", revision: latestRevisionNumber ?? 1 };
}

function isOpenChange({ status, action, entity }: Listed, environment: string): boolean {
  const isChange = action !== "open" && !OVER.has(status);
  return isChange && `${entity?.project}/${entity?.name}` === environment;
}
