import type { AccessPolicy, Grant } from "./access";
import { pathOf } from "./layout";
import type { Settings } from "./settings";

/** What every preview must leave open, for its provider cannot ask Pulumi Cloud. */
export const DEFAULT_IS_UNKNOWN =
  "access: every member, and every team's token, has the organization's default environment permission as well, which this preview cannot ask: the provider has no function for it. npx sophia-secrets access says whether it is none";

/** What an edition without teams leaves undeclared, and what the sync needs instead. One line. */
export function describeWithoutTeams(
  { edition, syncAuthentication }: Settings,
  policies: readonly AccessPolicy[],
): string {
  const named = policies.map(({ name }) => name).join(", ");
  const sentences = [
    `edition ${edition} has no teams, so nothing of access is declared or enforced: ${named === "" ? "" : `not the policies ${named} with their levels and maxOpenDuration, `}not the teams of the application and the sync, not their tokens`,
    "Every member has the organization's default environment permission on every environment (npx sophia-secrets access says which)",
  ];
  if (syncAuthentication === "oidc") {
    const token = edition === "individual" ? "a personal access token" : "an organization's access token";
    sentences.push(
      `The sync job gets no token by its identity: set syncAuthentication to token, and the carriers' secret PULUMI_ACCESS_TOKEN to ${token}`,
    );
  }
  return sentences.join(". ");
}

/** A permission that the provider will replace, and so take away for a moment. */
export function describeWindow(
  team: string,
  before: { level: string; maxOpenDuration: string | undefined },
  after: Grant,
): string {
  const change = `${termsOf(before.level, before.maxOpenDuration)} -> ${termsOf(after.level, after.maxOpenDuration)}`;
  return `access: team ${team} on ${pathOf(after.environment)}: ${change}. The provider takes the old permission away before it gives the new one: in between, who has it by this team alone has none. Nobody else's is touched`;
}

function termsOf(level: string, maxOpenDuration: string | undefined): string {
  return maxOpenDuration === undefined ? level : `${level} for ${maxOpenDuration}`;
}
