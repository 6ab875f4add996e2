import { describeWidening, type SharedValue, wideningsOf } from "../access/shared-values";
import { type AccessDifference, termsOf } from "../operations/access/access-difference";
import type { ObservedAccess } from "../operations/access/access-differences";
import type { AskedRight, Managing } from "../operations/access/access-rights";
import { COMMAND, counted } from "../text";
import { tableLines } from "./table";

/** What no look at the declaration or at Pulumi Cloud's teams can tell. */
export const UNKNOWN = [
  "what custom roles, and tokens that people made, allow besides: Pulumi Cloud shows them under Access Management",
  `which jobs of GitHub's get a token of one of these teams, or an administrator's: ${COMMAND} verify compares the trust`,
  `who may read the same values in GitHub: whoever may change a workflow of a carrier; ${COMMAND} drift says which repositories read them`,
] as const;

/**
 * Identity by environment down, groups across and after them what ESC rotates, why at the end of each row; a heading
 * first.
 */
export function matrixLines(
  rights: readonly AskedRight[],
  groups: readonly string[],
  rotators: readonly string[],
): string[] {
  const rows = new Map<string, AskedRight[]>();
  for (const right of rights) {
    const key = `${right.environment} ${whoIn(right)}`;
    rows.set(key, [...(rows.get(key) ?? []), right]);
  }
  const body = [...rows.values()].map((row) => {
    const [first] = row as [AskedRight];
    const cell = (right: AskedRight | undefined) => (right === undefined ? "-" : termsOf(right));
    const cells = [
      ...groups.map((group) => cell(row.find((each) => each.group === group && each.rotator === undefined))),
      ...rotators.map((name) => cell(row.find((each) => each.rotator === name))),
    ];
    const policies = new Set(row.flatMap(({ because }) => because.map(({ policy }) => policy)));
    return [first.environment, whoIn(first), ...cells, [...policies].join(", ")];
  });
  const rotated = rotators.map((name) => `rotated-${name}`);
  return tableLines([["environment", "identity", ...groups, ...rotated, "policies"], ...body]);
}

/** A line for each managing user: no policy speaks of one. */
export function managingLines(managing: readonly Managing[]): string[] {
  return managing.map(
    ({ path, rotator }) => `${path}, the managing user of ${rotator}: nobody but administrators may open it`,
  );
}

/** A line for each right on a secret: where, what, who, why. */
export function secretLines(rights: readonly AskedRight[]): string[] {
  return tableLines(
    rights.map((right) => [
      right.environment,
      right.secret ?? "",
      termsOf(right),
      whoIn(right),
      right.because.map(({ policy, why }) => `${policy}: ${why}`).join("; "),
    ]),
  );
}

/**
 * Who has values of deployment environments that no policy opens to them; nothing where nobody has.
 *
 * @param isNamed whether secrets were asked for by name: each has its reason then.
 */
export function sharedLines(shared: readonly SharedValue[], isNamed: boolean): string[] {
  if (shared.length === 0) return [];
  const unsaid = shared.filter(({ reason }) => reason === undefined);
  const reasons = shared.map(({ name, reason }) => [
    `  ${name}`,
    reason ?? "no reason yet: preview refuses it",
  ]);
  return [
    "One value in several deployment environments opens more than the rows say:",
    ...wideningsOf(shared).map((widening) => `  ${widening.policy} ${describeWidening(widening)}`),
    ...(isNamed ? tableLines(reasons) : []),
    ...(isNamed || unsaid.length === 0
      ? []
      : [
          `  without a reason (sharedBecause), which preview refuses: ${unsaid.map(({ name }) => name).join(", ")}`,
        ]),
  ];
}

/** What Pulumi Cloud adds to the declaration. @param elsewhere how many differences other environments have. */
export function observedLines(
  observed: ObservedAccess,
  differences: readonly AccessDifference[],
  elsewhere: number,
): string[] {
  const administrators = observed.members.filter(({ isAdmin }) => isAdmin).map(({ login }) => login);
  return [
    `administrators, who may do everything everywhere: ${administrators.join(", ") || "nobody"}`,
    `default environment permission of every member: ${observed.defaultPermission}`,
    `default stack permission of every member: ${observed.defaultStackPermission ?? "not told"}`,
    ...observed.teams
      .filter(({ hasRole }) => hasRole)
      .map(({ name }) => `team ${name} has a role, which may allow more than is told here`),
    differences.length === 0
      ? "Pulumi Cloud has it as declared"
      : `Pulumi Cloud has it otherwise: ${counted(differences.length, "difference")}`,
    ...(elsewhere === 0 ? [] : [`of other environments: ${counted(elsewhere, "difference")}`]),
    ...tableLines(differences.map(({ subject, cause, remedy }) => [`  ${subject}`, cause, remedy])),
  ];
}

function whoIn({ identity: { type, name } }: AskedRight): string {
  return type === "user" ? name : `team ${name}`;
}
