import type * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { isDue } from "../../catalog/dates";
import { type Catalog, resolveCatalog } from "../../catalog/entry";
import { SENTINEL } from "../../catalog/layout";
import { type SlotName, slotNames } from "../../catalog/slots";
import { GitHubSecrets, NewNames } from "./github-secrets";

/** Inputs of a slot, as hooks get them. Values among them are never looked at. */
type Inputs = Readonly<Record<string, unknown>>;

/** What the guards ask and know. */
export interface GuardOptions {
  /** Whether GitHub holds a secret of that name and place; asked in preview as in up, for new slots only. */
  exists: (inputs: Inputs) => Promise<boolean>;
  /** Why a slot that is due has to stay: a renamed secret has no value under its new name yet. Undefined: it may go. */
  whyKept: (slot: SlotName, inputs: Inputs) => Promise<string | undefined>;
  /** Every slot of the catalog, those with a due tombstone included. */
  slots: readonly SlotName[];
  /** Today, UTC: YYYY-MM-DD. */
  today: string;
}

/** The hooks of a slot, by what may happen to it. */
export type SlotGuards = (slot: SlotName) => pulumi.ResourceHookBinding;

/**
 * The guards of every slot. GitHub gives no value back, so one overwritten or deleted is gone, and the provider
 * overwrites in two ways: its create is an upsert, and each of its updates sends the value in the state again,
 * whatever changed. All refuse in preview as in up. Only a value that the stack's config has may be updated.
 *
 * The state keeps the hooks' names, and the engine runs what is registered under them for slots that left the
 * program: make the guards in every run. That a slot has the other delete hook in the state says that an `up` has
 * announced its end, and taken its protection.
 */
export function slotGuards(options: GuardOptions): SlotGuards {
  const hook = (name: string, callback: pulumi.ResourceHookFunction) =>
    new pulumi.ResourceHook(name, callback, { onDryRun: true });
  const refuseExisting = hook("refuse-to-overwrite-existing-secret", async ({ newInputs = {} }) => {
    if (await options.exists(newInputs)) throw new Error(existing(newInputs));
  });
  const refuseUpdate = hook("refuse-to-update-slot", ({ newInputs, oldInputs }) => {
    throw new Error(update(newInputs ?? oldInputs ?? {}));
  });
  const refuseTakeover = hook(
    "refuse-to-update-value-of-person",
    async ({ newInputs = {}, oldInputs = {} }) => {
      if ((await settled(oldInputs.value)) === SENTINEL) throw new Error(takeover(newInputs));
    },
  );
  const refuseDelete = hook("refuse-to-delete-slot", ({ oldInputs = {}, urn, type }) => {
    throw new Error(deletion({ inputs: oldInputs, urn, type }, options));
  });
  const deleteWhenDue = hook("delete-slot-when-tombstone-is-due", async ({ oldInputs = {}, urn, type }) => {
    const slot = slotOf(oldInputs, options.slots);
    if (slot !== undefined && isDue(slot.tombstone, options.today)) {
      const why = await options.whyKept(slot, oldInputs);
      if (why === undefined) return;
      throw new Error(renamed(slot, why));
    }
    throw new Error(deletion({ inputs: oldInputs, urn, type }, options));
  });
  return ({ tombstone, secret }) => ({
    beforeCreate: [refuseExisting],
    beforeUpdate: [secret.value === "config" ? refuseTakeover : refuseUpdate],
    beforeDelete: [tombstone === undefined ? refuseDelete : deleteWhenDue],
  });
}

/** Secrets among a hook's inputs come as outputs. */
function settled(value: unknown): Promise<unknown> {
  return new Promise((done) => {
    pulumi.output(value as string | undefined).apply(done);
  });
}

function slotOf(inputs: Inputs, slots: readonly SlotName[]): SlotName | undefined {
  return slots.find((each) => each.name === inputs.secretName);
}

function existing(inputs: Inputs): string {
  if (inputs.environment !== undefined) {
    return `${inputs.secretName}: this secret of environment ${inputs.environment} of ${inputs.repository} exists in GitHub but not in the stack's state; creating it would overwrite its value, which GitHub cannot give back. Nothing was written. Remedy: take it into the state as it is (npx sophia-secrets adopt ${inputs.secretName} --stack ${pulumi.getStack()}), then run again`;
  }
  return `${inputs.secretName}: this organization secret exists in GitHub but not in the stack's state; creating it would overwrite its value, which GitHub cannot give back. Nothing was written. Remedy: take it into the state as it is (npx sophia-secrets adopt ${inputs.secretName}), then run again`;
}

