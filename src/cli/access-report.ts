import { describeWidening, type SharedValue, wideningsOf } from "../access/shared-values";
import type { ResolvedCatalog } from "../catalog/entry";
import { termsOf } from "../operations/access/access-difference";

import type { ObservedAccess } from "../operations/access/access-differences";
import type { AccessAnswer, AccessQuestion, AskedRight } from "../operations/access/access-rights";
import { COMMAND, counted } from "../text";
import { fittedLines, headedLines, tableLines } from "./table";

/** What no look at the declaration or at Pulumi Cloud's teams can tell. */
const UNKNOWN = [
  "what custom roles, and tokens that people made, allow besides: Pulumi Cloud shows them under Access Management",
  `which jobs of GitHub's get a token of one of these teams, or an administrator's: ${COMMAND} verify compares the trust`,
  `who can read the same values in GitHub: anyone who can change a workflow of a carrier; ${COMMAND} drift says which repositories read them`,
] as const;

/** The answer as scripts know it. */
export function accessDocument({
  rights,
  managing,
  shared,
  observed,
  differences,
  elsewhere,
}: AccessAnswer): object {
  const cloud = observed && {
    defaultPermission: observed.defaultPermission,
    defaultStackPermission: observed.defaultStackPermission ?? null,
    administrators: administratorsIn(observed),
    teams: Object.fromEntries(observed.teams.map(({ name, members }) => [name, members])),
    differences,
    elsewhere,
  };
  return { rights, administratorsAlone: managing, shared, cloud: cloud ?? null, unknown: UNKNOWN };
}

/** The answer for people. @param edition of Pulumi Cloud. @param width characters that a line of a table may have. */
export function accessLines(
  catalog: ResolvedCatalog,
  edition: string,
  { names, identity }: AccessQuestion,
  answer: AccessAnswer,
  width: number | undefined,
): string[] {
  const { rights, managing, observed } = answer;
  const table = names.length > 0 ? secretLines(rights, width) : matrixLines(catalog, rights, width);
  const lines = [
    ...answer.neverInEsc.map((name) => `${name} is never in ESC`),
    ...(rights.length > 0 ? table : [`${identity === undefined ? "nobody" : "nothing"}, by the declaration`]),
    // No policy speaks of a managing user.
    ...managing.map(
      ({ path, rotator }) =>
        `${path}, the managing user of ${rotator}: nobody but administrators may open it`,
    ),
    ...sharedLines(answer.shared, names.length > 0, width),
    "",
    ...(answer.isEnforced ? [] : [`edition ${edition} has no teams: none of this is enforced`]),
    ...(observed === undefined
      ? ["not compared with Pulumi Cloud: there is no token (PULUMI_ACCESS_TOKEN, or pulumi login)"]
      : observedLines(observed, answer, width)),
    "not known here:",
    ...UNKNOWN.map((line) => `  ${line}`),
  ];
  return fittedLines(lines, width);
}

/**
 * Identity by environment down, groups across and after them what ESC rotates, why at the end of each row; a heading
 * first.
 */
function matrixLines(
  catalog: ResolvedCatalog,
  rights: readonly AskedRight[],
  width: number | undefined,
): string[] {
  const groups = Object.keys(catalog.groups);
  const rotators = catalog.rotators.map(({ name }) => name).sort();
  const rows = new Map<string, AskedRight[]>();
  for (const right of rights) {
    const key = `${right.environment} ${whoIn(right)}`;
    rows.set(key, [...(rows.get(key) ?? []), right]);
  }
  const body = [...rows.values()].map((row) => {
    const [first] = row as [AskedRight];
    const cell = (right: AskedRight | undefined) => (right === undefined ? "" : termsOf(right));
    const cells = [
      ...groups.map((group) => cell(row.find((each) => each.group === group && each.rotator === undefined))),
      ...rotators.map((name) => cell(row.find((each) => each.rotator === name))),
    ];
    const policies = new Set(row.flatMap(({ because }) => because.map(({ policy }) => policy)));
    return [first.environment, whoIn(first), ...cells, [...policies].join(", ")];
  });
  const rotated = rotators.map((name) => `rotated-${name}`);
  return headedLines(["environment", "identity", ...groups, ...rotated, "policies"], body, width);
}

/** A line for each right on a secret: where, what, who, why. */
function secretLines(rights: readonly AskedRight[], width: number | undefined): string[] {
  return tableLines(
    rights.map((right) => [
      right.environment,
      right.secret ?? "",
      termsOf(right),
      whoIn(right),
      right.because.map(({ policy, why }) => `${policy}: ${why}`).join("; "),
    ]),
    width,
  );
}

/**
 * Who has values of deployment environments that no policy opens to them; nothing where nobody has.
 *
 * @param isNamed whether secrets were asked for by name: each has its reason then.
 */
function sharedLines(shared: readonly SharedValue[], isNamed: boolean, width: number | undefined): string[] {
  if (shared.length === 0) return [];
  const unsaid = shared.filter(({ reason }) => reason === undefined);
  const reasons = shared.map(({ name, reason }) => [
    `  ${name}`,
    reason ?? "no reason yet: preview refuses it",
  ]);
  return [
    "One value in several deployment environments opens more than the rows say:",
    ...wideningsOf(shared).map((widening) => `  ${widening.policy} ${describeWidening(widening)}`),
    ...(isNamed ? tableLines(reasons, width) : []),
    ...(isNamed || unsaid.length === 0
      ? []
      : [
          `  without a reason (sharedBecause), which preview refuses: ${unsaid.map(({ name }) => name).join(", ")}`,
        ]),
  ];
}

/** What Pulumi Cloud adds to the declaration. */
function observedLines(
  observed: ObservedAccess,
  { differences, elsewhere }: AccessAnswer,
  width: number | undefined,
): string[] {
  return [
    `administrators, who may do everything everywhere: ${administratorsIn(observed).join(", ") || "nobody"}`,
    `default environment permission of every member: ${observed.defaultPermission}`,
    `default stack permission of every member: ${observed.defaultStackPermission ?? "not told"}`,
    ...observed.teams
      .filter(({ hasRole }) => hasRole)
      .map(({ name }) => `team ${name} has a role, which may allow more than is shown here`),
    differences.length === 0
      ? "Pulumi Cloud has it as declared"
      : `Pulumi Cloud has it otherwise: ${counted(differences.length, "difference")}`,
    ...(elsewhere === 0 ? [] : [`of other environments: ${counted(elsewhere, "difference")}`]),
    ...tableLines(
      differences.map(({ subject, cause, remedy }) => [`  ${subject}`, cause, remedy]),
      width,
    ),
  ];
}

function administratorsIn({ members }: ObservedAccess): string[] {
  return members.filter(({ isAdmin }) => isAdmin).map(({ login }) => login);
}

function whoIn({ identity: { type, name } }: AskedRight): string {
  return type === "user" ? name : `team ${name}`;
}
