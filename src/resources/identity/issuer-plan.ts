import * as pulumi from "@pulumi/pulumi";
import { issuerSeconds, longestTokenSeconds } from "../../access/token-lifetimes";
import {
  declaredTrust,
  issuerAt,
  issuerOf,
  type Repository,
  type TrustRule,
  trustedRepositories,
} from "../../access/trust";
import {
  describeRule,
  digestOf,
  type FoundRule,
  isUnaccepted,
  type MergedRules,
  mergeRules,
  RULES_PER_ISSUER,
  whyNotKept,
} from "../../access/trust-of-others";
import type { ResolvedCatalog } from "../../catalog/entry";
import type { Settings } from "../../catalog/settings";
import { messageOf, type Problem } from "../../errors";
import { counted } from "../../text";
import type { AskedOrganization, TrustedIssuer } from "../access/open-organization";
import { inform, programError, warn } from "../diagnostics";
import type { Repositories } from "../github/repositories";
import type { StackState } from "../stack-state";

/** The issuer's resource, and the component above it, whose output records which rules are this stack's. */
export const ISSUER = "pulumiservice:index:OidcIssuer";
export const IDENTITY_TRUST = "sophia-secrets:esc:IdentityTrust";
/** The component below it, whose output records which of the stack's own rules were written last. */
export const WRITTEN_TRUST = "sophia-secrets:esc:WrittenTrust";
export const TRUST_NAME = "github-actions";

export const SUBJECT = "trust in GitHub's identities";

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

