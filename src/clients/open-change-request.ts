import { notTheService, type PulumiCall, parseAnswer } from "./pulumi-call";

/** A change request that is open on an environment. */
export interface Standing {
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

interface Listed extends Pick<Standing, "id" | "status"> {
  description?: string | null;
  latestRevisionNumber?: number;
  createdBy?: { githubLogin?: string } | null;
  /** `open`: somebody asks to open the environment, which is no change of it. */
  action?: string;
  entity?: { project?: string; name?: string };
}

/** The one change that is proposed for an environment, `project/name`; undefined where none is. @throws RemedyError */
export async function openRequest(call: PulumiCall, environment: string): Promise<Standing | undefined> {
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

function standingIn({ id, status, description, latestRevisionNumber, createdBy }: Listed): Standing {
  const about = { description: description ?? "", by: createdBy?.githubLogin ?? "" };
  return { id, status, ...about, revision: latestRevisionNumber ?? 1 };
}

function isOpenChange({ status, action, entity }: Listed, environment: string): boolean {
  const isChange = action !== "open" && !OVER.has(status);
  return isChange && `${entity?.project}/${entity?.name}` === environment;
}
