import * as pulumi from "@pulumi/pulumi";
import { type Problem, RemedyError } from "../errors";

/**
 * A problem as the error that ends the program: the SDK prints the message of this class without a stack trace.
 * Resource hooks throw `RemedyError` itself, because the engine prints the message of any error there.
 */
export function programError(problem: Problem): pulumi.RunError {
  return new pulumi.RunError(new RemedyError(problem).message);
}
