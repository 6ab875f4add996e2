import { type EnvironmentSlot, pathOfSlot } from "../../catalog/environment-slots";
import { SENTINEL } from "../../catalog/layout";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { COMMAND } from "../../text";
import { ENVIRONMENT_SLOT } from "../adoption/plan-adoption";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { writeEnvironmentValue } from "../values/write-environment-value";
import type { Repairing } from "./repairing";

/** What GitHub has of one environment: undefined when it has no such environment. */
type Places = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/**
 * Makes secrets of GitHub environments again that the stack made and somebody deleted, with the placeholder. Where the
 * whole environment is gone, `up` makes it with its branch rule first: a write would make one without.
 *
 * @returns how many were looked at.
 * @throws RemedyError when one that was named is neither in GitHub nor in the state, before anything is written; and at
 *   the first that GitHub refuses.
 */
export async function repairEnvironmentSecrets(
  context: Context,
  declared: readonly EnvironmentSlot[],
  { named, dryRun, state, onDone }: Repairing,
): Promise<number> {
  if (declared.length === 0) return 0;
  const places = await observe(context, declared);
  const isThere = (target: EnvironmentSlot) => places.get(placeOf(target))?.has(target.slot.name) === true;
  const missing = declared.filter((target) => !isThere(target));
  const inState = new Set(missing.length === 0 ? [] : (await state()).flatMap(pathInState));
  // One that no `up` has made yet is left to it, and config's values are sent by it.
  const deleted = missing.filter(
    (target) => target.slot.secret.value === "person" && inState.has(pathOfSlot(target)),
  );
  if (named) requireKnown(missing.filter((target) => !deleted.includes(target)));
  for (const target of declared) {
    const name = pathOfSlot(target);
    if (isThere(target)) onDone({ name, was: undefined, now: "there" });
    if (!deleted.includes(target)) continue;
    const canWrite = places.get(placeOf(target)) !== undefined;
    if (canWrite && !dryRun) await writePlaceholder(context, target);
    const set = `${COMMAND} set ${target.slot.name} --environment ${target.environment} --replace`;
    const now = canWrite
      ? `there with the placeholder; its value: ${set}`
      : "made by the next pulumi up --refresh, with its GitHub environment";
    onDone({ name, was: "declared, and not in GitHub", now });
  }
  return declared.filter((target) => isThere(target) || deleted.includes(target)).length;
}

async function observe(context: Context, targets: readonly EnvironmentSlot[]): Promise<Places> {
  const github = context.github();
  const repositories = [...new Set(targets.map(({ repository }) => repository))];
  const existing = new Map(
    await inParallel(repositories, async (each) => [each, await github.environments(each)] as const),
  );
  const all = [...new Map(targets.map((target) => [placeOf(target), target])).values()];
  return new Map(
    await inParallel(all, async (target) => {
      const { repository, environment } = target;
      if (existing.get(repository)?.includes(environment) !== true)
        return [placeOf(target), undefined] as const;
      return [placeOf(target), new Set(await github.environmentSecrets(repository, environment))] as const;
    }),
  );
}

function placeOf({ repository, environment }: EnvironmentSlot): string {
  return `${repository}/${environment}`;
}

function pathInState({
  type,
  inputs,
}: {
  type: string;
  inputs?: Readonly<Record<string, unknown>>;
}): string[] {
  if (type !== ENVIRONMENT_SLOT || inputs === undefined) return [];
  return [`${inputs.repository}/${inputs.environment}/${inputs.secretName}`];
}

/** Asks once more right before: GitHub has no write that creates alone, and someone may have set a value meanwhile. */
async function writePlaceholder(context: Context, target: EnvironmentSlot): Promise<void> {
  const names = await context.github().environmentSecrets(target.repository, target.environment);
  if (names.includes(target.slot.name)) return;
  await writeEnvironmentValue(context, [target], new Secret(SENTINEL), () => undefined);
}

function requireKnown(missing: readonly EnvironmentSlot[]): void {
  const [first] = missing;
  if (first === undefined) return;
  throw new RemedyError({
    code: "secret-missing",
    subject: missing.map(pathOfSlot).join(", "),
    cause: "GitHub has no such environment secret, and no pulumi up has made it",
    remedy: "pulumi up of the environment's stack makes it",
  });
}
