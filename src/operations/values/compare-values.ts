import type { ResolvedEntry } from "../../catalog/entry";
import { pathOf, valuesEnvironment } from "../../catalog/layout";
import { type PulumiCloud, valueAt } from "../../clients/pulumi-cloud";
import { fingerprint } from "../../ledger/fingerprint";
import type { Ledger } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import { Secret } from "../../secret";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { ignoreUnseen } from "../observation/environments";

/** How the values of one secret in two deployment environments compare. */
export interface ComparedValue {
  name: string;
  group: string;
  state: "same" | "different" | "missing" | "unknown";
  /** What the state alone does not say; never a value. */
  detail: string;
}

/** One deployment environment as far as it could be seen: values by name, of the groups that may be opened. */
interface Side {
  environment: string;
  opened: ReadonlyMap<string, ReadonlyMap<string, Secret>>;
  /** With its key; undefined: it may not be opened. */
  ledger: Ledger | undefined;
}

/**
 * Compares the values that two deployment environments have in ESC. It opens the values environments of each group in
 * both. Where one side of a group may not be opened, the other's values are compared with the fingerprints of its
 * ledger, if that may be opened: each ledger has a key of its own, so two ledgers alone tell nothing.
 *
 * @returns by name, every entry that either environment has, without the pipeline's own credential.
 * @throws RemedyError when there is no token, or Pulumi Cloud does not answer.
 */
export async function compareValues(
  context: Context,
  [first, second]: readonly [string, string],
): Promise<ComparedValue[]> {
  const cloud = requireCloud(context);
  const sides = await inParallel([first, second], (deployment) => openSide(context, cloud, deployment));
  const [a, b] = sides as [Side, Side];
  return context.catalog.entries
    .filter(
      ({ bootstrap, environments }) =>
        !bootstrap && [first, second].some((each) => environments.includes(each)),
    )
    .map((entry) => ({ name: entry.name, group: entry.group, ...compare(entry, a, b) }));
}

async function openSide(
  { catalog, project: { settings } }: Context,
  cloud: PulumiCloud,
  deployment: string,
): Promise<Side> {
  const entries = catalog.entries.filter((each) => each.environments.includes(deployment));
  const groups = Object.keys(catalog.groups);
  const [ledger, documents] = await Promise.all([
    ledgerOf(cloud, settings, deployment).open().catch(ignoreUnseen),
    inParallel(groups, (group) =>
      cloud.open(pathOf(valuesEnvironment(settings, deployment, group))).catch(ignoreUnseen),
    ),
  ]);
  const opened = groups.flatMap((group, index) => {
    const document = documents[index];
    if (document === undefined) return [];
    const values = entries
      .filter((entry) => entry.group === group)
      .flatMap(({ name, path }) => {
        const value = valueAt(document, [settings.appRoot, ...path.split(".")]);
        return value === undefined ? [] : [[name, new Secret(textOf(value))] as const];
      });
    return [[group, new Map(values)] as const];
  });
  return { environment: deployment, opened: new Map(opened), ledger };
}

/** ESC's own text of a value that is not text: what a person wrote there by hand. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

type Compared = Pick<ComparedValue, "state" | "detail">;

function compare(entry: ResolvedEntry, a: Side, b: Side): Compared {
  const { name, environments } = entry;
  for (const { environment } of [a, b]) {
    if (!environments.includes(environment))
      return { state: "missing", detail: `the catalog has it in ${environments.join(", ")} alone` };
  }
  const [inA, inB] = [standsIn(entry, a), standsIn(entry, b)];
  if (inA === undefined && inB === undefined) return closed([a, b], entry);
  if (inA === undefined || inB === undefined) {
    const [known, other, value] = inA === undefined ? [b, a, inB] : [a, b, inA];
    return byLedger(entry, known, other, value);
  }
  const lacking = [a, b].filter((_, index) => [inA, inB][index] === "none");
  if (lacking.length > 0)
    return {
      state: "missing",
      detail: `no value in ${lacking.map((each) => each.environment).join(" and ")}`,
    };
  if (!isSame(inA, inB)) return { state: "different", detail: "" };
  return {
    state: "same",
    detail: entry.perEnvironment ? `${name} is set for each environment, to one value` : "",
  };
}

/** The value, that there is none, or undefined where the group may not be opened. */
function standsIn({ name, group }: ResolvedEntry, { opened }: Side): Secret | "none" | undefined {
  const values = opened.get(group);
  return values === undefined ? undefined : (values.get(name) ?? "none");
}

function isSame(a: Secret | "none", b: Secret | "none"): boolean {
  return a !== "none" && b !== "none" && a.unwrap() === b.unwrap();
}

/** @param value what stands where the group could be opened. */
function byLedger(
  entry: ResolvedEntry,
  known: Side,
  other: Side,
  value: Secret | "none" | undefined,
): Compared {
  const { key, secrets } = other.ledger ?? {};
  if (key === undefined || secrets === undefined) return closed([other], entry);
  const synced = secrets[entry.name];
  const detail = `${other.environment} by its ledger: what the last sync wrote`;
  if (value === undefined || value === "none")
    return { state: "missing", detail: `no value in ${known.environment}` };
  if (synced === undefined)
    return { state: "missing", detail: `no value in ${other.environment}, by its ledger` };
  return { state: synced.fingerprint === fingerprint(key, entry.name, value) ? "same" : "different", detail };
}

function closed(sides: readonly Side[], { group }: ResolvedEntry): Compared {
  return {
    state: "unknown",
    detail: `${group} of ${sides.map((each) => each.environment).join(" and ")} may not be opened`,
  };
}