/** The issuer of GitHub's identities as this run declares it. */
export interface IssuerPlan {
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
 * Reads what the issuer has and adds what the stack declares. Rules of others stay, also when the stack declares none.
 *
 * @returns undefined when the stack has no issuer to declare.
 * @throws pulumi.RunError when the rules do not fit, or nobody tells which ones there are. A preview says the latter
 *   instead: the token of a pull request's preview may not ask. It then takes what the state has.
 */
export async function planIssuer(sources: TrustSources): Promise<IssuerPlan | undefined> {
  const { catalog, settings, stacks, repositories } = sources;
  const state = await sources.state;
  const names = trustedRepositories(settings, catalog);
  const known = state?.outputsOf(ISSUER, TRUST_NAME);
  if (names.length === 0 && known === undefined) return undefined;
  const withIds: Repository[] = await Promise.all(
    names.map(async (name) => ({ name, id: await repositories.idOf(name) })),
  );
  const declared = withIds.length === 0 ? [] : declaredTrust(catalog, settings, stacks, withIds);
  const asked = await askIssuer(sources);
  const standing = asked ?? inState(known);
  const merged = mergeRules(declared, recordedIn(state), standing.rules);
  refuse(declared, merged);
  if (declared.length + merged.kept.length === 0) return undefined;
  const isNew = state !== undefined && known === undefined && standing.issuer !== undefined;
  if (pulumi.runtime.isDryRun()) await announce(settings, standing, merged, isNew);
  const { issuer } = standing;
  const othersRules = merged.kept.length;
  return {
    importId: isNew ? `${settings.pulumiOrganization}/${issuer?.id}` : undefined,
    name: issuer?.name ?? nameOf(settings),
    url: issuer?.url ?? issuerOf(settings),
    seconds: issuerSeconds(
      longestTokenSeconds(settings),
      issuer && { seconds: issuer.maxExpiration, othersRules },
    ),
    rules: [...declared, ...merged.kept],
    frozen: merged.kept.some((rule) => whyNotKept(rule) !== undefined),
    declared: declared.map(digestOf),
    ours: merged.ours,
    recordedFirst: recordFirst(declared.map(digestOf), merged.ours, state),
  };
}

/** @param state as the run found it. @returns digests of the rules that an `up` of this stack wrote, or began to write. */
export function recordedIn(state: StackState | undefined): string[] {
  return [...new Set([IDENTITY_TRUST, WRITTEN_TRUST].flatMap((type) => rulesOf(state, type)))];
}

function rulesOf(state: StackState | undefined, type: string): string[] {
  const { rules } = state?.outputsOf(type, TRUST_NAME) ?? {};
  return Array.isArray(rules) ? rules.map(String) : [];
}

/**
 * What leaves needs no place here once it is recorded as written: that record changes after the issuer. So a preview right
 * after an `up` has nothing to change.
 */
function recordFirst(declared: readonly string[], ours: readonly string[], state: StackState | undefined) {
  const written = new Set(rulesOf(state, WRITTEN_TRUST));
  return ours.filter((digest) => declared.includes(digest) || !written.has(digest));
}

/** Another address is another issuer beside the old one, until that is deleted: it must not have its name. */
function nameOf({ issuerEnterprise }: Settings): string {
  return issuerEnterprise === undefined ? TRUST_NAME : `${TRUST_NAME}-${issuerEnterprise}`;
}

/** @returns undefined when nobody can be asked. */
async function askIssuer({ settings, cloud }: TrustSources): Promise<Standing | undefined> {
  if (cloud === undefined) return undefined;
  const url = issuerOf(settings);
  try {
    const issuer = issuerAt(await cloud.issuers(), url);
    return { issuer, rules: issuer === undefined ? [] : await cloud.rulesOf(issuer) };
  } catch (error) {
    const problem = unknownRules(messageOf(error));
    if (!pulumi.runtime.isDryRun()) throw programError(problem);
    await inform(problem);
    return undefined;
  }
}

/** What stops a write while nobody tells which rules others have. */
export function unknownRules(why: string): Problem {
  return {
    code: "trust-unknown",
    subject: SUBJECT,
    cause: `whether others have rules at the same issuer is unknown (${why}), and an update would replace them`,
    remedy: "run again with a token of an administrator of the organization",
  };
}

/** @param outputs the issuer's in the state. */
function inState(outputs: Readonly<Record<string, unknown>> | undefined): Standing {
  if (outputs === undefined) return { issuer: undefined, rules: [] };
  const { name, url, maxExpirationSeconds, policies } = outputs;
  const limit = typeof maxExpirationSeconds === "number" ? { maxExpiration: maxExpirationSeconds } : {};
  return {
    issuer: { id: "", name: String(name), url: String(url), ...limit },
    rules: Array.isArray(policies) ? policies : [],
  };
}

/** @throws pulumi.RunError before anything is declared. */
function refuse(declared: readonly TrustRule[], merged: MergedRules<FoundRule>): void {
  const { kept, missing, leaving } = merged;
  if (declared.length + kept.length > RULES_PER_ISSUER)
    throw programError({
      code: "trust-rules-too-many",
      subject: SUBJECT,
      cause: `needs ${counted(declared.length, "rule")} beside ${kept.length} of others, and Pulumi Cloud's issuer takes ${RULES_PER_ISSUER}`,
      remedy:
        "use fewer carriers, each of which needs a rule for every deployment environment; or delete rules in Pulumi Cloud that nobody needs (Settings, OIDC issuers)",
    });
  const [stuck] = kept.filter((rule) => whyNotKept(rule) !== undefined);
  if (stuck === undefined || missing.length + leaving.length === 0) return;
  throw programError(notSendable(stuck));
}

/** The provider sends the whole list at each update, so a rule that it cannot send would become another one. */
export function notSendable(rule: FoundRule): Problem {
  return {
    code: "trust-rule-not-kept",
    subject: SUBJECT,
    cause: `a rule of others (${digestOf(rule)}: ${describeRule(rule)}) would be changed by the update: ${whyNotKept(rule)}`,
    remedy:
      "ask its owner to write it without that, or to move it to another organization; then run pulumi up again",
  };
}

/** Tells what stays, in a preview. */
async function announce(
  settings: Settings,
  { issuer }: Standing,
  { kept }: MergedRules<FoundRule>,
  isNew: boolean,
): Promise<void> {
  const url = issuer?.url ?? issuerOf(settings);
  if (isNew)
    await inform({
      code: "trust-issuer-imported",
      subject: `issuer ${issuer?.name}`,
      cause: `exists for ${url}; up imports it with its name, thumbprints and rules`,
    });
  const tell = (rule: FoundRule) => `${digestOf(rule)} ${describeRule(rule)}`;
  const strong = kept.filter((rule) => isUnaccepted(rule, settings));
  const others = kept.filter((rule) => !strong.includes(rule));
  if (others.length > 0)
    await inform({
      code: "trust-of-others-kept",
      subject: SUBJECT,
      cause: `kept: ${counted(others.length, "rule")} of others: ${others.map(tell).join("; ")}`,
    });
  if (strong.length > 0)
    await warn({
      code: "trust-of-others-powerful",
      subject: SUBJECT,
      cause: `kept: ${counted(strong.length, "rule")} of others that may reach this program's values: ${strong.map(tell).join("; ")}`,
      remedy:
        "delete in Pulumi Cloud (Settings, OIDC issuers) what nobody knows, and accept the rest: pulumi config set --path 'acceptedTrust[0]' DIGEST",
    });
}
