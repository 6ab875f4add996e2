import { levelOf, type Place, pathOf } from "./access";
import { actorName, type Cloud, record } from "./cloud";
import type { Principal } from "./principal";
import { serviceError } from "./service-error";
import type { ChangeGate, ChangeRequest, Environment, Organization } from "./state";

/**
 * Approval rules in force on changes of an environment. Rules on opening are kept and not enforced: nothing here
 * declares one.
 */
export function updateGates(organization: Organization, environment: Environment): ChangeGate[] {
  const name = `${environment.project}/${environment.name}`;
  return Object.values(organization.changeGates).filter(
    ({ enabled, target }) =>
      enabled && target.actionTypes.includes("update") && target.qualifiedName === name,
  );
}

/**
 * Refuses a direct write: "when an update approval ruleset is enabled on an environment, direct writes to the
 * environment are blocked" (docs, ESC approvals). For whom is not said, so it is for everybody, administrators and
 * tokens of machines too; the status is the sandbox's choice.
 *
 * @throws 403
 */
export function refuseGated(
  cloud: Cloud,
  principal: Principal,
  about: { organization: Organization; environment: Environment },
  action: string,
): void {
  const { organization, environment } = about;
  if (updateGates(organization, environment).length === 0) return;
  const place: Place = { org: organization.name, project: environment.project, env: environment.name };
  record(cloud, principal, action, pathOf(place), "denied", { needs: "approval" });
  throw serviceError(
    403,
    `Forbidden: changes of environment '${pathOf(place)}' require approval; create a draft instead`,
  );
}

/** Who may approve, whose approvals count, and whether there are enough of them. */
export function evaluateGates(
  organization: Organization,
  environment: Environment,
  request: ChangeRequest,
): { satisfied: boolean; applicableGates: object[] } {
  const gates = updateGates(organization, environment).map((gate) => {
    const needed = gate.rule.numApprovalsRequired ?? 1;
    const counted = request.approvals.filter(
      ({ by, revision }) =>
        (gate.rule.requireReapprovalOnChange !== true || revision === request.texts.length) &&
        (gate.rule.allowSelfApproval === true || by !== request.createdBy),
    );
    const approvers = [...new Set(counted.map(({ by }) => by))];
    return {
      id: gate.id,
      name: gate.name,
      satisfied: approvers.length >= needed,
      ruleDetails: {
        ruleType: gate.rule.ruleType,
        requiredApprovals: needed,
        approvers: approvers.map((login) => ({ name: login, githubLogin: login, avatarUrl: "" })),
      },
    };
  });
  return { satisfied: gates.every((gate) => gate.satisfied), applicableGates: gates };
}

/** Whether somebody's approval is worth something to one of the rules. */
export function mayApprove(
  organization: Organization,
  environment: Environment,
  request: ChangeRequest,
  principal: Principal,
): boolean {
  return updateGates(organization, environment).some((gate) => {
    if (gate.rule.allowSelfApproval !== true && actorName(principal) === request.createdBy) return false;
    return (gate.rule.eligibleApprovers ?? []).some((approver) =>
      isOne(approver, organization, environment, principal),
    );
  });
}

type Approver = NonNullable<ChangeGate["rule"]["eligibleApprovers"]>[number];

/** A person of the team, the person, or a person with the permission; never a machine's token. */
function isOne(
  { eligibilityType, teamName = "", userLogin, permission }: Approver,
  organization: Organization,
  environment: Environment,
  principal: Principal,
): boolean {
  if (principal.kind !== "personal") return false;
  if (eligibilityType === "team_member")
    return organization.teams[teamName]?.members.includes(principal.login) === true;
  if (eligibilityType === "specific_user") return userLogin === principal.login;
  const level = levelOf(organization, principal, environment.project, environment.name);
  const writes = level === "write" || level === "admin";
  return permission === "environment:read" ? level !== "none" : writes;
}
