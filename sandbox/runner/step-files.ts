import { parseEnvironmentFile } from "./environment-file";
import type { CommandFiles } from "./job-folder";
import type { JobSession } from "./job-session";
import type { Values } from "./run-request";

/** GitHub's limit of a summary, in bytes. */
const MAX_SUMMARY_BYTES = 1024 * 1024;

/** A variable with which any later Node process would run code of the step's choosing. */
const REFUSED_VARIABLE = "NODE_OPTIONS";

/** Reads what the step wrote to its files and lets it take effect on the steps that follow. */
export function takeStepFiles(
  session: JobSession,
  files: CommandFiles,
): { outputs: Values; failed: boolean } {
  const { log, folder } = session;
  let failed = false;
  const pairs = (name: "ENV" | "OUTPUT" | "STATE"): [string, string][] => {
    try {
      return parseEnvironmentFile(folder.takeText(files[name]));
    } catch (error) {
      failed = true;
      log.annotate("error", `Unable to process file command '${name.toLowerCase()}' successfully.`);
      log.annotate("error", (error as Error).message);
      return [];
    }
  };
  for (const [name, value] of pairs("ENV")) {
    if (name.toUpperCase() === REFUSED_VARIABLE) {
      log.annotate("error", `Can't store ${REFUSED_VARIABLE} output parameter using '$GITHUB_ENV' command.`);
    } else session.environment[name] = value;
  }
  for (const path of folder.takeText(files.PATH).split(/\r?\n/)) {
    if (path === "") continue;
    session.addedPaths = [...session.addedPaths.filter((known) => known !== path), path];
  }
  const outputs = Object.fromEntries(pairs("OUTPUT"));
  pairs("STATE");
  takeSummary(session, folder.takeText(files.STEP_SUMMARY));
  return { outputs, failed };
}

function takeSummary({ log }: JobSession, markdown: string): void {
  const bytes = Buffer.byteLength(markdown);
  if (bytes === 0) return;
  if (bytes <= MAX_SUMMARY_BYTES) log.addSummary(markdown);
  else {
    log.annotate(
      "error",
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${MAX_SUMMARY_BYTES / 1024}k, ` +
        `got ${Math.floor(bytes / 1024)}k.`,
    );
  }
}
