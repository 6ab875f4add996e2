import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dayOf } from "../../secrets/tombstone";
import type { GitHub } from "../clients/github";
import { RemedyError } from "../errors";
import { type AdoptDoor, openAdoptDoor } from "./adopt-door";
import type { Doors } from "./command";
import { entriesOf, organizationSecrets } from "./declared";
import {
  type AdoptPlan,
  planAdoption,
  REPOSITORIES,
  readState,
  SLOT,
  type StateFacts,
} from "./plan-adoption";
import type { Project } from "./project";
import { copyStackFile } from "./stack-file-copy";

/** What `adopt` did. */
export interface Adoption extends AdoptPlan {
  /** File with the state as it was; undefined when nothing was changed. */
  backup: string | undefined;
}

/**
 * Takes secrets that exist in GitHub into the stack's state, without one write to GitHub.
 *
 * Neither `pulumi import` nor the import option can: both end in an update that sends the placeholder. So the real
 * program and the real provider create the slots against a door through which GitHub can be read and not written.
 * What an interrupted run took over is known to the next one, which does the rest.
 *
 * @param wanted names of the catalog; empty: all.
 * @throws RemedyError when a name is wrong, GitHub or Pulumi refuse, or another update holds the stack.
 */
export async function adopt(doors: Doors, wanted: readonly string[], dryRun: boolean): Promise<Adoption> {
  const { project, pulumi, catalog, terminal } = doors;
  const github = doors.github();
  requireOwner(project);
  entriesOf(catalog, wanted);
  const inGitHub = new Set((await github.listSecrets()).map((secret) => secret.name));
  const exported = await pulumi.run(["stack", "export"]);
  const declared = organizationSecrets(catalog, dayOf(doors.now()));
  const state = readState(exported, declared);
  const plan = planAdoption(declared, wanted, inGitHub, state);
  if (dryRun) return { ...plan, backup: undefined };
  if (plan.adopt.length === 0) {
    if (leadsToDoor(state, project)) await restoreAddress(doors);
    return { ...plan, backup: undefined };
  }
  const backup = keepBackup(project, exported, doors.now());
  terminal.say(`The state as it was is kept in ${backup}`);
  await throughDoor(doors, github, plan.adopt);
  if (project.settings.githubApiUrl !== undefined) await restoreAddress(doors);
  return { ...plan, backup };
}

function requireOwner({ stack, settings }: Project): void {
  if (settings.organizationStack === stack) return;
  throw new RemedyError(
    `stack ${stack}`,
    `the organization's secrets belong to the stack ${settings.organizationStack}`,
    `leave --stack out, or --stack ${settings.organizationStack}`,
  );
}

async function throughDoor(doors: Doors, github: GitHub, names: readonly string[]): Promise<void> {
  const { project, pulumi, terminal } = doors;
  terminal.progress(`Starting Pulumi for ${names.length} secrets`);
  const onAdopted = (name: string, count: number) =>
    terminal.progress(`Adopted ${count} of ${names.length}: ${name}`);
  const door = await openAdoptDoor({
    upstream: github.url,
    names: new Set(names),
    http: doors.http,
    onAdopted,
  });
  const isSet = project.settings.githubApiUrl !== undefined;
  const copy = isSet ? copyStackFile(project, door.url) : undefined;
  try {
    const config = copy === undefined ? [] : ["--config-file", copy.path];
    const line = ["up", "--yes", "--skip-preview", ...config, ...targets([...GROUND, ...slotsOf(names)])];
    await pulumi.run(line, { GITHUB_BASE_URL: `${door.url}/` });
    requireUnwritten(door);
  } finally {
    copy?.remove();
    await door.close();
  }
}

function requireUnwritten(door: AdoptDoor): void {
  const refused = door.refused();
  if (refused.length === 0) return;
  throw new RemedyError(
    "adopt",
    `Pulumi tried to write to GitHub (${refused.join(", ")}); nothing was written`,
    "run pulumi preview to see why",
  );
}

/** Whether an interrupted run left the provider's address in the state at a door that is closed. */
function leadsToDoor(state: StateFacts, { settings }: Project): boolean {
  const address = state.githubAddress;
  if (settings.githubApiUrl === undefined || address === undefined) return false;
  return new URL(address).hostname === "127.0.0.1" && address !== `${settings.githubApiUrl}/`;
}

/** The provider's address is part of the state: it is set back to the configured one. */
async function restoreAddress({ pulumi }: Doors): Promise<void> {
  await pulumi.run(["up", "--yes", "--skip-preview", ...targets(GROUND)]);
}

const GROUND = [
  "**pulumi:pulumi:Stack::*",
  "**pulumi:providers:github::github",
  "**sophia-secrets:github:Organization::*",
];

function slotsOf(names: readonly string[]): string[] {
  return names.flatMap((name) => [
    `**sophia-secrets:github:Slot::${name}`,
    `**${SLOT}::${name}`,
    `**${REPOSITORIES}::${name}`,
  ]);
}

/** The slots and what they stand on; nothing else of the stack is touched. */
function targets(urns: readonly string[]): string[] {
  return urns.flatMap((urn) => ["--target", urn]);
}

/** Folder for backups, beside the project's files and ignored by git: the state's secrets are encrypted in it. */
const BACKUPS = ".sophia-secrets";

function keepBackup(project: Project, exported: string, now: Date): string {
  const folder = join(project.dir, BACKUPS);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${project.stack}-${now.toISOString().replaceAll(":", "-")}.json`;
  writeFileSync(join(folder, name), exported, { mode: 0o600, flag: "wx" });
  return join(BACKUPS, name);
}
