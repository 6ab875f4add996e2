import { dayOf } from "../../catalog/dates";
import { organizationSlots, type SlotName } from "../../catalog/slots";
import type { GitHub } from "../../clients/github-secrets";
import { RemedyError } from "../../errors";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { organizationSlotsNamed, requireRoom, spreadOf } from "../values/named-entries";
import { describeReaders, repositoryIds } from "../values/write-values";
import { differencesOf, type Finding, type Observed } from "./find-drift";
import { observeSecrets } from "./observe-github";

/** One secret that was looked at, and set where it differed. */
export interface Repaired {
  name: string;
  /** How it differed; undefined: it did not. */
  was: string | undefined;
  /** Who can use it as declared, in words. */
  readers: string;
}

/**
 * Sets who can use organization secrets to what is declared, without a value.
 *
 * @param names of the catalog; or all that are in GitHub.
 * @param onDone told of each in its order; in a dry run of what would be done.
 * @returns how many were looked at.
 * @throws RemedyError when one that was named is not in GitHub or finds no room, before anything is written; and at the
 *   first that GitHub refuses.
 */
export async function repair(
  context: Context,
  names: readonly string[] | "all",
  dryRun: boolean,
  onDone: (repaired: Repaired) => void,
): Promise<number> {
  const { catalog, now } = context;
  const declared =
    names === "all"
      ? organizationSlots(catalog.entries, dayOf(now()))
      : organizationSlotsNamed(catalog, names);
  const github = context.github();
  const observed = await observeSecrets(github, new Set(declared.map(({ name }) => name)));
  if (names !== "all") requireAllThere(declared, observed);
  const there = new Set(observed.secrets.map(({ name }) => name));
  const spread = await spreadOf(context, github);
  const slots = declared
    .filter(({ name }) => there.has(name))
    .map((slot) => ({ ...slot, finding: differencesOf(slot, spread.shards, observed)[0] }));
  const wrong = slots.filter(({ finding }) => finding !== undefined).map(({ secret }) => secret);
  requireRoom(wrong, spread);
  const idsOf = await repositoryIds(github, spread.shards, wrong);
  for (const slot of slots) {
    const { name, secret, finding } = slot;
    if (finding !== undefined && !dryRun) await fix(github, slot, finding, idsOf(secret));
    onDone({ name, was: finding?.cause, readers: describeReaders(secret, spread.shards) });
  }
  return slots.length;
}

/** How secrets that are in GitHub differ from what is declared. One that is gone from GitHub has no difference here. */
export async function accessDifferences(context: Context, slots: readonly SlotName[]): Promise<Finding[]> {
  if (slots.length === 0) return [];
  const github = context.github();
  const [observed, { shards }] = await Promise.all([
    observeSecrets(github, new Set(slots.map(({ name }) => name))),
    spreadOf(context, github),
  ]);
  const there = slots.filter(({ name }) => observed.secrets.some((each) => each.name === name));
  return there.flatMap((slot) => differencesOf(slot, shards, observed));
}

function fix(
  github: GitHub,
  slot: SlotName,
  { code }: Finding,
  repositoryIds: readonly number[],
): Promise<void> {
  if (code === "repositories-differ") return github.setRepositories(slot.name, repositoryIds);
  return setVisibility(github, slot, repositoryIds);
}

function requireAllThere(slots: readonly SlotName[], observed: Observed): void {
  const there = new Set(observed.secrets.map((secret) => secret.name));
  const missing = slots.map((slot) => slot.name).filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new RemedyError({
    code: "secret-missing",
    subject: missing.join(", "),
    cause: "GitHub has no such organization secret",
    remedy: `${COMMAND} set ${missing[0]} makes it, with its readers; one that was never there: pulumi up`,
  });
}

async function setVisibility(
  github: GitHub,
  { name, secret }: SlotName,
  repositoryIds: readonly number[],
): Promise<void> {
  try {
    await github.writeSecret(name, { visibility: secret.visibility, repositoryIds });
  } catch (error) {
    if (!(error instanceof RemedyError) || error.problem.code !== "github-refused") throw error;
    throw new RemedyError({
      code: "value-required",
      subject: name,
      cause: "GitHub changes its visibility only together with a value",
      remedy: `whoever knows the value runs: ${COMMAND} set ${name} --replace`,
    });
  }
}
