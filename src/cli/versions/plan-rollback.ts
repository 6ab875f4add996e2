import type { JobSecret } from "../../sync/job-catalog";
import type { PlanLine } from "../../sync/plan";
import { ciphertextOf } from "../../sync/secret-node";
import type { ValuesText } from "../../sync/values-text";

/** What ESC holds, for the brake: something, of which nobody needs to know more. */
const SOMETHING = "stored";

/**
 * The plan to bring one values environment back to an earlier revision of it: a pure function of two texts with their
 * secrets as ciphertext, in the words of the sync's plan.
 *
 * The catalog decides what is brought back: of its secrets all, also those that were deleted since; none whose tombstone
 * is due, and nothing that it does not know. A secret that had no value then loses the one it has, which stays in the
 * history. Only stored secrets are brought back: the placeholder and empty texts stand in clear, if anywhere.
 *
 * @param revision of the earlier text, for the reasons.
 */
export function planRollback(
  secrets: readonly JobSecret[],
  current: ValuesText,
  earlier: ValuesText,
  revision: number,
): PlanLine[] {
  return secrets.map((secret) => {
    const { name } = secret;
    const holds = current.has(secret) ? { holds: SOMETHING } : {};
    const was = earlier.stored(secret);
    if (secret.due === true) return { name, ...holds, verb: "unchanged", ...dueReason(was) };
    const line = planOne(secret, current, was, revision);
    const obstacle = line.writes === undefined ? undefined : current.obstacle(secret);
    if (obstacle === undefined) return { ...holds, ...line };
    return { name, ...holds, verb: "refused", reason: obstacle };
  });
}

function dueReason(was: unknown): Pick<PlanLine, "reason"> {
  return was === undefined ? {} : { reason: "its tombstone is due: it is not brought back" };
}

function planOne(secret: JobSecret, current: ValuesText, was: unknown, revision: number): PlanLine {
  const { name } = secret;
  const is = current.has(secret) ? current.stored(secret) : undefined;
  if (JSON.stringify(was) === JSON.stringify(is)) return { name, verb: "unchanged" };
  if (was === undefined) {
    if (!current.isBound(secret)) {
      const reason = `what stands at its place is not the sync's, and nothing stood there at revision ${revision}`;
      return { name, verb: "refused", reason };
    }
    return { name, verb: "delete", writes: "removal", reason: `it had no value at revision ${revision}` };
  }
  const ciphertext = ciphertextOf(was);
  if (ciphertext === undefined) {
    const reason = `at revision ${revision} it stood in clear, or not as the sync stores it; set its value in GitHub`;
    return { name, verb: "refused", reason };
  }
  if (is === undefined) return { name, verb: "create", writes: "value", holds: SOMETHING };
  if (ciphertextOf(is) === ciphertext) return { name, verb: "unchanged" };
  return { name, verb: "update", writes: "value", holds: SOMETHING };
}
