import { isOutage } from "../../clients/pulumi-call";
import { RemedyError, TokenError } from "../../errors";

/** One link of the chain from GitHub to the application, and how it stands. */
export interface Check {
  link: string;
  standing: "ok" | "wrong" | "unknown";
  /** What is there; names and counts, never a value. */
  what: string;
  /** Absent where nothing is to be done. */
  remedy?: string;
  /** Unknown because the service did not answer, not because the token may not see it. */
  unreachable?: true;
}

/**
 * Looks at one link. What a token may not see is unknown: it is told, and hides nothing else.
 *
 * @throws TokenError, for a token that nobody knows sees nothing at all; and what is no RemedyError.
 */
export async function checkLink(link: string, look: () => Promise<Omit<Check, "link">>): Promise<Check> {
  try {
    return { link, ...(await look()) };
  } catch (error) {
    if (!(error instanceof RemedyError) || error instanceof TokenError) throw error;
    const told = { what: `${error.problem.subject}: ${error.problem.cause}`, remedy: error.problem.remedy };
    return { link, standing: "unknown", ...told, ...(isOutage(error) ? UNREACHABLE : {}) };
  }
}

const UNREACHABLE = { unreachable: true } as const;
