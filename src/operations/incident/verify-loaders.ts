import { compositeEnvironment, ledgerEnvironment, pathOf, valuesEnvironment } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { type PulumiCloud, valueAt } from "../../clients/pulumi-cloud";
import { problemOf } from "../../errors";
import { fingerprint, isFingerprintKey } from "../../ledger/fingerprint";
import { describeRun, type LedgerEntry, revisionsOf } from "../../ledger/ledger";
import { ledgerAt } from "../../ledger/ledger-store";
import { Secret } from "../../secret";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { readImports } from "../observation/composite-imports";
import { placesOf } from "../observation/text-places";
import type { Case, EnvironmentCheck, Journal } from "./case";

/**
 * Checks whether loaders get the new value. The ledger proves it by a fingerprint: the new value's, if it was typed and the
 * token may open the ledger; otherwise one that differs from before. Then the composite is opened as an application does,
 * and its value is compared and not kept. If both are right, the check says until when the old value was given out.
 *
 * @param typed the new value, where this run knows it.
 */
export function verifyLoaders(
  context: Context,
  { secret, environments }: Case,
  journal: Journal,
  typed: Secret | undefined,
): Promise<EnvironmentCheck[]> {
  const cloud = requireCloud(context);
  const { settings } = context.project;
  return inParallel(environments, async (deployment) => {
    const { entry, key, revisions, problem } = await openLedger(
      cloud,
      pathOf(ledgerEnvironment(settings, deployment)),
      secret,
    );
    const expected =
      key !== undefined && typed !== undefined ? fingerprint(key, secret.name, typed) : undefined;
    const ledger = judgeLedger(entry, deployment, journal, expected, problem);
    const composite = await judgeComposite(
      cloud,
      { settings, secret, environment: deployment },
      (document) => {
        const value = valueAt(document, [settings.appRoot, ...secret.path.split(".")]);
        if (typeof value !== "string") return "none";
        if (typed !== undefined) return value === typed.unwrap() ? "new" : "other";
        if (key === undefined || entry === undefined) return "some";
        return fingerprint(key, secret.name, new Secret(value)) === entry.fingerprint ? "new" : "other";
      },
    );
    const detail = [ledger.detail, composite.detail].join("; ");
    const isEnded = ledger.state === "proven" && composite.isNewest;
    const path = pathOf(valuesEnvironment(settings, deployment, secret.group));
    const until = isEnded ? await writtenAt(cloud, path, entry, revisions) : undefined;
    const states = { ledger: ledger.state, composite: composite.state };
    return { environment: deployment, ...states, ...(until === undefined ? {} : { until }), detail };
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
  const listed = await cloud.revisions.list(path).catch((error) => void problemOf(error));
  const written = listed?.find(({ number }) => number === Math.max(...revisions))?.created;
  if (written === undefined || entry === undefined) return undefined;
  const times = [written, entry.synced].map((time) => Date.parse(time));
  return new Date(Math.max(...times)).toISOString();
}

/** Opened where the token may, for the key of the fingerprints; else read. */
async function openLedger(cloud: PulumiCloud, path: string, { name, group }: Case["secret"]) {
  try {
    const store = ledgerAt(cloud, path);
    const opened = await store.open().catch((error) => void problemOf(error));
    const ledger = opened ?? (await store.read());
    const { key, secrets } = ledger;
    const usable = key !== undefined && isFingerprintKey(key) ? key : undefined;
    return { entry: secrets[name], key: usable, revisions: revisionsOf(ledger, group) };
  } catch (error) {
    return { problem: problemOf(error).cause };
  }
}

function judgeLedger(
  entry: LedgerEntry | undefined,
  deployment: string,
  { before, since, sinceGiven }: Journal,
  expected: string | undefined,
  problem: string | undefined,
): Judged {
  if (problem !== undefined) return { state: "unknown", detail: `its ledger cannot be read (${problem})` };
  if (entry === undefined) return { state: "failed", detail: "it was never synced" };
  const when = `changed ${entry.changed}, ${describeRun(entry.run)}`;
  if (expected !== undefined) {
    return entry.fingerprint === expected
      ? { state: "proven", detail: `the ledger has the new value's fingerprint (${when})` }
      : {
          state: "failed",
          detail: `the ledger has the fingerprint of another value than the new one (${when})`,
        };
  }
  const then = before[deployment];
  if (then !== undefined && then?.fingerprint !== entry.fingerprint)
    return { state: "proven", detail: `another value than before (${when})` };
  // It may be the value that replaced the compromised one, or the compromised one itself.
  if (sinceGiven && Date.parse(entry.changed) > Date.parse(since)) {
    const detail = `it changed after ${since} and not since this case started (${when}): only a run that is given the new value on stdin can prove that this is it`;
    return { state: "unknown", detail };
  }
  return then === undefined
    ? { state: "unknown", detail: `what it held before could not be read (${when})` }
    : { state: "failed", detail: `the value is still the one from before (${when})` };
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

/** Whether the new value has arrived somewhere, and how that is known. */
export interface Judged {
  state: EnvironmentCheck["ledger"];
  detail: string;
}

/** What an opened composite gives, compared with the new value. */
export type Given = "new" | "other" | "some" | "none";

/** What is judged: one secret in one environment. */
export interface Place {
  settings: Settings;
  secret: Case["secret"];
  environment: string;
}

/**
 * Judges what applications get: by opening the composite as they do, which alone proves it. Where this token may not, or
 * cannot tell one value from another, its text still says whether it is pinned to a revision that holds another value.
 *
 * @param look compares the opened document with what is expected; it keeps nothing.
 * @returns with it, whether applications are known to get the newest values.
 */
export async function judgeComposite(
  cloud: PulumiCloud,
  place: Place,
  look: (document: unknown) => Given,
): Promise<Judged & { isNewest: boolean }> {
  const failed = (detail: string) => ({ state: "failed" as const, detail, isNewest: false });
  const path = pathOf(compositeEnvironment(place.settings, place.environment));
  try {
    switch (look(await cloud.open(path))) {
      case "new":
        return { state: "proven", detail: "the composite opens and gives it", isNewest: true };
      case "none":
        return failed("the composite opens and gives no value");
      case "other":
        return failed(
          "the composite gives another value: it is pinned to a tag (compositeTags), or somebody wrote in between",
        );
      default:
        return judgeImport(cloud, place, "the composite opens; this token cannot see which value it gives");
    }
  } catch (error) {
    return judgeImport(cloud, place, `the composite was not opened (${problemOf(error).cause})`);
  }
}

/** By the composite's text: it can disprove and never prove, because other values in it can override what it imports. */
async function judgeImport(cloud: PulumiCloud, { settings, secret, environment }: Place, how: string) {
  const unknown = (more: string, isNewest = false) => {
    return { state: "unknown" as const, detail: `${how}${more}`, isNewest };
  };
  const path = pathOf(valuesEnvironment(settings, environment, secret.group));
  const imports = await readImports(cloud, settings, environment);
  if (imports === undefined) return unknown("; nor may its text be read, which says whether it is pinned");
  if (!(path in imports)) return unknown(`; its text does not import ${path}`);
  const version = imports[path];
  if (version === undefined) return unknown("; by its text it imports the newest values", true);
  const isSame = await holdsTheSame(cloud, path, version, `${settings.appRoot}.${secret.path}`);
  if (isSame === undefined)
    return unknown(`; it is pinned to ${version}, and what that holds cannot be read`);
  if (isSame) return unknown(`; it is pinned to ${version}, which holds what is newest`);
  const detail = `the composite is pinned to ${version} (compositeTags), which holds another value than the newest`;
  return { state: "failed" as const, detail, isNewest: false };
}

/** Whether a revision holds the newest value: ciphertext stays the same as long as a value does. @returns undefined when it cannot be read. */
async function holdsTheSame(
  cloud: PulumiCloud,
  path: string,
  version: string,
  place: string,
): Promise<boolean | undefined> {
  try {
    const listed = await cloud.revisions.list(path);
    const pinned = listed.find(({ number, tags }) => String(number) === version || tags.includes(version));
    if (pinned === undefined || pinned.retracted) return undefined;
    const [then, now] = await Promise.all([
      cloud.revisions.text(path, pinned.number),
      cloud.read(path).then(({ text }) => text),
    ]);
    const [before, newest] = [placesOf(then), placesOf(now)];
    return before && newest && before.get(place) === newest.get(place);
  } catch (error) {
    problemOf(error);
    return undefined;
  }
}
