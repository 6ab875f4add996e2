import { serviceError } from "./service-error";
import type { Edition, Organization } from "./state";

/** Features that not every edition has, and the editions that have them. */
const EDITIONS = {
  teams: ["enterprise", "business-critical"],
  roles: ["enterprise", "business-critical"],
  "audit-logs": ["enterprise", "business-critical"],
  "audit-log-export": ["business-critical"],
  approvals: ["enterprise", "business-critical"],
  webhooks: ["team", "enterprise", "business-critical"],
  "organization-tokens": ["team", "enterprise", "business-critical"],
  "team-tokens": ["enterprise", "business-critical"],
} satisfies Record<string, readonly Edition[]>;
export type Feature = keyof typeof EDITIONS;

/** Whether an organization's edition has a feature. */
export const has = (organization: Organization, feature: Feature): boolean =>
  (EDITIONS[feature] as readonly Edition[]).includes(organization.edition);

/** @throws 400 naming the feature and the editions that have it. */
export function requireFeature(organization: Organization, feature: Feature): void {
  if (has(organization, feature)) return;
  throw serviceError(
    400,
    `Bad Request: organization '${organization.name}' has the edition '${organization.edition}'; ${feature} need ${EDITIONS[feature].join(" or ")}`,
  );
}
