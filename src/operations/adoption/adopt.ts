import { dayOf } from "../../catalog/dates";
import { ALLOW_EXISTING } from "../../catalog/layout";
import { createGitHubEnvironments } from "../../clients/github-environments";
import type { Context, Report } from "../context";
import { inParallel } from "../in-parallel";
import { keepBackup } from "../keep-backup";
import type { Project } from "../project";
import { namedSlots } from "../values/named-entries";
import { type AdoptSlot, adoptableSlots, pathsInGitHub, requireOwn } from "./adopt-slots";
import { adoptThroughProxy } from "./adopt-through-proxy";
import { type AdoptPlan, groundOf, planAdoption, readState, type StateFacts, targets } from "./plan-adoption";

/** What `adopt` did. */
export interface Adoption extends AdoptPlan {
  /** File with the state as it was; undefined when nothing was changed. */
  backup: string | undefined;
}

/** What is told while it runs. */
export interface AdoptionEvents {
  /** The state as it was is in this file, from here on. */
  kept(backup: string): void;
  progress: Report;
}

/**
 * Takes secrets that exist in GitHub into the stack's state, without one write to GitHub.
 *
 * Neither `pulumi import` nor the import option can: both end in an update that sends the placeholder. So the real
 * program and the real provider create the slots against a proxy through which GitHub can be read and not written.
 * What an interrupted run took over is known to the next one, which does the rest.
 *
 * @param wanted names of the catalog; empty: all.
 * @throws RemedyError when a name is wrong, GitHub or Pulumi refuse, or another update holds the stack.
 */
export async function adopt(
  context: Context,
  wanted: readonly string[],
  dryRun: boolean,
  events: AdoptionEvents,
): Promise<Adoption> {
  const { project, pulumi, catalog } = context;
  const github = context.github();
  const today = dayOf(context.now());
  namedSlots(catalog, wanted);
  const declared = adoptableSlots(catalog, project, today);
  requireOwn(catalog, project, declared, wanted, today);
  const inGitHub = await pathsInGitHub(github, declared);
  const exported = await pulumi.run(["stack", "export"]);
  const state = readState(exported, declared);
  const plan = planAdoption(declared, wanted, inGitHub, state);
  if (dryRun) return { ...plan, backup: undefined };
  const slots = declared.filter(({ path }) => plan.adopt.includes(path));
  const places = await placesOf(context, [...slots, ...interrupted(declared, plan)], state);
  if (slots.length === 0 && places.branchRules.size === 0) {
    if (leadsToProxy(state, project)) await restoreAddress(context);
    return { ...plan, backup: undefined };
  }
  const backup = keepBackup(project, exported, context.now());
  events.kept(backup);
  await adoptThroughProxy(context, { slots, ...places }, events.progress);
  // Without a configured address the plugin reads GITHUB_BASE_URL itself, and the state has none.
  if (project.settings.githubApiUrl !== undefined) await restoreAddress(context);
  return { ...plan, backup };
}

/** The slots of these paths, of those that the catalog declares for this stack. */
export function adoptedSlots({ catalog, project, now }: Context, paths: readonly string[]): AdoptSlot[] {
  return adoptableSlots(catalog, project, dayOf(now())).filter(({ path }) => paths.includes(path));
}

/** Slots that are in the state already: their environment's rule may not have come so far. */
function interrupted(declared: readonly AdoptSlot[], { known }: AdoptPlan): AdoptSlot[] {
  return declared.filter(({ path, place }) => place !== undefined && known.includes(path));
}

/** Environments that come into the state with their secrets, and rules that GitHub has for them already. */
async function placesOf(context: Context, slots: readonly AdoptSlot[], state: StateFacts) {
  const { branch } = context.project.settings;
  const all = new Map(slots.flatMap(({ place }) => (place === undefined ? [] : [[pathOf(place), place]])));
  const environments = new Set([...all.keys()].filter((path) => !state.environments.has(path)));
  const withoutRule = [...all].filter(([path]) => !state.branchRules.has(path));
  if (withoutRule.length === 0) return { environments, branchRules: new Set<string>() };
  const github = createGitHubEnvironments(context.githubCall());
  const found = await inParallel(withoutRule, async ([path, { repository, environment }]) => {
    const rules = await github.branchRulesOf(repository, environment);
    return rules.includes(branch) ? [path] : [];
  });
  return { environments, branchRules: new Set(found.flat()) };
}

function pathOf({ repository, environment }: NonNullable<AdoptSlot["place"]>): string {
  return `${repository}/${environment}`;
}

/** Whether an interrupted run left the address of its proxy in the state, so that each refresh fails. */
function leadsToProxy(state: StateFacts, { settings }: Project): boolean {
  const address = state.githubAddress;
  if (address === undefined || address === `${settings.githubApiUrl}/`) return false;
  return new URL(address).hostname === "127.0.0.1";
}

/** A configured address is part of the state, so the proxy's takes its place there until an `up` sets it back. */
async function restoreAddress({ pulumi, project }: Context): Promise<void> {
  const line = ["up", "--yes", "--skip-preview", ...targets(groundOf(project))];
  await pulumi.run(line, { [ALLOW_EXISTING]: "true" });
}
