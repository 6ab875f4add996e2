import { serviceError } from "./service-error";
import type { Edition, Organization } from "./state";

/** Features that not every edition has, and the editions that have them. */
const EDITIONS: Record<string, readonly Edition[]> = {
  teams: ["enterprise", "business-critical"],
  roles: ["enterprise", "business-critical"],
  "audit-logs": ["enterprise", "business-critical"],
  "organization-tokens": ["team", "enterprise", "business-critical"],
  "team-tokens": ["enterprise", "business-critical"],
};
export type Feature = "teams" | "roles" | "audit-logs" | "organization-tokens" | "team-tokens";

/** Whether an organization's edition has a feature. */
export const has = (organization: Organization, feature: Feature): boolean =>
  EDITIONS[feature]?.includes(organization.edition) === true;

/** @throws 400 naming the feature and the editions that have it. */
export function requireFeature(organization: Organization, feature: Feature): void {
  if (has(organization, feature)) return;
  throw serviceError(
    400,
    `Bad Request: organization '${organization.name}' has the edition '${organization.edition}'; ${feature} need ${EDITIONS[feature]?.join(" or ")}`,
  );
}
