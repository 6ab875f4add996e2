import { isDue } from "../catalog/dates";
import type { JobCatalog, JobSecret } from "./job-catalog";

/**
 * The job's catalog as of a day, so that nothing after it asks a clock: what is due is marked, and a former name that
 * is due is neither read nor written any more.
 *
 * @param today UTC: YYYY-MM-DD.
 */
export function catalogOn(catalog: JobCatalog, today: string): JobCatalog {
  return { ...catalog, secrets: catalog.secrets.map((secret) => secretOn(secret, today)) };
}

function secretOn(secret: JobSecret, today: string): JobSecret {
  const marked = isDue(secret.tombstone, today) ? { ...secret, due: true as const } : secret;
  const { former } = secret;
  if (former === undefined || !isDue(former.tombstone, today)) return marked;
  return {
    ...marked,
    aliases: marked.aliases.filter((alias) => alias !== former.name),
    paths: marked.paths.filter((path) => path !== former.path),
    former: { ...former, due: true },
  };
}
