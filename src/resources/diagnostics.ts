import * as pulumi from "@pulumi/pulumi";
import { type Diagnostic, describeProblems, diagnosticLine, type Problem, RemedyError } from "../errors";

/*
 * What the program says through the engine: each problem on a line that begins with its code, which `readDiagnostics`
 * of src/errors.ts reads again.
 */

/** A problem as the error that ends the program: the SDK prints the message of this class without a stack trace. */
export function programError(problem: Problem): pulumi.RunError {
  return new pulumi.RunError(diagnosticLine(problem));
}

/** Several problems as the error that ends the program. */
export function programErrors(heading: string, problems: readonly Problem[]): pulumi.RunError {
  return new pulumi.RunError(describeProblems(heading, problems));
}

/** The SDK's exit code for an error that its log already has; the engine then adds nothing (cmd/run/index.ts). */
const LOGGED_ALREADY = 32;

/**
 * Refuses a run, by the error that programError or programErrors make. An error that is thrown is printed once more for each
 * resource that waits for this. A preview changes nothing, so it logs it, goes on to its end, and fails there.
 *
 * @throws that error in an up.
 */
export async function refuse(error: pulumi.RunError): Promise<void> {
  if (!pulumi.runtime.isDryRun()) throw error;
  await pulumi.log.error(error.message);
  process.exitCode = LOGGED_ALREADY;
}

/** What a resource hook throws: the engine prints the message of any error there. */
export class Refusal extends RemedyError {
  constructor(problem: Problem) {
    super(problem);
    this.message = diagnosticLine(problem);
  }
}

/** One warning of the log, a line for each problem. Nothing where there is none. */
export async function warn(...problems: Diagnostic[]): Promise<void> {
  if (problems.length > 0) await pulumi.log.warn(problems.map(diagnosticLine).join("\n"));
}

/** As `warn`, for what a person need not act on. */
export async function inform(...problems: Diagnostic[]): Promise<void> {
  if (problems.length > 0) await pulumi.log.info(problems.map(diagnosticLine).join("\n"));
}
