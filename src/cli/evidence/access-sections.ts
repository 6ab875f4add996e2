import { type Right, rightsOf } from "../../../secrets/access-matrix";
import { RemedyError } from "../../errors";
import { findAccessDifferences } from "../access/access-differences";
import { observeAccess } from "../access/observe-access";
import { managingUsers } from "../access/rotated-access";
import type { Doors } from "../command";
import { readStacks } from "../project";
import type { EvidenceSection } from "./section";

/** Who may do what, as declared; and of what ESC rotates, who may open the user that changes its passwords. */
export function accessSection({ catalog, project }: Doors): EvidenceSection {
  const { settings } = project;
  const stacks = [...readStacks(project).values()];
  return {
    name: "access",
    title: "Access matrix",
    about:
      "Who may read, open or write the values of each group in each environment, and by which policy; and what ESC itself rotates, by its rotator, with the managing user that changes it.",
    source: "the declaration (access policies of the catalog), which `pulumi up` reconciles",
    columns: [
      "Environment",
      "Group",
      "Kind",
      "Identity",
      "Level",
      "Open at most",
      "Policy",
      "Why",
      "ESC rotates",
    ],
    rows: [
      ...rightsOf(catalog, settings, stacks).map(rowOf),
      ...managingUsers(catalog, settings).map(({ environment, rotator, group }) => [
        environment,
        group,
        "administrators",
        "nobody else",
        "admin",
        "",
        "(managing user)",
        "Who opens it can change the passwords of what is rotated",
        `managing-${rotator}`,
      ]),
    ],
    unknown: [
      "administrators of the Pulumi Cloud organization, who may do everything: its members page lists them",
    ],
  };
}

function rowOf({ environment, group, rotator, identity, level, maxOpenDuration, because }: Right): string[] {
  return [
    environment,
    group,
    identity.type,
    identity.name,
    level,
    maxOpenDuration ?? "",
    because.map(({ policy }) => policy).join("; "),
    because.map(({ why }) => why).join("; "),
    rotator === undefined ? "" : `rotated-${rotator}`,
  ];
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

async function look(doors: Doors) {
  const { catalog, project } = doors;
  const stacks = [...readStacks(project).values()];
  return findAccessDifferences(catalog, project.settings, await observeAccess(doors), stacks);
}
