import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import type { GitHub } from "../clients/github";
import type { Http } from "../clients/http";
import { RemedyError } from "../errors";
import { openAdoptDoor } from "./adopt-door";
import type { Project } from "./project";
import type { Pulumi } from "./pulumi";

const SLOT = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
const REPOSITORIES =
  "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories";

/** What `adopt` does with each name. */
export interface AdoptPlan {
  /** In the catalog and in GitHub, not in the state: these are adopted. */
  adopt: string[];
  /** In the state already. */
  known: string[];
  /** In the catalog, not in GitHub: `up` creates their slots. */
  absent: string[];
}

/** Everything `adopt` takes from outside. */
export interface AdoptDoors {
  project: Project;
  catalog: Catalog;
  github: GitHub;
  http: Http;
  pulumi: Pulumi;
  say: (line: string) => void;
  now: () => Date;
}

/**
 * What would be adopted.
 *
 * @param wanted names; empty means every slot of the catalog.
 * @param exported `pulumi stack export`.
 * @throws RemedyError for names that the catalog does not have, and for names asked for that GitHub does not have.
 */
export function planAdoption(
  catalog: Catalog,
  wanted: readonly string[],
  inGitHub: ReadonlySet<string>,
  exported: string,
): AdoptPlan {
  const declared = new Set(resolveCatalog(catalog).map((secret) => secret.name));
  const unknown = wanted.filter((name) => !declared.has(name));
  if (unknown.length > 0) {
    throw new RemedyError(
      unknown.join(", "),
      "the catalog has no such entry",
      "add it to secrets/catalog.ts, or spell it as there",
    );
  }
  const missing = wanted.filter((name) => !inGitHub.has(name));
  if (missing.length > 0) {
    throw new RemedyError(
      missing.join(", "),
      "GitHub has no such organization secret",
      "leave it out: pulumi up creates its slot",
    );
  }
  const state = slotsIn(exported);
  const names = wanted.length > 0 ? [...new Set(wanted)].sort() : [...declared].sort();
  return {
    adopt: names.filter((name) => inGitHub.has(name) && !state.has(name)),
    known: names.filter((name) => state.has(name)),
    absent: names.filter((name) => !inGitHub.has(name) && !state.has(name)),
  };
}

function slotsIn(exported: string): Set<string> {
  const { deployment } = JSON.parse(exported) as {
    deployment?: { resources?: { type: string; inputs?: { secretName?: string } }[] };
  };
  const slots = (deployment?.resources ?? []).filter((resource) => resource.type === SLOT);
  return new Set(slots.map((resource) => resource.inputs?.secretName ?? ""));
}

/**
 * Takes secrets that exist in GitHub into the stack's state, without one write to GitHub.
 *
 * Neither `pulumi import` nor the import option can: both end in an update that sends the placeholder. So the real
 * program and the real provider create the slots against a door through which GitHub can be read and not written.
 *
 * @returns the names now in the state.
 */
export async function adopt(
  doors: AdoptDoors,
  wanted: readonly string[],
  dryRun: boolean,
): Promise<AdoptPlan> {
  const { project, pulumi, say } = doors;
  const exported = await pulumi.run(["stack", "export"]);
  const inGitHub = new Set((await doors.github.listOrganizationSecrets()).map((secret) => secret.name));
  const plan = planAdoption(doors.catalog, wanted, inGitHub, exported);
  if (dryRun || plan.adopt.length === 0) return plan;
  say(`The state as it was is kept in ${backup(project, exported, doors.now())}`);
  const door = await openAdoptDoor({
    upstream: doors.github.url,
    names: new Set(plan.adopt),
    http: doors.http,
  });
  const config = configFile(project, door.url);
  try {
    await pulumi.run(["up", "--yes", "--skip-preview", ...config.args, ...targets(plan.adopt)], {
      GITHUB_BASE_URL: `${door.url}/`,
    });
    if (door.refused().length > 0) {
      throw new RemedyError(
        "adopt",
        `Pulumi tried to write to GitHub (${door.refused().join(", ")}); nothing was`,
        "run pulumi preview to see why",
      );
    }
    return plan;
  } finally {
    config.remove();
    await door.close();
  }
}

/** The slots and what they stand on; nothing else of the stack is touched. */
function targets(names: readonly string[]): string[] {
  const slots = names.flatMap((name) => [
    `**sophia-secrets:github:Slot::${name}`,
    `**${SLOT}::${name}`,
    `**${REPOSITORIES}::${name}`,
  ]);
  const ground = [
    "**pulumi:pulumi:Stack::*",
    "**pulumi:providers:github::github",
    "**sophia-secrets:github:Organization::*",
  ];
  return [...ground, ...slots].flatMap((urn) => ["--target", urn]);
}

/** Folder for backups, beside the project's files and ignored by git: the state's secrets are encrypted in it. */
const BACKUPS = ".sophia-secrets";

function backup(project: Project, exported: string, now: Date): string {
  const folder = join(project.dir, BACKUPS);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${project.stack}-${now.toISOString().replaceAll(":", "-")}.json`);
  writeFileSync(file, exported, { mode: 0o600, flag: "wx" });
  return file;
}

/** A self-hosted server's address stands in the stack's config and wins over the environment: it is set over there. */
function configFile(project: Project, url: string): { args: string[]; remove: () => void } {
  if (project.settings.githubApiUrl === undefined) return { args: [], remove: () => undefined };
  throw new RemedyError(
    "adopt",
    `config githubApiUrl is set, so Pulumi would not ask ${url}`,
    "unset it and set GITHUB_BASE_URL while adopting",
  );
}