function update(inputs: Inputs): string {
  return `${inputs.secretName}: updating this slot would send the placeholder over the value people set in GitHub. Nothing was written. Remedy: undo the change of the slot's inputs; visibility and repositories are changed in GitHub or through its repositories resource`;
}

function takeover(inputs: Inputs): string {
  return `${inputs.secretName}: its value was a person's to set, and an update would send the config's over it, which GitHub cannot undo. Nothing was written. Remedy: take value: "config" back, or, when the config's is the right one, forget the slot (pulumi state delete), delete the secret in GitHub and run pulumi up`;
}

function renamed({ name, secret }: SlotName, why: string): string {
  return `${name}: deleting this secret could lose the one value there is, for ${why}. Nothing of it was deleted. Remedy: set ${secret.name} to the value of ${name}, run the sync, then pulumi up --refresh; or give ${name} a later tombstone`;
}

function deletion(
  { inputs, urn, type }: { inputs: Inputs; urn: string; type: string },
  { slots, today }: GuardOptions,
): string {
  const name = String(inputs.secretName);
  const slot = slotOf(inputs, slots);
  const forget = `pulumi state delete --force --target-dependents '${urn}'`;
  if (slot !== undefined && !isDue(slot.tombstone, today) && type.endsWith("SecretRepositories"))
    return `${name}: its list of repositories would leave the stack. Nothing was changed. Remedy: undo what takes it away (visibility, or value: "config"), or make the change in GitHub and run ${forget}`;
  return `${name}: deleting this secret would lose its value, which GitHub cannot give back, and ${why(slot, today)}. Nothing of it was deleted. Remedy: ${remedy(name, slot, today)}. To leave it in GitHub and only forget it here: ${forget}`;
}

function why(slot: SlotName | undefined, today: string): string {
  if (slot?.tombstone === undefined) return "no tombstone announced it";
  if (!isDue(slot.tombstone, today)) return `its tombstone is for ${slot.tombstone}`;
  return "no run of up has announced its tombstone before the day came";
}

function remedy(name: string, slot: SlotName | undefined, today: string): string {
  const steps = 'tombstone: "YYYY-MM-DD" with a day to come, run pulumi up, and again from that day on';
  if (slot === undefined) return `put the entry ${name} back into secrets/catalog.ts, with ${steps}`;
  if (slot.tombstone !== undefined && !isDue(slot.tombstone, today))
    return "wait for that day, or undo what removes the slot";
  return `give the entry ${name} a ${steps}`;
}

/** What holds for every slot of a run. */
export interface SlotRules {
  guards: SlotGuards;
  /** UTC: YYYY-MM-DD. What is due by it is not declared any more. */
  today: string;
  /** Values that entries take from the stack's config, by name. */
  values: pulumi.Output<Record<string, string>>;
  inGitHub: GitHubSecrets;
  newNames: NewNames;
  /** How GitHub is asked outside a resource. */
  invoke: pulumi.InvokeOptions;
}

/** Registers the guards, which every run needs whatever it declares, and says what is about to leave. */
export function slotRules(
  catalog: Catalog,
  values: SlotRules["values"],
  provider: github.Provider,
  today: string,
): SlotRules {
  const slots = slotNames(resolveCatalog(catalog));
  const invoke = { provider };
  const inGitHub = new GitHubSecrets(invoke);
  announceTombstones(slots, today);
  const newNames = new NewNames(inGitHub, today);
  const guards = slotGuards({
    exists: (inputs) => inGitHub.has(inputs),
    whyKept: (slot, inputs) => newNames.whyKept(slot, inputs),
    slots,
    today,
  });
  return { guards, today, values, inGitHub, newNames, invoke };
}

/** Says, in every preview and every up, what is about to leave and when: a line of its own, names and days only. */
export function announceTombstones(slots: readonly SlotName[], today: string): void {
  const lines = slots.flatMap(({ name, tombstone }) => {
    if (tombstone === undefined) return [];
    if (!isDue(tombstone, today)) return [`${name} goes on ${tombstone}`];
    return [`${name} is due since ${tombstone}: up deletes it; after that and a sync, remove its entry`];
  });
  if (lines.length > 0) void pulumi.log.warn(`tombstones: ${lines.join("; ")}`);
}
