import type { CheckFailure, ResourceDefinition } from "../provider/definition";
import { isUnknown, type Properties } from "../provider/wire";
import { type Answer, type CloudClient, CloudError } from "./cloud-client";
import { segments } from "./inferred";

/** The environment a rule gates; every part replaces the rule. */
interface Target {
  organization: string;
  project: string;
  name: string;
}

/** `pulumiservice:index:ApprovalRule`: who must agree before an environment changes. */
export const approvalRule: ResourceDefinition<CloudClient> = {
  required: ["approvalRuleConfig", "enabled", "environmentIdentifier", "name", "targetActionTypes"],
  computed: [],
  replaceOn: ["environmentIdentifier", "name"],
  check: (inputs) => ({ inputs, failures: approverFailures(inputs) }),
  create: async (client, inputs) => {
    const target = targetOf(inputs);
    const { id } = await client
      .api("POST", gates(target.organization), body(inputs))
      .catch((error: Error) => {
        throw new Error(`creating approval rule "${inputs.name}": ${error.message}`);
      });
    const { organization, project, name } = target;
    return { id: `environment/${organization}/${project}/${name}/${id}`, outputs: inputs };
  },
  update: async (client, id, _state, news) => {
    const { target, ruleId } = keyOf(id);
    await client.api("PUT", `${gates(target.organization)}/${ruleId}`, body(news));
    return news;
  },
  read: async (client, id) => {
    const { target, ruleId } = keyOf(id);
    const rule = await client.find(`${gates(target.organization)}/${ruleId}`);
    if (rule === undefined) return undefined;
    const { numApprovalsRequired, allowSelfApproval, requireReapprovalOnChange } = rule.rule;
    const properties = {
      name: rule.name,
      enabled: rule.enabled,
      targetActionTypes: rule.target?.actionTypes ?? [],
      environmentIdentifier: target,
      approvalRuleConfig: {
        numApprovalsRequired,
        allowSelfApproval,
        requireReapprovalOnChange,
        eligibleApprovers: (rule.rule.eligibleApprovers ?? []).map(approverFrom),
      },
    };
    return { id, inputs: properties, outputs: properties };
  },
  delete: async (client, id) => {
    const { target, ruleId } = keyOf(id);
    await client.api("DELETE", `${gates(target.organization)}/${ruleId}`).catch((error: Error) => {
      if (!(error instanceof CloudError && error.status === 404)) throw error;
    });
  },
};

function approverFailures(inputs: Properties): CheckFailure[] {
  const config = inputs.approvalRuleConfig as { eligibleApprovers?: Properties[] } | undefined;
  if (config === undefined || isUnknown(config) || isUnknown(config.eligibleApprovers)) return [];
  return (config.eligibleApprovers ?? []).flatMap((approver, index) => {
    const given = ["teamName", "user", "rbacPermission"].filter((name) => Boolean(approver[name])).length;
    if (given === 1) return [];
    const more = given > 1 ? ", but multiple were provided" : "";
    const reason = `eligible approver must have exactly one of teamName, user, or rbacPermission set${more}`;
    return [{ property: `approvalRuleConfig.eligibleApprovers[${index}]`, reason }];
  });
}

function body(inputs: Properties): Properties {
  const config = inputs.approvalRuleConfig as Properties & { eligibleApprovers?: Properties[] };
  const { project, name } = targetOf(inputs);
  return {
    name: inputs.name,
    enabled: inputs.enabled,
    rule: {
      ruleType: "approval_required",
      ...config,
      eligibleApprovers: (config.eligibleApprovers ?? []).map(approverTo),
    },
    target: {
      actionTypes: inputs.targetActionTypes,
      entityType: "environment",
      qualifiedName: `${project}/${name}`,
    },
  };
}

function approverTo({ teamName, user, rbacPermission }: Properties): Properties {
  if (teamName) return { eligibilityType: "team_member", teamName };
  if (user) return { eligibilityType: "specific_user", userLogin: user };
  return { eligibilityType: "has_permission_on_target", permission: rbacPermission };
}

function approverFrom(answer: Answer): Properties {
  if (answer.eligibilityType === "team_member") return { teamName: answer.name };
  if (answer.eligibilityType === "specific_user") return { user: answer.user.githubLogin };
  return { rbacPermission: answer.permission };
}

function targetOf(inputs: Properties): Target {
  return inputs.environmentIdentifier as Target;
}

function keyOf(id: string): { target: Target; ruleId: string } {
  const [kind, organization, project, name, ruleId, ...more] = id.split("/");
  if (kind !== "environment" || !organization || !project || !name || !ruleId || more.length > 0) {
    throw new Error(
      `invalid approval rule ID format: expected 'environment/{orgName}/{projectName}/{envName}/{ruleID}', got "${id}"`,
    );
  }
  return { target: { organization, project, name }, ruleId };
}

function gates(organization: string): string {
  return `change-gates/${segments(organization)}`;
}
