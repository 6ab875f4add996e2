import { randomUUID } from "node:crypto";
import { currentUser } from "../../clients/pulumi-organization";
import { problemOf, RemedyError } from "../../errors";
import { ledgerOf } from "../../ledger/ledger-store";
import { COMMAND, shellPath } from "../../text";
import { type Context, requireCloud } from "../context";
import { type Case, isOfOneEnvironment, type Journal, type JournalFile, type Step, stepsOf } from "./case";
import { openCase } from "./open-case";

/** A case as a command takes it up: new, or where an interrupted one stands. */
export interface TakenCase {
  found: Case;
  /** Undefined when it starts now. */
  started: Journal | undefined;
  /** Environments that were asked for; empty: all that have it. */
  asked: readonly string[];
  steps: readonly Step[];
}

/**
 * Looks for a case of this secret, and at what GitHub and the catalog know of it. Writes nothing.
 *
 * @param typed environments; undefined: those that the case was started with.
 * @param pause whether to pause the sync first, where it has not synced yet.
 * @throws RemedyError when it was started with other environments, or the secret cannot be found.
 */
export async function takeUpCase(
  context: Context,
  name: string,
  file: JournalFile,
  { typed, pause }: { typed: readonly string[] | undefined; pause: boolean },
): Promise<TakenCase> {
  const started = file.read();
  const asked = typed ?? started?.asked ?? [];
  if (started !== undefined) requireSameScope(started, asked, file.path);
  const found = await openCase(context, name, asked);
  return { found, started, asked, steps: stepsOf(found, pause && started?.done.includes("sync") !== true) };
}

/**
 * The journal of a case before its first step: what the ledgers and GitHub know of the value now.
 *
 * @param asked environments that were asked for; empty: all that have it.
 */
export async function startJournal(
  context: Context,
  found: Case,
  asked: readonly string[],
): Promise<Journal> {
  const { name } = found.secret;
  const before = await knownBefore(context, found);
  const started = context.now().toISOString();
  const changes = Object.values(before).flatMap((each) => (each === null ? [] : [each.changed]));
  const by = await whoAmI(context);
  return {
    version: 1,
    id: randomUUID(),
    name,
    asked,
    reason: `${name} is compromised`,
    by,
    started,
    // No ledger knows the pipeline's own credential: it has been there since GitHub's time at the latest.
    since: changes.sort()[0] ?? Object.values(found.updated).sort()[0] ?? started,
    sinceGiven: false,
    before,
    updated: found.updated,
    done: [],
    runs: [],
    checks: [],
    timeline: [{ at: started, what: `started by ${by}` }],
  };
}

/** What the ledgers know of the value; those that cannot be read are left out. */
async function knownBefore(context: Context, { secret, environments }: Case): Promise<Journal["before"]> {
  const cloud = requireCloud(context);
  const before: Journal["before"] = {};
  for (const environment of environments) {
    const ledger = await ledgerOf(cloud, context.project.settings, environment)
      .read()
      .catch((error) => void problemOf(error));
    if (ledger === undefined) continue;
    const entry = ledger.secrets[secret.name];
    before[environment] =
      entry === undefined ? null : { fingerprint: entry.fingerprint, changed: entry.changed };
  }
  return before;
}

/** Whose token this is, for the record. */
async function whoAmI(context: Context): Promise<string> {
  try {
    return await currentUser(context.cloudCall());
  } catch (error) {
    problemOf(error);
    return "unknown";
  }
}

/**
 * A value that the case would not set must not be given: whoever gave it would believe that it is set.
 *
 * @param path of the journal's file, for the remedy.
 * @throws RemedyError when it is set elsewhere, or the case has set one already.
 */
export function requireUse(found: Case, started: Journal | undefined, path: string): void {
  const { secret, way } = found;
  const empty = "run this again with nothing on stdin: < /dev/null";
  const unused = (cause: string, remedy: string) =>
    new RemedyError({
      code: "value-unused",
      subject: secret.name,
      cause: `${cause}; the value on stdin would not be used, and nothing was done`,
      remedy,
    });
  const forOne =
    way === "environments" && started === undefined
      ? `give it for one of them (--environment ${found.environments[0]}), or `
      : "";
  if (way !== "organization" && !isOfOneEnvironment(found))
    throw unused(
      ELSEWHERE[way],
      `${forOne}set it as the step says that ${COMMAND} compromise ${secret.name} --dry-run shows, then ${empty}`,
    );
  if (started?.done.includes("value") === true)
    throw unused(
      "this case has its new value already",
      `${empty}. To set another one: rm ${shellPath(path)}, then run this again with --take-over`,
    );
}

const ELSEWHERE: Readonly<Record<Exclude<Case["way"], "organization">, string>> = {
  environments: "each GitHub environment has a value of its own",
  config: "its value is in the stack's config",
  rotator: "ESC makes its value",
};

/**
 * A case looks after what it has paused and replaced until its end, in all of its environments.
 *
 * @param path of the journal's file, for the remedy.
 * @throws RemedyError when it goes on with other environments than it started with.
 */
function requireSameScope({ asked: before }: Journal, asked: readonly string[], path: string): void {
  if ([...before].sort().join() === [...asked].sort().join()) return;
  const scope = before.length === 0 ? "in all environments" : `in ${before.join(", ")}`;
  throw new RemedyError({
    code: "case-scope-changed",
    subject: "--environment",
    cause: `the running case was started ${scope}`,
    remedy: `run it as it was started; or resume what it paused, rm ${shellPath(path)} and start again with --take-over`,
  });
}
