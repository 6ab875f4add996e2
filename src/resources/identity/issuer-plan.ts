import * as pulumi from "@pulumi/pulumi";
import { type DeclaredIssuer, declaredIssuers, issuerAt } from "../../access/issuers";
import { issuerSeconds } from "../../access/token-lifetimes";
import { type Repository, trustedRepositories } from "../../access/trust";
import { digestOf, type FoundRule, mergeRules, whyNotKept } from "../../access/trust-of-others";
import type { ResolvedCatalog } from "../../catalog/entry";
import type { Settings } from "../../catalog/settings";
import { messageOf } from "../../errors";
import type { AskedOrganization, TrustedIssuer } from "../access/open-organization";
import { inform, programError } from "../diagnostics";
import type { Repositories } from "../github/repositories";
import type { StackState } from "../stack-state";
import { announceKept, refuseMerge, unknownRules } from "./standing-rules";

/** An issuer's resource, and the component above it, whose output records which rules are this stack's. */
export const ISSUER = "pulumiservice:index:OidcIssuer";
export const IDENTITY_TRUST = "sophia-secrets:esc:IdentityTrust";
/** The component below it, whose output records which of the stack's own rules were written last. */
export const WRITTEN_TRUST = "sophia-secrets:esc:WrittenTrust";

type Outputs = Readonly<Record<string, unknown>>;

/** What decides who is trusted, and who tells what stands. */
export interface TrustSources {
  catalog: ResolvedCatalog;
  /** The stack's config. */
  settings: Settings;
  /** Names of all stacks of the project. */
  stacks: readonly string[];
  /** Gives the ids of repositories, by which rules name them. */
  repositories: Repositories;
  /** Pulumi Cloud; undefined when there is no token for it. */
  cloud: AskedOrganization | undefined;
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
}

/** An issuer as this run declares it. */
export interface IssuerPlan {
  /** Name of its resource. */
  resource: string;
  /** The provider's id of an issuer that exists and that the state does not have. */
  importId: string | undefined;
  /** Name and address of the one that exists: another address would replace it. */
  name: string;
  url: string;
  /** The longest life of a token. */
  seconds: number;
  /** The stack's own, then those of others. */
  rules: FoundRule[];
  /** Whether the list in the state must stay as it is, because the provider cannot send all that stands. */
  frozen: boolean;
  /** Digests of the stack's own rules. */
  declared: string[];
  /** The same with those that the update removes: every rule that is this stack's while it runs. */
  ours: string[];
  /** What is recorded before the issuer is written, so that `ours` is known whenever this run ends. */
  recordedFirst: string[];
}

/** An issuer that exists, with its rules. */
interface Standing {
  issuer: TrustedIssuer | undefined;
  rules: readonly FoundRule[];
}

/**
 * Reads what each issuer has and adds what the stack declares. Rules of others stay, also when the stack declares none.
 *
 * @returns those that the stack declares, and those of its state that others still have rules at.
 * @throws pulumi.RunError when the rules do not fit, or nobody tells which ones there are. A preview says the latter
 *   instead: the token of a pull request's preview may not ask. It then takes what the state has.
 */
export async function planIssuers(sources: TrustSources): Promise<IssuerPlan[]> {
  const { catalog, settings, stacks, repositories } = sources;
  const state = await sources.state;
  const names = trustedRepositories(settings, catalog);
  const withIds: Repository[] = await Promise.all(
    names.map(async (name) => ({ name, id: await repositories.idOf(name) })),
  );
  const declared = declaredIssuers(catalog, settings, stacks, withIds);
  const inState = (state?.namesOf(ISSUER) ?? [])
    .filter((resource) => !declared.some((each) => each.resource === resource))
    .map((resource) => leavingIssuer(resource, state?.outputsOf(ISSUER, resource)));
  const all = [...declared, ...inState];
  const [first] = all;
  const registered = first && (await askIssuers(sources, first.resource));
  const plans: IssuerPlan[] = [];
  for (const issuer of all) {
    const plan = await planIssuer(issuer, sources, state, registered);
    if (plan !== undefined) plans.push(plan);
  }
  return plans;
}

