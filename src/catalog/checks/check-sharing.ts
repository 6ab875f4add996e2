import { describeWidening, sharedValues, wideningsOf } from "../../access/shared-values";
import type { Problem } from "../../errors";
import { COMMAND } from "../../text";
import type { ResolvedCatalog } from "../entry";
import { policyProblem, wholePolicies } from "./shapes";

/** What acknowledges that a value is shared must say why, and be of a value that is. */
export function checkAcknowledgements({ entries, groups }: ResolvedCatalog): Problem[] {
  const remedy = "write one sentence in sharedBecause, or leave it out";
  const blank = (subject: string): Problem => ({
    code: "reason-missing",
    subject,
    cause: "its sharedBecause does not say why",
    remedy,
  });
  return [
    ...Object.entries(groups)
      .filter(([, { sharedBecause }]) => isBlank(sharedBecause))
      .map(([name]) => blank(`group ${name}`)),
    ...entries.flatMap(({ name, group, sharedBecause, perEnvironment }) => {
      const isOwn = sharedBecause !== groups[group]?.sharedBecause;
      if (isOwn && isBlank(sharedBecause)) return [blank(name)];
      if (!perEnvironment || sharedBecause === undefined) return [];
      const cause = "has a value per environment, and a reason to share one";
      return [{ code: "shared-per-environment", subject: name, cause, remedy: "leave one of the two out" }];
    }),
  ];
}

function isBlank(reason: unknown): boolean {
  return reason !== undefined && (typeof reason !== "string" || reason.trim() === "");
}

/**
 * Access policies that open more than they name, because credentials have one value in several deployment environments.
 * It is asked where policies take effect, in preview and up: the commands show such a catalog as it is.
 */
export function checkSharing(catalog: ResolvedCatalog, today: string): Problem[] {
  const accessPolicies = wholePolicies(catalog.accessPolicies).whole;
  const unsaid = sharedValues({ ...catalog, accessPolicies }, today).filter(
    ({ reason }) => reason === undefined,
  );
  return wideningsOf(unsaid).map((widening) =>
    policyProblem(
      "audience-widened",
      widening.policy,
      describeWidening(widening),
      `give each a value per environment (perEnvironment: true), or say in the entry or its group why the value may be shared (sharedBecause: "..."); ${COMMAND} access lists them`,
    ),
  );
}
