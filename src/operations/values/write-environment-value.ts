import { dayOf } from "../../catalog/dates";
import { type EnvironmentSlot, environmentTargets } from "../../catalog/environment-slots";
import type { SlotName } from "../../catalog/slots";
import { createGitHubEnvironmentSecrets } from "../../clients/github-environments";
import type { GitHub } from "../../clients/github-secrets";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { whyConfigs } from "./check-value";
import { seal } from "./write-values";

/** An environment of a carrier that holds a secret by declaration, and what GitHub has there. */
export interface EnvironmentPlace extends EnvironmentSlot {
  /** Names of the secrets that stand there. */
  there: ReadonlySet<string>;
}

/**
 * Where a secret of GitHub environments stands in one environment: in the carrier that syncs it, in all of them for the
 * pipeline's own.
 *
 * @throws RemedyError when it has no value of its own there, or none that a person sets.
 */
export function environmentSlotsOf(context: Context, slot: SlotName, deployment: string): EnvironmentSlot[] {
  const { name, secret, tombstone } = slot;
  const { carriers } = context.project.settings;
  if (!secret.perEnvironment) {
    const remedy = `${COMMAND} set ${name} sets it, without --environment`;
    throw new RemedyError({
      code: "secret-of-organization",
      subject: name,
      cause: "it is a secret of the organization, one for all environments",
      remedy,
    });
  }
  const configs = whyConfigs(secret);
  if (configs !== undefined)
    throw new RemedyError({
      code: "value-set-elsewhere",
      subject: name,
      cause: configs,
      remedy: `set it there, for the stack that has ${deployment}, then pulumi up`,
    });
  if (!secret.environments.includes(deployment)) {
    const known = `use one of ${secret.environments.join(", ")}`;
    throw new RemedyError({
      code: "secret-not-in-environment",
      subject: "--environment",
      cause: `${name} is not in ${deployment}`,
      remedy: known,
    });
  }
  const slots = environmentTargets([secret], carriers, [deployment], dayOf(context.now())).filter(
    (target) => target.slot.name === name,
  );
  if (slots.length > 0) return slots;
  throw new RemedyError({
    code: "secret-deleted",
    subject: name,
    cause: `its tombstone was due on ${tombstone}`,
    remedy: "take it out of secrets/catalog.ts",
  });
}

/**
 * What GitHub has in these environments.
 *
 * @throws RemedyError when one is not there: made by a write, it would have no rule for its branch.
 */
export async function observePlaces(
  github: GitHub,
  slots: readonly EnvironmentSlot[],
): Promise<EnvironmentPlace[]> {
  return inParallel(slots, async (target) => {
    const { repository, environment } = target;
    if (!(await github.environments(repository)).includes(environment)) {
      const remedy = `pulumi up --refresh of the stack that has ${environment} makes it, with a placeholder in each secret; then set it with --replace`;
      throw new RemedyError({
        code: "github-environment-missing",
        subject: `${environment} of ${repository}`,
        cause: "GitHub has no such environment",
        remedy,
      });
    }
    return { ...target, there: new Set(await github.environmentSecrets(repository, environment)) };
  });
}

/**
 * Writes one value into every place, one after the other, sealed for each environment's own key; all keys are known
 * before anything is written.
 *
 * @param onWritten told of each as it is written.
 * @throws RemedyError at the first that GitHub refuses; those told before it are written.
 */
export async function writeEnvironmentValue(
  context: Context,
  slots: readonly EnvironmentSlot[],
  value: Secret,
  onWritten: (slot: EnvironmentSlot) => void,
): Promise<void> {
  const secrets = createGitHubEnvironmentSecrets(context.githubCall());
  const sealed = await inParallel(slots, async (target) => {
    const { key, keyId } = await secrets.publicKey(target.repository, target.environment);
    return { target, box: { keyId, box: await seal(key, value) } };
  });
  for (const { target, box } of sealed) {
    await secrets.write(target.repository, target.environment, target.slot.name, box);
    onWritten(target);
  }
}
