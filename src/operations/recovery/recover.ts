import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compositeEnvironment, ledgerEnvironment, pathOf } from "../../catalog/layout";
import { RemedyError } from "../../errors";
import { boundedYaml } from "../../yaml-text";
import type { Context } from "../context";
import { keepBackup } from "../keep-backup";
import { creationsIn, type Foreign, importFileFor, type Orphan } from "./creations";
import { findOrphans } from "./find-orphans";

/** What `recover` did. */
export interface Recovery {
  /** What was imported into the state: its type and the provider's id. */
  recovered: { type: string; id: string }[];
  /** What somebody else's content is in: it is left as it is. */
  foreign: Foreign[];
  /** Operations that Pulumi's state records as interrupted, until a refresh that is told to clear them. */
  pending: PendingOperation[];
  /** File with the state as it was; undefined when nothing was changed. */
  backup: string | undefined;
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
  await refuseForeignText(context, orphans);
  const recovered = orphans.map(({ creation, id }) => ({ type: creation.type, id }));
  if (dryRun || orphans.length === 0) return { recovered, foreign, pending, backup: undefined };
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
  return { recovered, foreign, pending, backup };
}

/**
 * `up` writes the composite's text, and the sync writes the ledger's: any other text there would be lost. In a values
 * environment the sync keeps what it does not know.
 */
async function refuseForeignText(
  { project, cloud, catalog }: Context,
  orphans: readonly Orphan[],
): Promise<void> {
  const { settings } = project;
  const written = new Set(
    catalog.environments
      .flatMap((each) => [compositeEnvironment(settings, each), ledgerEnvironment(settings, each)])
      .map(pathOf),
  );
  for (const { creation } of orphans.filter(({ creation: { type } }) => type.endsWith(":Environment"))) {
    const path = `${creation.inputs.project}/${creation.inputs.name}`;
    if (!written.has(path)) continue;
    const text = (await cloud()?.read(path))?.text ?? "";
    if (isOurs(text, settings.application)) continue;
    throw new RemedyError({
      code: "environment-text-foreign",
      subject: path,
      cause: "it exists with a text of its own, which the next pulumi up or sync would replace",
      remedy: `save it (pulumi env get ${settings.pulumiOrganization}/${path}), move its values to GitHub, empty it, then run this again`,
    });
  }
}

/** Empty, a ledger, or imports of this program's environments alone. */
function isOurs(text: string, application: string): boolean {
  const { imports = [], values, ...rest } = readYaml(text);
  const known =
    Array.isArray(imports) &&
    imports.every((each) => typeof each === "string" && each.includes(`/${application}-`));
  const keys = [...Object.keys(rest), ...Object.keys(values ?? {}).filter((key) => key !== "ledger")];
  return known && keys.length === 0;
}

/** A text that is not YAML is somebody's. */
function readYaml(text: string): Record<string, unknown> {
  const content = boundedYaml(text);
  return content === undefined ? { unreadable: true } : { ...(content as object | null) };
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
