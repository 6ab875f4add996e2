import * as pulumi from "@pulumi/pulumi";
import { isDue } from "../../catalog/dates";
import { isLeftover, type SlotName } from "../../catalog/slots";
import type { Problem } from "../../errors";
import { COMMAND } from "../../text";

/** Inputs of a secret's resource, as hooks get them. The values among them are never looked at. */
export type SecretInputs = Readonly<Record<string, unknown>>;

/** Somebody deleted a secret in GitHub that the stack made, and this run makes it again. */
export function madeAgain(inputs: SecretInputs): Problem {
  const [where, option] =
    inputs.environment === undefined
      ? ["", ""]
      : [
          ` in environment ${inputs.environment} of ${inputs.repository}`,
          ` --environment ${inputs.environment}`,
        ];
  return {
    code: "secret-missing",
    subject: String(inputs.secretName),
    cause: `somebody deleted it in GitHub${where}; it is made again with the placeholder and its access`,
    remedy: `${COMMAND} set ${inputs.secretName}${option} --replace sets its value`,
  };
}

/** Creating the secret would overwrite one that GitHub holds: the provider's create is an upsert. */
export function overwriteRefused(inputs: SecretInputs): Problem {
  const [what, where] =
    inputs.environment === undefined
      ? ["this organization secret", ""]
      : [
          `this secret of environment ${inputs.environment} of ${inputs.repository}`,
          ` --stack ${pulumi.getStack()}`,
        ];
  return {
    code: "secret-exists",
    subject: String(inputs.secretName),
    cause: `${what} exists in GitHub but not in the stack's state; creating it would overwrite its value, which GitHub cannot give back. Nothing was written`,
    remedy: `take it into the state as it is (${COMMAND} adopt ${inputs.secretName}${where}), then run again`,
  };
}

/** Each update sends the value in the state, and that is the placeholder. */
export function updateRefused(inputs: SecretInputs): Problem {
  return {
    code: "secret-update-refused",
    subject: String(inputs.secretName),
    cause:
      "updating this secret would send the placeholder over the value people set in GitHub. Nothing was written",
    remedy:
      "undo the change of its inputs; visibility and repositories are changed in GitHub or through its repositories resource",
  };
}

/** The entry now takes its value from config, and a person may have set another. */
export function takeoverRefused(inputs: SecretInputs): Problem {
  return {
    code: "secret-set-by-hand",
    subject: String(inputs.secretName),
    cause:
      "set by hand in GitHub; the update would overwrite it with the config value, which GitHub cannot undo. Nothing was written",
    remedy:
      'take value: "config" back, or, when the config value is the right one, forget the secret (pulumi state delete), delete it in GitHub and run pulumi up',
  };
}

/** The former name is due, and the new one has no value yet. */
export function renameIncomplete({ name, secret }: SlotName, why: string): Problem {
  return {
    code: "renamed-secret-without-value",
    subject: name,
    cause: `deleting this secret could lose the only value there is, because ${why}. Nothing of it was deleted`,
    remedy: `set ${secret.name} to the value of ${name}, run the sync, then pulumi up --refresh; or give ${name} a later tombstone`,
  };
}

/** The entry has no value of its own yet where it stands now. */
export function leftoverNeeded({ name, secret }: SlotName, inputs: SecretInputs, why: string): Problem {
  if (inputs.environment !== undefined)
    return {
      code: "leftover-needed",
      subject: name,
      cause: `deleting what is left of this secret in ${inputs.environment} could lose the only value there is, because ${why}. Nothing of it was deleted`,
      remedy: `${COMMAND} set ${name} --replace, delete it in GitHub, then pulumi up --refresh`,
    };
  const sets = secret.environments.map((each) => `${COMMAND} set ${name} --environment ${each} --replace`);
  return {
    code: "leftover-needed",
    subject: name,
    cause: `deleting what is left of this secret could lose the only value there is, because ${why}. Nothing of it was deleted`,
    remedy: `${sets.join("; ")}; then pulumi up --refresh; or give the entry ${name} a later leftoverUntil`,
  };
}

/**
 * A secret, or its list of repositories, leaves the program without a tombstone that is due.
 *
 * @param slot as the catalog has it for this place.
 */
export function deletionRefused(
  { inputs, urn, type }: { inputs: SecretInputs; urn: string; type: string },
  slot: SlotName | undefined,
  today: string,
): Problem {
  const name = String(inputs.secretName);
  const forget = `pulumi state delete --force --target-dependents '${urn}'`;
  if (slot !== undefined && !isDue(slot.tombstone, today) && type.endsWith("SecretRepositories"))
    return {
      code: "repositories-removal-refused",
      subject: name,
      cause: "its list of repositories would leave the stack. Nothing was changed",
      remedy: `undo what removes it (visibility, or value: "config"), or make the change in GitHub and run ${forget}`,
    };
  return {
    code: "secret-deletion-refused",
    subject: name,
    cause: `deleting this secret would lose its value, which GitHub cannot give back, and ${whyNotDue(slot, today)}. Nothing of it was deleted`,
    remedy: `${howToDelete(inputs, slot, today)}. To leave it in GitHub and only forget it here: ${forget}`,
  };
}

function whyNotDue(slot: SlotName | undefined, today: string): string {
  if (slot?.tombstone === undefined) return "no tombstone announced it";
  if (!isDue(slot.tombstone, today)) return `its tombstone is for ${slot.tombstone}`;
  return "no run of up has announced its tombstone before the day came";
}

function howToDelete(inputs: SecretInputs, slot: SlotName | undefined, today: string): string {
  const name = String(inputs.secretName);
  if (slot !== undefined && isLeftover(slot, inputs) && inputs.environment !== undefined)
    return `${COMMAND} set ${name} --replace, delete it in GitHub, then pulumi up --refresh`;
  if (slot !== undefined && isLeftover(slot, inputs))
    return `give the entry ${name} leftoverUntil: "YYYY-MM-DD" with a day in the future, run pulumi up, and again from that day on`;
  const steps = 'tombstone: "YYYY-MM-DD" with a day in the future, run pulumi up, and again from that day on';
  if (slot === undefined) return `put the entry ${name} back into secrets/catalog.ts, with ${steps}`;
  if (slot.tombstone !== undefined && !isDue(slot.tombstone, today))
    return "wait for that day, or undo what removes the secret";
  return `give the entry ${name} a ${steps}`;
}
