import { compositeEnvironment, ledgerEnvironment, pathOf } from "../../../secrets/layout";
import { type LedgerEntry, parseLedger } from "../../../secrets/ledger";
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

/**
 * Looks whether what loaders get has changed. The ledger proves it by a fingerprint: the new value's, where it was typed
 * and the token may open the ledger; else by being another one than before. Then the composite is opened as an
 * application does, and what stands there is compared; it is not kept.
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
    const { entry, key, problem } = await readLedger(
      cloud,
      pathOf(ledgerEnvironment(settings, environment)),
      secret.name,
    );
    const expected =
      key !== undefined && typed !== undefined ? fingerprint(key, secret.name, typed) : undefined;
    const ledger = judgeLedger(entry, environment, journal, expected, problem);
    const path = pathOf(compositeEnvironment(settings, environment));
    const composite = await judgeComposite(cloud, path, (document) => {
      const value = valueAt(document, [settings.appRoot, ...secret.path.split(".")]);
      if (typeof value !== "string") return "none";
      if (typed !== undefined) return value === typed.unwrap() ? "new" : "other";
      if (key === undefined || entry === undefined) return "some";
      return fingerprint(key, secret.name, new Secret(value)) === entry.fingerprint ? "new" : "other";
    });
    const detail = [ledger.detail, composite.detail].join("; ");
    const changed = entry === undefined ? {} : { changed: entry.changed };
    return { environment, ledger: ledger.standing, composite: composite.standing, ...changed, detail };
  });
}

type Standing = EnvironmentCheck["ledger"];

interface Judged {
  standing: Standing;
  detail: string;
}

/** Opened where the token may, for the key of the fingerprints; else read. */
async function readLedger(cloud: PulumiCloud, path: string, name: string) {
  try {
    const { text } = await cloud.decrypt(path).catch((error: unknown) => {
      if (!(error instanceof RemedyError)) throw error;
      return cloud.read(path);
    });
    const { key, secrets } = parseLedger(text);
    return { entry: secrets[name], key: key !== undefined && isFingerprintKey(key) ? key : undefined };
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
  const when = `changed ${entry.changed}, run ${entry.run}`;
  if (expected !== undefined) {
    return entry.fingerprint === expected
      ? { standing: "proven", detail: `the ledger has the new value's fingerprint (${when})` }
      : {
          standing: "failed",
          detail: `the ledger has the fingerprint of another value than the new one (${when})`,
        };
  }
  const later = sinceGiven && Date.parse(entry.changed) > Date.parse(since);
  if (before[environment] === undefined && !later)
    return { standing: "unknown", detail: `what it held before could not be read (${when})` };
  return entry.fingerprint === before[environment]?.fingerprint && !later
    ? { standing: "failed", detail: `the value is still the one from before (${when})` }
    : { standing: "proven", detail: `another value than before${later ? ` ${since}` : ""} (${when})` };
}

async function judgeComposite(
  cloud: PulumiCloud,
  path: string,
  look: (document: unknown) => "new" | "other" | "some" | "none",
): Promise<Judged> {
  try {
    switch (look(await cloud.open(path))) {
      case "new":
        return { standing: "proven", detail: "the composite opens and gives it" };
      case "some":
        return {
          standing: "unknown",
          detail: "the composite opens; which value it gives this token cannot tell",
        };
      case "none":
        return { standing: "failed", detail: "the composite opens and gives no value" };
      default:
        return {
          standing: "failed",
          detail:
            "the composite gives another value: it is pinned to a tag (compositeTags), or somebody wrote in between",
        };
    }
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return { standing: "unknown", detail: `the composite was not opened (${error.reason})` };
  }
}
