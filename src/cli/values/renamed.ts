import type { SlotName } from "../../../secrets/slots";
import { isDue } from "../../../secrets/tombstone";

/**
 * What is left to do when a renamed secret was set under one of its two names: the sync refuses it as long as they
 * differ. Nobody but a person may replace the other's value.
 *
 * @param set slots that were written.
 * @param there names of all secrets in GitHub; of one environment's where it is named.
 */
export function twinsLeft(
  set: readonly SlotName[],
  there: ReadonlySet<string>,
  today: string,
  environment?: string,
): string[] {
  const where = environment === undefined ? "" : ` --environment ${environment}`;
  const written = new Set(set.map(({ name }) => name));
  return set.flatMap(({ name, secret }) => {
    const { renamedFrom } = secret;
    if (renamedFrom === undefined || isDue(renamedFrom.tombstone, today)) return [];
    const twin = name === secret.name ? renamedFrom.name : secret.name;
    if (written.has(twin) || !there.has(twin)) return [];
    const how = `npx sophia-secrets set ${twin}${where} --replace, with the same value`;
    return [`${name} and ${twin} are one secret under two names, and the sync needs them equal: ${how}`];
  });
}
