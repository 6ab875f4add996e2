import * as pulumi from "@pulumi/pulumi";
import type * as pulumiservice from "@pulumi/pulumiservice";
import { isDue } from "../../catalog/dates";
import type { ResolvedEntry } from "../../catalog/entry";
import { SENTINEL } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { asLeftover, isLeftover, type SlotName, slotNames } from "../../catalog/slots";
import type { Problem } from "../../errors";
import { Refusal, warn } from "../diagnostics";
import type { StackState } from "../stack-state";
import { ENVIRONMENT_SECRET, ORGANIZATION_SECRET } from "./existing-secrets";
import type { GitHubSecrets } from "./github-secrets";
import {
  deletionRefused,
  leftoverNeeded,
  madeAgain,
  overwriteRefused,
  renameIncomplete,
  type SecretInputs,
  takeoverRefused,
  updateRefused,
} from "./guard-problems";
import { announceTombstones, RenamedSecrets } from "./leaving-secrets";

/** What the guards of a run go by. */
interface Guarded {
  /** Every entry of the catalog. */
  secrets: readonly ResolvedEntry[];
  /** The stack's config: the GitHub organization and the deployment environments. */
  settings: Settings;
  /** UTC: YYYY-MM-DD. */
  today: string;
  /** Deployment environments of this stack, whose ledgers tell what was synced. */
  deployments: readonly { ledger: pulumiservice.Environment }[];
  /** What GitHub holds. */
  inGitHub: GitHubSecrets;
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
}

/** Registers the guards, which every run needs whatever it declares, and warns of what is about to be deleted. */
export function guardSecrets(guarded: Guarded): SecretGuards {
  const { secrets, settings, today, deployments, inGitHub } = guarded;
  const slots = slotNames(secrets);
  announceTombstones(slots, today);
  const ledgers = deployments.map(({ ledger }) => ledger);
  const { carriers, environments: deployed } = settings;
  const renamed = new RenamedSecrets({ inGitHub, today, carriers, deployments: deployed, ledgers });
  return declareGuards({
    exists: (inputs) => inGitHub.has(inputs),
    wasMade: async (inputs) => isKnown(await guarded.state, inputs),
    whyKept: (slot, inputs) => renamed.whyKept(slot, inputs),
    slots,
    today,
  });
}

/** The component that each organization secret is part of: a refresh that misses the secret leaves it in the state. */
const COMPONENT = "sophia-secrets:github:Slot";

/** Whether an earlier run made the secret. */
function isKnown(state: StackState | undefined, inputs: SecretInputs): boolean {
  if (state === undefined) return false;
  const { secretName, repository, environment } = inputs;
  if (environment !== undefined)
    return state.has(ENVIRONMENT_SECRET, `${repository}/${environment}/${secretName}`);
  return state.has(ORGANIZATION_SECRET, String(secretName)) || state.has(COMPONENT, String(secretName));
}

/** What the guards ask and know. */
export interface GuardOptions {
  /** Whether GitHub holds a secret of that name and place. Asked in preview and in up, for new resources only. */
  exists: (inputs: SecretInputs) => Promise<boolean>;
  /** Whether an earlier run made it. Asked of those that are new and that GitHub does not hold: somebody deleted them. */
  wasMade: (inputs: SecretInputs) => Promise<boolean>;
  /** Why a secret that is due has to stay: a renamed one has no value under its new name yet. Undefined: it may go. */
  whyKept: (slot: SlotName, inputs: SecretInputs) => Promise<string | undefined>;
  /** Every secret of the catalog, those with a due tombstone included. */
  slots: readonly SlotName[];
  /** Today, UTC: YYYY-MM-DD. */
  today: string;
}

/** The hooks of a secret's resource, by what may happen to it. */
export type SecretGuards = (slot: SlotName) => pulumi.ResourceHookBinding;

/**
 * The guards of every secret in GitHub. GitHub returns no value, so one that is overwritten or deleted is gone, and the
 * provider overwrites in two ways: its create is an upsert, and each of its updates sends the value in the state again,
 * whatever changed. All refuse in preview and in up. Only a value that comes from the stack's config may be updated.
 *
 * The state keeps the hooks' names, and for resources that left the program the engine runs what is registered under
 * them. So every run makes the guards, and their names never change. A resource with the other delete hook in the state
 * is one whose end an `up` has announced, and whose protection that `up` has taken away.
 */
export function declareGuards(options: GuardOptions): SecretGuards {
  const { today } = options;
  const slotFor = (inputs: SecretInputs) => {
    const slot = options.slots.find((each) => each.name === inputs.secretName);
    return slot !== undefined && isLeftover(slot, inputs) ? asLeftover(slot) : slot;
  };
  const refuseExisting = hook("refuse-to-overwrite-existing-secret", async ({ newInputs = {} }) => {
    if (await options.exists(newInputs)) return overwriteRefused(newInputs);
    // The engine shows it as one more to create, and its value is lost.
    if (await options.wasMade(newInputs)) await warn(madeAgain(newInputs));
    return undefined;
  });
  const refuseUpdate = hook("refuse-to-update-slot", async ({ newInputs, oldInputs }) =>
    updateRefused(newInputs ?? oldInputs ?? {}),
  );
  const refuseTakeover = hook(
    "refuse-to-update-value-of-person",
    async ({ newInputs = {}, oldInputs = {} }) =>
      (await settled(oldInputs.value)) === SENTINEL ? takeoverRefused(newInputs) : undefined,
  );
  const refuseDelete = hook("refuse-to-delete-slot", async ({ oldInputs = {}, urn, type }) =>
    deletionRefused({ inputs: oldInputs, urn, type }, slotFor(oldInputs), today),
  );
  const deleteWhenDue = hook("delete-slot-when-tombstone-is-due", async ({ oldInputs = {}, urn, type }) => {
    const slot = slotFor(oldInputs);
    if (slot === undefined || !isDue(slot.tombstone, today))
      return deletionRefused({ inputs: oldInputs, urn, type }, slot, today);
    const why = await options.whyKept(slot, oldInputs);
    if (why === undefined) return undefined;
    return isLeftover(slot, oldInputs) ? leftoverNeeded(slot, oldInputs, why) : renameIncomplete(slot, why);
  });
  return ({ tombstone, secret }) => ({
    beforeCreate: [refuseExisting],
    beforeUpdate: [secret.value === "config" ? refuseTakeover : refuseUpdate],
    beforeDelete: [tombstone === undefined ? refuseDelete : deleteWhenDue],
  });
}

/** @param judge what is wrong with the step; undefined lets it happen. */
function hook(
  name: string,
  judge: (args: pulumi.ResourceHookArgs) => Promise<Problem | undefined>,
): pulumi.ResourceHook {
  const callback = async (args: pulumi.ResourceHookArgs) => {
    const problem = await judge(args);
    if (problem !== undefined) throw new Refusal(problem);
  };
  return new pulumi.ResourceHook(name, callback, { onDryRun: true });
}

/** Secrets among a hook's inputs come as outputs. */
function settled(value: unknown): Promise<unknown> {
  return new Promise((done) => {
    pulumi.output(value as string | undefined).apply(done);
  });
}
