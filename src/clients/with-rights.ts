import { RemedyError } from "../errors";

/**
 * Does work whose refusals for want of a right, or of the thing itself, are told with another remedy: the common one
 * names the rights for secrets.
 */
export async function withRights<Result>(work: Promise<Result>, remedy: string): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RemedyError) || !error.remedy.includes("the scope")) throw error;
    throw new RemedyError(error.thing, error.reason, remedy);
  }
}
