import { type DeclaredIssuer, trustIn } from "../../access/issuers";
import {
  describeRule,
  digestOf,
  type FoundRule,
  isUnaccepted,
  type MergedRules,
  RULES_PER_ISSUER,
  whyNotKept,
} from "../../access/trust-of-others";
import type { Settings } from "../../catalog/settings";
import type { Problem } from "../../errors";
import { counted } from "../../text";
import type { TrustedIssuer } from "../access/open-organization";
import { inform, programError, warn } from "../diagnostics";

/** What stops a write while nobody tells which rules others have. */
export function unknownRules(resource: string, why: string): Problem {
  return {
    code: "trust-unknown",
    subject: trustIn(resource),
    cause: `whether others have rules at the same issuer is unknown (${why}), and an update would replace them`,
    remedy: "run again with a token of an administrator of the organization",
  };
}

/** @throws pulumi.RunError before anything is declared. */
export function refuseMerge(
  { resource, rules: declared, url }: DeclaredIssuer,
  merged: MergedRules<FoundRule>,
): void {
  const { kept, missing, leaving } = merged;
  if (declared.length + kept.length > RULES_PER_ISSUER)
    throw programError({
      code: "trust-rules-too-many",
      subject: trustIn(resource),
      cause: `${url} needs ${counted(declared.length, "rule")} beside ${kept.length} of others, and Pulumi Cloud's issuer takes ${RULES_PER_ISSUER}`,
      remedy:
        "use fewer carriers or service accounts: each needs a rule for every deployment environment; or delete rules in Pulumi Cloud that nobody needs (Settings, OIDC issuers)",
    });
  const [stuck] = kept.filter((rule) => whyNotKept(rule) !== undefined);
  if (stuck === undefined || missing.length + leaving.length === 0) return;
  throw programError(notSendable(resource, stuck));
}

/** The provider sends the whole list at each update, so a rule that it cannot send would become another one. */
export function notSendable(resource: string, rule: FoundRule): Problem {
  return {
    code: "trust-rule-not-kept",
    subject: trustIn(resource),
    cause: `a rule of others (${digestOf(rule)}: ${describeRule(rule)}) would be changed by the update: ${whyNotKept(rule)}`,
    remedy:
      "ask its owner to write it without that, or to move it to another organization; then run pulumi up again",
  };
}

/** Tells what stays, in a preview. */
export async function announceKept(
  settings: Settings,
  wanted: DeclaredIssuer,
  issuer: TrustedIssuer | undefined,
  { kept }: MergedRules<FoundRule>,
  isNew: boolean,
): Promise<void> {
  const url = issuer?.url ?? wanted.url;
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
      subject: trustIn(wanted.resource),
      cause: `kept: ${counted(others.length, "rule")} of others: ${others.map(tell).join("; ")}`,
    });
  if (strong.length > 0)
    await warn({
      code: "trust-of-others-powerful",
      subject: trustIn(wanted.resource),
      cause: `kept: ${counted(strong.length, "rule")} of others that may reach this program's values: ${strong.map(tell).join("; ")}`,
      remedy:
        "delete in Pulumi Cloud (Settings, OIDC issuers) what nobody knows, and accept the rest: pulumi config set --path 'acceptedTrust[0]' DIGEST",
    });
}
