import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ResourceValidationArgs } from "@pulumi/policy";
import { TYPES } from "./resource-types";
import type { TrustPolicy } from "./trust-policy";

/** Whose a trust policy is: the program's, someone else's, or one that this run does not know. */
export type Owner = "program" | "others" | "unknown";

/** Digests that the program's components call the program's own, by component. */
const claims = new Map<string, ReadonlySet<string>>();

/** Remembers what a component of sophia-secrets says, which is registered before its issuer. */
export function learnClaims({
  type,
  urn,
  props,
}: Pick<ResourceValidationArgs, "type" | "urn" | "props">): void {
  if (type !== TYPES.identityTrust) return;
  const { rules } = props;
  if (Array.isArray(rules)) claims.set(urn, new Set([...rules].map(String)));
}

/**
 * Tells of each policy of an issuer whose it is. An organization registers an address once, so whoever declares the
 * issuer also sends the policies that others have there.
 *
 * A program cannot pass off its own policy as someone else's. The pack asks Pulumi Cloud itself, at the address that
 * the issuer's provider writes to: what does not stand there is the program's. So is everything of a program that does
 * not say which policies are its own.
 */
export async function ownersOf(args: ResourceValidationArgs): Promise<(policy: TrustPolicy) => Owner> {
  if (args.type !== TYPES.issuer || claims.size === 0) return () => "program";
  const standing = await askStanding(args).catch(() => undefined);
  // A preview's token may have no right to ask. `up` has one, and refuses what it cannot see.
  const unasked: Owner = process.env.PULUMI_NODEJS_DRY_RUN === "true" ? "unknown" : "program";
  return (policy) => {
    const digest = digestOf(policy);
    if ([...claims.values()].some((each) => each.has(digest))) return "program";
    if (standing === undefined) return unasked;
    return standing.has(digest) ? "others" : "program";
  };
}

/** The 16 digits by which preview and `verify` name a rule too. */
export function digestOf({ fields, rules }: Pick<TrustPolicy, "fields" | "rules">): string {
  const subjects = [fields.teamName, fields.userLogin, fields.runnerID, fields.roleID].map(textOf);
  const permissions = [fields.authorizedPermissions ?? []].flat().map(String).sort();
  const given = Object.keys(rules).sort();
  const pairs = given.map((claim) => [claim, textOf(rules[claim])]);
  const key = JSON.stringify([fields.decision, fields.tokenType, subjects, permissions, pairs]);
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

/** The service sends a field that is not given as null or empty; a claim that is not text counts as JSON. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** @throws when Pulumi Cloud does not answer, or not with its lists. */
async function askStanding({ props, provider }: ResourceValidationArgs): Promise<ReadonlySet<string>> {
  const address = addressOf(provider?.props.apiUrl);
  const root = `${address}/api/orgs/${encodeURIComponent(String(props.organization))}`;
  const { oidcIssuers } = await get(`${root}/oidc/issuers`, address);
  const url = withoutSlash(String(props.url));
  const issuer = listOf(oidcIssuers).find((each) => withoutSlash(String(each.url)) === url);
  if (issuer === undefined) return new Set();
  const { policies } = await get(`${root}/auth/policies/oidcissuers/${issuer.id}`, address);
  return new Set(
    listOf(policies).map((fields) =>
      digestOf({ fields, rules: (fields.rules ?? {}) as TrustPolicy["rules"] }),
    ),
  );
}

type Fields = Readonly<Record<string, unknown>>;

async function get(url: string, address: string): Promise<Fields> {
  const answer = await fetch(url, {
    headers: { authorization: `token ${tokenFor(address)}`, accept: "application/vnd.pulumi+8" },
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`Pulumi Cloud answers ${answer.status}`);
  return (await answer.json()) as Fields;
}

/** As the provider finds it: its own config, then the environment. */
function addressOf(configured: unknown): string {
  const given = [configured, process.env.PULUMI_BACKEND_URL].map(String);
  return withoutSlash(given.find((each) => /^https?:/i.test(each)) ?? "https://api.pulumi.com");
}

/** Where Pulumi itself looks: PULUMI_ACCESS_TOKEN, then the file of `pulumi login`. */
function tokenFor(address: string): string {
  const { PULUMI_ACCESS_TOKEN, PULUMI_CREDENTIALS_PATH, PULUMI_HOME } = process.env;
  if (PULUMI_ACCESS_TOKEN) return PULUMI_ACCESS_TOKEN;
  const folder = PULUMI_CREDENTIALS_PATH || PULUMI_HOME || join(homedir(), ".pulumi");
  const { accounts = {} } = JSON.parse(readFileSync(join(folder, "credentials.json"), "utf8"));
  return String(accounts[address]?.accessToken);
}

function listOf(value: unknown): Fields[] {
  if (!Array.isArray(value)) throw new Error("Pulumi Cloud sends no list");
  return value;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
