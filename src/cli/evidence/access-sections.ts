import { rightsOf } from "../../../secrets/access-matrix";
import { EDITIONS_WITH_TEAMS } from "../../../secrets/settings";
import { createPulumiOrganization } from "../../clients/pulumi-organization";
import { RemedyError } from "../../errors";
import { findAccessDifferences } from "../access/access-differences";
import type { Doors } from "../command";
import type { EvidenceSection } from "./section";

/** Who may do what, as declared. */
export function accessSection({ catalog, project }: Doors): EvidenceSection {
  const rights = rightsOf(catalog, project.settings);
  return {
    name: "access",
    title: "Access matrix",
    about: "Who may read, open or write the values of each group in each environment, and by which policy.",
    source: "the declaration (access policies of the catalog), which `pulumi up` reconciles",
    columns: ["Environment", "Group", "Kind", "Identity", "Level", "Open at most", "Policy", "Why"],
    rows: rights.map(({ environment, group, identity, level, maxOpenDuration, because }) => [
      environment,
      group,
      identity.type,
      identity.name,
      level,
      maxOpenDuration ?? "",
      because.map(({ policy }) => policy).join("; "),
      because.map(({ why }) => why).join("; "),
    ]),
    unknown: [
      "administrators of the Pulumi Cloud organization, who may do everything: its members page lists them",
    ],
  };
}

/** What Pulumi Cloud has otherwise at this moment. */
export async function differencesSection(doors: Doors): Promise<EvidenceSection> {
  const unknown: string[] = [];
  const found = await look(doors).catch((error: unknown) => {
    if (!(error instanceof RemedyError)) throw error;
    unknown.push(`whether Pulumi Cloud is as declared: ${error.thing}: ${error.reason}`);
    return [];
  });
  return {
    name: "access-differences",
    title: "Access that differs from the declaration",
    about:
      "Every right, team, account or default in Pulumi Cloud that is not as declared. Empty: there is none.",
    source: "Pulumi Cloud's teams, members and settings, compared with the declaration",
    columns: ["Kind", "What", "Difference", "Remedy"],
    rows: found.map(({ kind, thing, what, remedy }) => [kind, thing, what, remedy]),
    unknown,
  };
}

async function look({ catalog, project: { settings }, cloudCall }: Doors) {
  const organization = createPulumiOrganization(cloudCall());
  const [{ defaultPermission }, members, teams] = await Promise.all([
    organization.settings(),
    organization.members(),
    EDITIONS_WITH_TEAMS.includes(settings.edition) ? organization.teams() : [],
  ]);
  return findAccessDifferences(catalog, settings, { defaultPermission, members, teams });
}
