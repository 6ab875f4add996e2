import type { Spread } from "../../catalog/carriers";
import { FORMER_SECRET_REPOSITORIES, SECRET_REPOSITORIES, SENTINEL } from "../../catalog/layout";
import type { SlotName } from "../../catalog/slots";
import type { GitHub } from "../../clients/github-secrets";
import { setVisibility } from "../../clients/secret-repositories";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { COMMAND } from "../../text";
import { SLOT } from "../adoption/plan-adoption";
import type { Context } from "../context";
import { differencesOf, type Finding } from "../drift/find-drift";
import { observeSecrets } from "../drift/observe-github";
import { requireCapacity, spreadOf } from "../values/named-entries";
import { describeAccess, repositoryIds, writeValues } from "../values/write-values";
import type { Repairing } from "./repairing";

type Shards = Spread["shards"];

/**
 * Sets who can use organization secrets to what is declared, without a value. One that the stack made and somebody
 * deleted gets the placeholder and its access again. In stacks of an earlier version the GitHub provider's list of its
 * repositories would end every refresh with 404.
 *
 * @param declared those to look at.
 * @param named whether somebody asked for these; otherwise what is in neither is left to `up`.
 * @returns how many were looked at.
 * @throws RemedyError when one that was named is in neither or fits in no carrier, before anything is written; and at the
 *   first that GitHub refuses.
 */
export async function repairOrganizationSecrets(
  context: Context,
  declared: readonly SlotName[],
  { named, dryRun, state, onDone }: Repairing,
): Promise<number> {
  if (declared.length === 0) return 0;
  const github = context.github();
  const observed = await observeSecrets(github, new Set(declared.map(({ name }) => name)));
  const there = new Set(observed.secrets.map(({ name }) => name));
  const deleted = await deletedSlots(
    state,
    declared.filter(({ name }) => !there.has(name)),
  );
  const known = new Set([...there, ...deleted.map(({ slot }) => slot.name)]);
  if (named) requireAllThere(declared, known);
  const spread = await spreadOf(context, github);
  const slots = declared
    .filter(({ name }) => known.has(name))
    .map((slot) => ({ ...slot, finding: differencesOf(slot, spread.shards, observed)[0] }));
  const wrong = slots.filter(({ finding }) => finding !== undefined).map(({ secret }) => secret);
  requireCapacity(wrong, spread);
  const idsOf = await repositoryIds(github, spread.shards, wrong);
  for (const slot of slots) {
    const { name, secret, finding } = slot;
    const gone = deleted.find((each) => each.slot.name === name);
    const readers = describeAccess(secret, spread.shards);
    if (finding !== undefined && !dryRun) {
      if (gone === undefined) await fix(github, slot, finding, idsOf(secret));
      else await makeAgain(context, github, spread.shards, gone);
    }
    const later = gone?.isListLeft === true ? "made by the next pulumi up, " : "";
    onDone({ name, was: finding?.cause, now: `${later}${readers}` });
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
  return setVisibility(github, slot.name, { visibility: slot.secret.visibility, repositoryIds });
}

/** A secret that the stack made and somebody deleted in GitHub. */
interface Deleted {
  slot: SlotName;
  /** Whether the state has its list of repositories alone: a refresh that failed took the secret from it. */
  isListLeft: boolean;
  /** URN of that list, where an earlier version of this program made it. */
  formerList: string | undefined;
}

/** Those that the stack's state has. One that no `up` has made yet is left to it, and config's values are sent by it. */
async function deletedSlots(state: Repairing["state"], missing: readonly SlotName[]): Promise<Deleted[]> {
  const persons = missing.filter(({ secret }) => secret.value === "person");
  if (persons.length === 0) return [];
  const resources = await state();
  const find = (wanted: string, name: string) =>
    resources.find(({ type, inputs }) => type === wanted && inputs?.secretName === name);
  return persons.flatMap((slot): Deleted[] => {
    if (find(SLOT, slot.name) !== undefined) return [{ slot, isListLeft: false, formerList: undefined }];
    const former = find(FORMER_SECRET_REPOSITORIES, slot.name);
    const isListLeft = (former ?? find(SECRET_REPOSITORIES, slot.name)) !== undefined;
    return isListLeft ? [{ slot, isListLeft, formerList: former?.urn }] : [];
  });
}

/**
 * The secret again, with the placeholder. Where the state has its list alone, `up` would refuse what is there and not in
 * the state, so the next one makes it. Before that, a list of an earlier version leaves the state, for the refresh.
 */
async function makeAgain(
  { pulumi }: Context,
  github: GitHub,
  shards: Shards,
  { slot, isListLeft, formerList }: Deleted,
): Promise<void> {
  // The stack's guard against its destruction depends on every resource: it leaves with the list, and comes back with it.
  if (formerList !== undefined)
    await pulumi.run(["state", "delete", formerList, "--yes", "--force", "--target-dependents"]);
  if (!isListLeft) await writePlaceholder(github, shards, slot);
}

/** Asks once more right before: GitHub has no write that creates alone, and someone may have set a value meanwhile. */
async function writePlaceholder(github: GitHub, shards: Shards, slot: SlotName): Promise<void> {
  const isThere = (await github.listSecrets()).some(({ name }) => name === slot.name);
  if (isThere) return;
  await writeValues(github, shards, [{ slot, value: new Secret(SENTINEL) }], () => undefined);
}

function requireAllThere(slots: readonly SlotName[], known: ReadonlySet<string>): void {
  const missing = slots.map((slot) => slot.name).filter((name) => !known.has(name));
  if (missing.length === 0) return;
  throw new RemedyError({
    code: "secret-missing",
    subject: missing.join(", "),
    cause: "GitHub has no such organization secret",
    remedy: `${COMMAND} set ${missing[0]} makes it, with its repositories; one that was never there: pulumi up`,
  });
}
