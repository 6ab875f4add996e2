import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { escLayout } from "../../catalog/esc-environments";
import { ledgerEnvironment, pathOf } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { RemedyError } from "../../errors";
import type { Context } from "../context";
import { keepBackup } from "../keep-backup";
import { foreignContent, type OwnParts } from "../observation/text-content";
import { isWithin } from "../observation/text-places";
import { creationsIn, type Foreign, importFileFor, type Orphan } from "./creations";
import { findOrphans } from "./find-orphans";

/** What `recover` did. */
export interface Recovery {
  /** What was imported into the state: its type and the provider's id. */
  recovered: { type: string; id: string }[];
  /** What somebody else's content is in: it is left as it is. */
  foreign: Foreign[];
  /** What stands in imported ESC environments besides this program's part: no up and no sync changes it. */
  kept: KeptText[];
  /** Operations that Pulumi's state records as interrupted, until a refresh that is told to clear them. */
  pending: PendingOperation[];
  /** File with the state as it was; undefined when nothing was changed. */
  backup: string | undefined;
}

/** What people or other programs have in an ESC environment, in words: names and places, never a value. */
export interface KeptText {
  /** `project/name`. */
  subject: string;
  holds: readonly string[];
}

/** What `recover` is doing. */
export type RecoveryProgress =
  | { doing: "preview" }
  /** The state as it was is in that file: it says so at once, in case the import fails. */
  | { doing: "backup"; file: string }
  | { doing: "import"; count: number };

/**
 * Imports into the state what exists and is not in the state, as it is: what an interrupted or refused `up` left behind,
 * and what somebody made by hand in Pulumi Cloud. Nothing is written to Pulumi Cloud or GitHub; the next `up` changes it
 * to what is declared.
 *
 * @throws RemedyError when that next `up` would overwrite text that is not this program's, or Pulumi refuses.
 */
export async function recover(
  context: Context,
  dryRun: boolean,
  onProgress: (progress: RecoveryProgress) => void,
): Promise<Recovery> {
  const { pulumi, project } = context;
  // The program needs both tokens; a missing one is named here, not at the end of a failed preview.
  const clients = { github: context.githubCall(), cloud: context.cloudCall() };
  const exported = await pulumi.run(["stack", "export"]);
  const pending = pendingOperations(exported);
  onProgress({ doing: "preview" });
  const creations = creationsIn(await pulumi.run(["preview", "--json"]));
  const { orphans, foreign } = await findOrphans(clients, creations);
  const kept = await keptTexts(context, orphans);
  const recovered = orphans.map(({ creation, id }) => ({ type: creation.type, id }));
  if (dryRun || orphans.length === 0) return { recovered, foreign, kept, pending, backup: undefined };
  const backup = keepBackup(project, exported, context.now());
  onProgress({ doing: "backup", file: backup });
  onProgress({ doing: "import", count: orphans.length });
  const folder = mkdtempSync(join(tmpdir(), "recover-"));
  try {
    const file = join(folder, "import.json");
    writeFileSync(file, JSON.stringify(importFileFor(creations, orphans)), { mode: 0o600 });
    await pulumi.run([
      "import",
      "--file",
      file,
      "--yes",
      "--skip-preview",
      "--generate-code=false",
      "--protect=false",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { recovered, foreign, kept, pending, backup };
}

/**
 * What stands in the ESC environments that would be imported and is not this program's. `up` writes a composite's text, and
 * the sync a ledger's: any other text there would be lost. In a values environment the sync keeps what it does not know.
 *
 * @returns what is kept, by environment.
 * @throws RemedyError for the first whose text would be lost.
 */
async function keptTexts(
  { project: { settings }, cloud, catalog }: Context,
  orphans: readonly Orphan[],
): Promise<KeptText[]> {
  const layouts = catalog.environments.map((each) => escLayout(catalog, settings, each));
  const ledgers = new Set(catalog.environments.map((each) => pathOf(ledgerEnvironment(settings, each))));
  const kept = new Set(layouts.flatMap((each) => each.kept.map(pathOf)).filter((path) => !ledgers.has(path)));
  const found: KeptText[] = [];
  for (const { creation } of orphans.filter(({ creation: { type } }) => type.endsWith(":Environment"))) {
    const path = `${creation.inputs.project}/${creation.inputs.name}`;
    const text = (await cloud()?.read(path))?.text ?? "";
    const isKept = kept.has(path);
    const own = isKept ? partsOfValues(settings) : partsOfOurs(path, ledgers.has(path));
    const holds = foreignContent(text, own);
    if (holds.length === 0) continue;
    if (!isKept) throw foreignText(settings.pulumiOrganization, path, holds);
    found.push({ subject: path, holds });
  }
  return found;
}

function foreignText(organization: string, path: string, holds: readonly string[]): RemedyError {
  return new RemedyError({
    code: "environment-text-foreign",
    subject: path,
    cause: `it exists with a text of its own, which the next pulumi up or sync would replace: ${holds.join("; ")}`,
    remedy: `save it (pulumi env get ${organization}/${path}), move its values to GitHub and the rest to an environment of another name, empty it, then run this again`,
  });
}

/** Of a values environment: what stands where the catalog's values stand. Its imports and the rest are people's. */
function partsOfValues({ appRoot }: Settings): OwnParts {
  return { hasImport: () => false, hasPlace: (place) => isWithin(place, appRoot) };
}

/** Of a composite: imports of its own deployment environment's. Of a ledger: itself. */
function partsOfOurs(path: string, isLedger: boolean): OwnParts {
  const environment = path.split(/-for-[^/]*$/)[0] ?? path;
  return {
    hasImport: (each) => !isLedger && each.startsWith(`${environment}-`),
    hasPlace: (place) => isLedger && isWithin(place, "ledger"),
  };
}

/** What an `up` was doing when it was interrupted, as Pulumi's state records it. */
export interface PendingOperation {
  /** Pulumi's own word: `creating`, `updating`, `deleting` and the like. */
  operation: string;
  urn: string;
}

interface Exported {
  deployment?: { pending_operations?: { type?: string; resource?: { urn?: string } }[] | null };
}

/** @param exported `pulumi stack export`. */
export function pendingOperations(exported: string): PendingOperation[] {
  const { deployment = {} } = JSON.parse(exported) as Exported;
  return (deployment.pending_operations ?? []).map(({ type, resource }) => ({
    operation: type ?? "changing",
    urn: resource?.urn ?? "",
  }));
}
