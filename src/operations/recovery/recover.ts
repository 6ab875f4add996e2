import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compositeEnvironment, ledgerEnvironment, pathOf } from "../../catalog/layout";
import { RemedyError } from "../../errors";
import { boundedYaml } from "../../yaml-text";
import type { PrintingContext } from "../context";
import { keepBackup } from "../keep-backup";
import { creationsIn, importFileFor, type Orphan, observeOrphans } from "./find-orphans";

/** What `recover` did. */
export interface Recovery {
  /** What was taken into the state: its kind and the provider's id. */
  recovered: { type: string; id: string }[];
  /** What Pulumi notes as begun and not ended, until a refresh that is told to forget it. */
  pending: PendingOperation[];
  /** File with the state as it was; undefined when nothing was changed. */
  backup: string | undefined;
}

/**
 * Takes what exists in Pulumi Cloud and is not in the state into the state, as it is: what an `up` left behind that was
 * killed or refused halfway, and what somebody made by hand. Nothing is written to Pulumi Cloud; the next `up` brings
 * it to what is declared.
 *
 * @throws RemedyError when that next `up` would overwrite text that is not this program's, or Pulumi refuses.
 */
export async function recover(context: PrintingContext, dryRun: boolean): Promise<Recovery> {
  const { pulumi, project, terminal } = context;
  // The program needs both; the one that is missing is named here, and not by the end of a failed preview.
  context.githubCall();
  const call = context.cloudCall();
  const exported = await pulumi.run(["stack", "export"]);
  const pending = pendingOperations(exported);
  terminal.progress("Asking Pulumi what the next up would create");
  const creations = creationsIn(await pulumi.run(["preview", "--json"]));
  const orphans = await observeOrphans(call, creations);
  await refuseForeignText(context, orphans);
  const recovered = orphans.map(({ creation, id }) => ({ type: creation.type, id }));
  if (dryRun || orphans.length === 0) return { recovered, pending, backup: undefined };
  const backup = keepBackup(project, exported, context.now());
  terminal.say(`The state as it was is kept in ${backup}`);
  terminal.progress(`Taking ${orphans.length} into the state`);
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
  return { recovered, pending, backup };
}

/**
 * `up` writes the composite's text, and the sync the ledger's: whatever else stands there would be lost. The sync leaves
 * alone what it does not know in a values environment.
 */
async function refuseForeignText(
  { project, cloud, catalog }: PrintingContext,
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
      code: "?",
      subject: path,
      cause: "it exists and holds text of its own, which the next pulumi up or sync would replace",
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

/** What an `up` had begun when it broke off, and Pulumi's state has noted since. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting` and the like, as Pulumi has it. */
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
