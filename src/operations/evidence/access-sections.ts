import { type Right, rightsOf } from "../../access/access-matrix";
import { sharedValues } from "../../access/shared-values";
import { dayOf } from "../../catalog/dates";
import { problemOf, RemedyError } from "../../errors";
import { COMMAND } from "../../text";
import { findAccessDifferences, type ObservedAccess, observeAccess } from "../access/access-differences";
import { managingUsers } from "../access/access-rights";
import type { Context } from "../context";
import { readStacks } from "../project";
import { type AccessReviews, joinReviews } from "../reviews/review-access";
import { ALLOWED_SIGNERS, NAMESPACE, REVIEWS } from "../reviews/review-files";

/** What Pulumi Cloud has at this moment, or why that is not known. */
export type Observed = { found: ObservedAccess } | { unknown: string };

/** Asks once for both sections. */
export async function observeForEvidence(context: Context): Promise<Observed> {
  try {
    return { found: await observeAccess(context) };
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return { unknown: `${error.problem.subject}: ${error.problem.cause}` };
  }
}

/**
 * Who may do what, as declared; of what ESC rotates, who may open the user that changes its passwords; and the
 * organization's administrators, whom nothing declares.
 */
export function accessSection({ catalog, project }: Context, observed: Observed): EvidenceSection {
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
      ...administrators(observed),
    ],
    unknown:
      "found" in observed
        ? ["who is in teams that people made in Pulumi Cloud: each team's page lists them"]
        : [`administrators of the Pulumi Cloud organization, who may do everything: ${observed.unknown}`],
  };
}

function administrators(observed: Observed): string[][] {
  const members = "found" in observed ? observed.found.members : [];
  return members
    .filter(({ isAdmin }) => isAdmin)
    .map(({ login }) => [
      "(all)",
      "(all)",
      "user",
      login,
      "admin",
      "",
      "(administrator)",
      "Administrators of the organization may do everything",
      "",
    ]);
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

/** Who reviewed each right when, and what they decided: as signed, and checked now. */
export function reviewsSection(context: Context, observed: Observed): EvidenceSection {
  const { catalog, project } = context;
  const stacks = [...readStacks(project).values()];
  const rights = rightsOf(catalog, project.settings, stacks);
  const joined = joinEvidence(context, rights, observed);
  return {
    name: "access-reviews",
    title: "Access reviews",
    about: `Each right with its last review, due ${project.settings.accessReview}. A right that changed since is due again. Check a signature yourself: ssh-keygen -Y verify -f ${REVIEWS}/${ALLOWED_SIGNERS} -I REVIEWER -n ${NAMESPACE} -s FILE.sig < FILE`,
    source: `signed records in ${REVIEWS}/ of the program, each checked with OpenSSH against ${REVIEWS}/${ALLOWED_SIGNERS}`,
    columns: [
      ...[
        "Environment",
        "Group",
        "Kind",
        "Identity",
        "Level",
        "State",
        "Reviewer",
        "Reviewed at",
        "Decision",
      ],
      ...["Note", "Due on", "Secrets added since", "Record", "Key"],
    ],
    rows: joined.rows.map(({ right, state, review, dueOn, addedSince }) => [
      right.environment,
      right.rotator === undefined ? right.group : `${right.group} (rotated-${right.rotator})`,
      right.identity.type,
      right.identity.name,
      right.level,
      state,
      review?.reviewer ?? "",
      review?.at ?? "",
      review?.decision ?? "",
      review?.note ?? "",
      dueOn ?? "",
      review === undefined ? "" : addedSince.join(", "),
      review?.file ?? "",
      review?.key ?? "",
    ]),
    unknown: joined.problems.map(({ subject, cause }) => `${subject} does not count: ${cause}`),
  };
}

function joinEvidence(context: Context, rights: readonly Right[], observed: Observed): AccessReviews {
  try {
    return joinReviews(context, rights, "found" in observed ? observed.found : undefined);
  } catch (error) {
    return { rows: [], problems: [problemOf(error)] };
  }
}

/** Credentials with one value in deployment environments that different people may open, and who gains by it. */
export function sharedSection({ catalog, now }: Pick<Context, "catalog" | "now">): EvidenceSection {
  return {
    name: "shared-values",
    title: "Values shared across environments",
    about:
      "Credentials with one value in several deployment environments: who may open it in one has it in the others too, where the access matrix gives them nothing. Empty: there is none.",
    source: "the declaration (catalog and access policies)",
    columns: [
      "Secret",
      "Group",
      "Environments",
      "Identity",
      "Opens it in",
      "Has that of",
      "Policy",
      "Accepted because",
    ],
    rows: sharedValues(catalog, dayOf(now())).flatMap(({ name, group, environments, gains, reason }) =>
      gains.map(({ identity, opens, reaches, policies }) => [
        name,
        group,
        environments.join(", "),
        identity.type === "user" ? identity.name : `team ${identity.name}`,
        opens.join(", "),
        reaches.join(", "),
        policies.join("; "),
        reason ?? "",
      ]),
    ),
    unknown: [
      `values that people set for one environment in GitHub by hand, and values that are equal though they are separate: ${COMMAND} diff compares two environments`,
    ],
  };
}

/** What Pulumi Cloud has otherwise at this moment. */
export function differencesSection({ catalog, project }: Context, observed: Observed): EvidenceSection {
  const stacks = [...readStacks(project).values()];
  const found =
    "found" in observed ? findAccessDifferences(catalog, project.settings, observed.found, stacks) : [];
  const unknown = "found" in observed ? [] : [`whether Pulumi Cloud is as declared: ${observed.unknown}`];
  return {
    name: "access-differences",
    title: "Access that differs from the declaration",
    about:
      "Every right, team, account or default in Pulumi Cloud that is not as declared. Empty: there is none.",
    source: "Pulumi Cloud's teams, members and settings, compared with the declaration",
    columns: ["Code", "Subject", "Difference", "Remedy"],
    rows: found.map(({ code, subject, cause, remedy }) => [code, subject, cause, remedy]),
    unknown,
  };
}

/** One table of the bundle: names, times and counts, never a value. */
export interface EvidenceSection {
  /** File name without its ending; also how the controls refer to it. */
  name: string;
  title: string;
  /** What the table shows, and what it is good for. */
  about: string;
  /** Where its facts come from. */
  source: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** What could not be known, a sentence each. */
  unknown: readonly string[];
}
