import { ledgerEnvironment, pathOf, valuesEnvironment } from "../../../secrets/layout";
import { type LedgerEntry, parseLedger, revisionsOf } from "../../../secrets/ledger";
import { describeRun } from "../../../secrets/run-name";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { valueAt } from "../../clients/value-at";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { fingerprint, isFingerprintKey } from "../../sync/fingerprint";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";
import { requireCloud } from "../require-cloud";
import type { Case } from "./case";
import type { EnvironmentCheck, Journal } from "./journal";
import { type Judged, judgeComposite } from "./judge-composite";

/**
 * Looks whether what loaders get has changed. The ledger proves it by a fingerprint: the new value's, where it was typed
 * and the token may open the ledger; else by being another one than before. Then the composite is opened as an
 * application does, and what stands there is compared; it is not kept. Where both are right it says until when the old
 * value was given out.
 *
 * @param typed the new value, where this run knows it.
 */
export function verifyLoaders(
  doors: Doors,
  { secret, environments }: Case,
  journal: Journal,
  typed: Secret | undefined,
): Promise<EnvironmentCheck[]> {
  const cloud = requireCloud(doors);
  const { settings } = doors.project;
  return inParallel(environments, async (environment) => {
    const { entry, key, revisions, problem } = await readLedger(
      cloud,
      pathOf(ledgerEnvironment(settings, environment)),
      secret,
    );
    const expected =
      key !== undefined && typed !== undefined ? fingerprint(key, secret.name, typed) : undefined;
    const ledger = judgeLedger(entry, environment, journal, expected, problem);
    const composite = await judgeComposite(cloud, { settings, secret, environment }, (document) => {
      const value = valueAt(document, [settings.appRoot, ...secret.path.split(".")]);
      if (typeof value !== "string") return "none";
      if (typed !== undefined) return value === typed.unwrap() ? "new" : "other";
      if (key === undefined || entry === undefined) return "some";
      return fingerprint(key, secret.name, new Secret(value)) === entry.fingerprint ? "new" : "other";
    });
    const detail = [ledger.detail, composite.detail].join("; ");
    const isEnded = ledger.standing === "proven" && composite.isNewest;
    const path = pathOf(valuesEnvironment(settings, environment, secret.group));
    const until = isEnded ? await writtenAt(cloud, path, entry, revisions) : undefined;
    const standings = { ledger: ledger.standing, composite: composite.standing };
    return { environment, ...standings, ...(until === undefined ? {} : { until }), detail };
  });
}

/**
 * Until when the old value was given out at most: when the sync last wrote, by the service's clock or the run's,
 * whichever is later. The ledger's times alone are those of the run's start.
 *
 * @returns undefined when it is not known.
 */
async function writtenAt(
  cloud: PulumiCloud,
  path: string,
  entry: LedgerEntry | undefined,
  revisions: readonly number[] = [],
): Promise<string | undefined> {
  const listed = await cloud.revisions.list(path).catch((error: unknown) => {
    if (!(error instanceof RemedyError)) throw error;
    return [];
  });
  const written = listed.find(({ number }) => number === Math.max(...revisions))?.created;
  if (written === undefined || entry === undefined) return undefined;
  const times = [written, entry.synced].map((time) => Date.parse(time));
  return new Date(Math.max(...times)).toISOString();
}

/** Opened where the token may, for the key of the fingerprints; else read. */
async function readLedger(cloud: PulumiCloud, path: string, { name, group }: Case["secret"]) {
  try {
    const { text } = await cloud.decrypt(path).catch((error: unknown) => {
      if (!(error instanceof RemedyError)) throw error;
      return cloud.read(path);
    });
    const ledger = parseLedger(text);
    const { key, secrets } = ledger;
    const usable = key !== undefined && isFingerprintKey(key) ? key : undefined;
    return { entry: secrets[name], key: usable, revisions: revisionsOf(ledger, group) };
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return { problem: error.reason };
  }
}

function judgeLedger(
  entry: LedgerEntry | undefined,
  environment: string,
  { before, since, sinceGiven }: Journal,
  expected: string | undefined,
  problem: string | undefined,
): Judged {
  if (problem !== undefined) return { standing: "unknown", detail: `its ledger cannot be read (${problem})` };
  if (entry === undefined) return { standing: "failed", detail: "no value of it was synced" };
  const when = `changed ${entry.changed}, ${describeRun(entry.run)}`;
  if (expected !== undefined) {
    return entry.fingerprint === expected
      ? { standing: "proven", detail: `the ledger has the new value's fingerprint (${when})` }
      : {
          standing: "failed",
          detail: `the ledger has the fingerprint of another value than the new one (${when})`,
        };
  }
  const then = before[environment];
  if (then !== undefined && then?.fingerprint !== entry.fingerprint)
    return { standing: "proven", detail: `another value than before (${when})` };
  // It may be what replaced the one that got out, or the very one.
  if (sinceGiven && Date.parse(entry.changed) > Date.parse(since)) {
    const detail = `it changed after ${since} and not since this began (${when}): whether that is the new value, only who gives it on stdin can prove`;
    return { standing: "unknown", detail };
  }
  return then === undefined
    ? { standing: "unknown", detail: `what it held before could not be read (${when})` }
    : { standing: "failed", detail: `the value is still the one from before (${when})` };
}

/**
 * Environments of which it is not proven, by ledger and composite, that their applications get the new value. Nothing is
 * to be proven of what the sync does not bring.
 */
export function unprovenIn(
  { environments, secret, rotated }: Case,
  { asked, checks }: Journal,
): readonly string[] {
  if (secret.bootstrap || rotated !== undefined) return [];
  // Each has a value of its own, which was not replaced.
  if (environments.length === 0) return asked.length > 0 ? asked : secret.environments;
  const isProven = ({ ledger, composite }: EnvironmentCheck) => ledger === "proven" && composite === "proven";
  return environments.filter(
    (each) => !checks.some((check) => check.environment === each && isProven(check)),
  );
}
