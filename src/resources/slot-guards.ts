import * as pulumi from "@pulumi/pulumi";

/** Names of the organization's secrets as GitHub lists them; asked at most once per run, and only when needed. */
export type ListSecrets = () => Promise<ReadonlySet<string>>;

/**
 * The guards of every slot. GitHub gives no value back, so one overwritten is gone, and the provider overwrites in
 * two ways: its create is an upsert, and each of its updates sends the value in the state again, whatever changed.
 *
 * @returns hooks that refuse both, in preview as in up.
 */
export function slotGuards(list: ListSecrets): pulumi.ResourceHookBinding {
  const refuseExisting = new pulumi.ResourceHook(
    "refuse-to-overwrite-existing-secret",
    async ({ newInputs }) => {
      const name = String(newInputs?.secretName);
      if ((await list()).has(name.toUpperCase())) throw new Error(existing(name));
    },
    { onDryRun: true },
  );
  const refuseUpdate = new pulumi.ResourceHook(
    "refuse-to-update-slot",
    ({ newInputs, oldInputs }) => {
      throw new Error(update(String(newInputs?.secretName ?? oldInputs?.secretName)));
    },
    { onDryRun: true },
  );
  return { beforeCreate: [refuseExisting], beforeUpdate: [refuseUpdate] };
}

function existing(name: string): string {
  return `${name}: this organization secret exists in GitHub but not in the stack's state; creating it would overwrite its value, which GitHub cannot give back. Nothing was written. Remedy: take it into the state as it is (docs/ADOPT.md), then run again`;
}

function update(name: string): string {
  return `${name}: updating this slot would send the placeholder over the value people set in GitHub. Nothing was written. Remedy: undo the change of the slot's inputs; visibility and repositories are changed in GitHub or through its repositories resource`;
}
