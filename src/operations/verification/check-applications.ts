import type { ResolvedEntry as Entry, ResolvedCatalog } from "../../catalog/entry";
import { compositeEnvironment, pathOf, SENTINEL, startSyncs } from "../../catalog/layout";
import {
  type Rotator,
  rotatedEnvironment,
  rotatedValues,
  rotatorsIn,
  UNROTATED,
} from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import { type PulumiCloud, valueAt } from "../../clients/pulumi-cloud";
import { fingerprint } from "../../ledger/fingerprint";
import type { Ledger } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import { Secret } from "../../secret";
import { COMMAND, namesIn } from "../../text";
import { readPins } from "../observation/composite-imports";
import { type Check, type CheckResult, check, ok, wrong } from "./check";

/**
 * Whether an application of an environment gets what was synced: opens what it opens, and compares fingerprints with
 * the ledger's. No value leaves this function.
 */
export function checkApplication(
  catalog: ResolvedCatalog,
  settings: Settings,
  deployment: string,
  cloud: PulumiCloud,
): Promise<Check> {
  return check(`application of ${deployment}`, async () => {
    const [document, ledger, pins] = await Promise.all([
      cloud.open(pathOf(compositeEnvironment(settings, deployment))),
      ledgerOf(cloud, settings, deployment).open(),
      readPins(cloud, settings, deployment),
    ]);
    const entries = catalog.entries.filter(
      (entry) => !entry.bootstrap && entry.environments.includes(deployment),
    );
    const found = entries.map((entry) => ({
      entry,
      state: stateOf(entry, valueIn(document, settings, entry), ledger),
    }));
    const waiting = rotatorsIn(catalog.rotators, deployment).filter((rotator) =>
      rotatedValues(rotator).some(
        ({ appKey, required }) => required && valueAt(document, [settings.appRoot, appKey]) === UNROTATED,
      ),
    );
    if (waiting.length === 0) return tell(found, Object.values(pins)[0], settings);
    return neverRotated(waiting, settings, deployment);
  });
}

type State = "right" | "absent" | "missing" | "other";

function valueIn(document: unknown, settings: Settings, entry: Entry): unknown {
  return valueAt(document, [settings.appRoot, ...entry.path.split(".")]);
}

function stateOf(entry: Entry, value: unknown, ledger: Ledger): State {
  if (typeof value !== "string" || value === "" || value === SENTINEL)
    return entry.required || ledger.secrets[entry.name] !== undefined ? "missing" : "absent";
  const known = ledger.secrets[entry.name]?.fingerprint;
  if (known === undefined || ledger.key === undefined) return "other";
  return fingerprint(ledger.key, entry.name, new Secret(value)) === known ? "right" : "other";
}

/** An application that does not use this program's loader takes the placeholder for a value. */
function neverRotated(waiting: readonly Rotator[], settings: Settings, deployment: string): CheckResult {
  const names = waiting.flatMap(rotatedValues).map(({ name }) => name);
  const commands = waiting.map((rotator) => {
    const path = pathOf(rotatedEnvironment(settings, deployment, rotator));
    return `pulumi env rotate ${settings.pulumiOrganization}/${path}`;
  });
  return wrong(
    "rotation-never-ran",
    `applications get a placeholder, because ESC has never rotated ${namesIn(names)}`,
    `as an administrator: ${commands.join(" && ")}`,
  );
}

/** @param pin tag that the composite is pinned to; what was synced since then differs on purpose. */
function tell(
  found: readonly { entry: Entry; state: State }[],
  pin: string | undefined,
  settings: Settings,
): CheckResult {
  const named = (wanted: State) =>
    found.filter(({ state }) => state === wanted).map(({ entry }) => entry.name);
  const [missing, other] = [named("missing"), named("other")];
  const since =
    pin === undefined ? "not as the sync left them" : `synced after ${pin}, to which it is pinned`;
  const cause = [
    `${named("right").length} of ${found.length} load as they were synced`,
    ...(missing.length > 0 ? [`without a value: ${namesIn(missing)}`] : []),
    ...(other.length > 0 ? [`${since}: ${namesIn(other)}`] : []),
  ].join("; ");
  if (missing.length === 0 && (other.length === 0 || pin !== undefined))
    return ok("application-loads", cause);
  const unset = missing.length === 0 ? "" : `; ${COMMAND} set NAME for what GitHub does not have`;
  const code = missing.length === 0 ? "application-values-differ" : "application-values-missing";
  const remedy = `run the sync, which compares ESC with GitHub: ${startSyncs(settings)}${unset}`;
  const brief = [
    `${named("right").length} of ${found.length} load as they were synced`,
    ...(missing.length > 0 ? [`${missing.length} have no value`] : []),
    ...(other.length > 0 ? [`${other.length} are ${since}`] : []),
  ].join("; ");
  return wrong(code, cause, remedy, { cause: brief, names: [...missing, ...other], remedy });
}