/** One that the state has and the stack declares no rule at. */
function leavingIssuer(resource: string, known: Outputs | undefined): DeclaredIssuer {
  return { resource, name: resource, url: String(known?.url), rules: [], seconds: 0 };
}

async function planIssuer(
  wanted: DeclaredIssuer,
  { settings, cloud }: TrustSources,
  state: StackState | undefined,
  registered: readonly TrustedIssuer[] | undefined,
): Promise<IssuerPlan | undefined> {
  const { resource, rules: declared } = wanted;
  const known = state?.outputsOf(ISSUER, resource);
  const standing = (await askRules(wanted, cloud, registered)) ?? standingIn(known);
  const merged = mergeRules(declared, recordedIn(state, resource), standing.rules);
  refuseMerge(wanted, merged);
  if (declared.length + merged.kept.length === 0) return undefined;
  const isNew = state !== undefined && known === undefined && standing.issuer !== undefined;
  if (pulumi.runtime.isDryRun()) await announceKept(settings, wanted, standing.issuer, merged, isNew);
  const { issuer } = standing;
  const othersRules = merged.kept.length;
  return {
    resource,
    importId: isNew ? `${settings.pulumiOrganization}/${issuer?.id}` : undefined,
    name: issuer?.name ?? wanted.name,
    url: issuer?.url ?? wanted.url,
    seconds: issuerSeconds(wanted.seconds, issuer && { seconds: issuer.maxExpiration, othersRules }),
    rules: [...declared, ...merged.kept],
    frozen: merged.kept.some((rule) => whyNotKept(rule) !== undefined),
    declared: declared.map(digestOf),
    ours: merged.ours,
    recordedFirst: recordFirst(declared.map(digestOf), merged.ours, state, resource),
  };
}

/**
 * @param state as the run found it.
 * @param resource the issuer's.
 * @returns digests of the rules that an `up` of this stack wrote there, or began to write.
 */
export function recordedIn(state: StackState | undefined, resource: string): string[] {
  return [...new Set([IDENTITY_TRUST, WRITTEN_TRUST].flatMap((type) => rulesOf(state, type, resource)))];
}

function rulesOf(state: StackState | undefined, type: string, resource: string): string[] {
  const { rules } = state?.outputsOf(type, resource) ?? {};
  return Array.isArray(rules) ? rules.map(String) : [];
}

/**
 * What leaves needs no place here once it is recorded as written: that record changes after the issuer. So a preview right
 * after an `up` has nothing to change.
 */
function recordFirst(
  declared: readonly string[],
  ours: readonly string[],
  state: StackState | undefined,
  resource: string,
) {
  const written = new Set(rulesOf(state, WRITTEN_TRUST, resource));
  return ours.filter((digest) => declared.includes(digest) || !written.has(digest));
}

/** @returns undefined when nobody can be asked. */
async function askIssuers({ cloud }: TrustSources, resource: string): Promise<TrustedIssuer[] | undefined> {
  return cloud && orSay(resource, () => cloud.issuers());
}

/** @returns undefined when nobody can be asked. */
async function askRules(
  { resource, url }: DeclaredIssuer,
  cloud: AskedOrganization | undefined,
  registered: readonly TrustedIssuer[] | undefined,
): Promise<Standing | undefined> {
  if (cloud === undefined || registered === undefined) return undefined;
  const issuer = issuerAt(registered, url);
  if (issuer === undefined) return { issuer, rules: [] };
  const rules = await orSay(resource, () => cloud.rulesOf(issuer));
  return rules && { issuer, rules };
}

/** What the service answers; a preview says that it does not, where `up` ends. */
async function orSay<Answer>(resource: string, ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    const problem = unknownRules(resource, messageOf(error));
    if (!pulumi.runtime.isDryRun()) throw programError(problem);
    await inform(problem);
    return undefined;
  }
}

/** @param outputs the issuer's in the state. */
function standingIn(outputs: Outputs | undefined): Standing {
  if (outputs === undefined) return { issuer: undefined, rules: [] };
  const { name, url, maxExpirationSeconds, policies } = outputs;
  const limit = typeof maxExpirationSeconds === "number" ? { maxExpiration: maxExpirationSeconds } : {};
  return {
    issuer: { id: "", name: String(name), url: String(url), ...limit },
    rules: Array.isArray(policies) ? policies : [],
  };
}
