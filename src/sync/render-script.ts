import type { JobCatalog } from "./job-catalog";

/**
 * The script a carrier gets: the job's bundle under the catalog as one constant. The bundle is the same for
 * everybody; adding a secret changes the constant alone.
 *
 * @param bundle dist/sync_secrets.cjs, as `make bundle` builds it from src/sync/main.ts.
 */
export function renderScript(catalog: JobCatalog, bundle: string): string {
  const header = [
    // The bundle's own directive counts for nothing behind other code.
    '"use strict";',
    "// Written by `pulumi up` from the catalog of sophia-secrets. Do not edit: the next `up` puts it back.",
    "// Names, paths and rules only; values never stand here.",
    `const JOB_CATALOG = ${JSON.stringify(catalog, null, 1)};`,
  ];
  return `${header.join("\n")}\n\n${bundle}`;
}
