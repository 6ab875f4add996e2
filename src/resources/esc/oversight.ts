import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { oversightOf, unapproved } from "../../access/oversight";
import type { Rotator } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import type { StageEnvironments } from "./stage-environments";

/**
 * Webhooks and approval rules of one environment. The ledger has neither: the sync writes it with every change. What ESC
 * rotates has no rule, and its managing user none (docs/DECISIONS.md, 26).
 */
export function declareOversight(
  name: string,
  { values, rotators, composite, audiences }: StageEnvironments,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): void {
  const { webhooks, approvals } = oversightOf(settings);
  const forPeople = Object.entries(audiences).map(([policy, each]) => [`for-${policy}`, each] as const);
  const told = { ...values, ...rotators, composite, ...Object.fromEntries(forPeople) };
  if (webhooks) declareWebhooks(name, told, settings, opts);
  if (approvals) declareApprovals(name, values, settings, opts);
}

/** Says what the config asks for and is not done: the edition lacks it, or ESC acts by itself. */
export function warnOfLacking(settings: Settings, rotators: readonly Rotator[]): void {
  const { lacking } = oversightOf(settings);
  if (lacking.length > 0) void pulumi.log.warn(`not enforced: ${lacking.join("; ")}`);
  const left = unapproved(settings, rotators);
  if (left !== undefined && pulumi.runtime.isDryRun()) void pulumi.log.info(`approvers: ${left}`);
}

/**
 * Every event that changes what an application gets or who could, of those that a webhook of an environment can be
 * told. Left out: a new tag, which changes nothing until it is used and comes with each sync, and a change of an import,
 * which the imported environment's own webhook tells. Creation and deletion are told to webhooks of an organization
 * alone, and openings, refused ones too, to none (Pulumi's documentation, "Event filtering"; rotations are in the
 * provider's list only). A rotation tells of its revision as well: without one, somebody has written there.
 */
const EVENTS: pulumiservice.WebhookFilters[] = [
  "environment_revision_created",
  "environment_revision_retracted",
  "environment_revision_tag_updated",
  "environment_revision_tag_deleted",
  "environment_tag_created",
  "environment_tag_updated",
  "environment_tag_deleted",
  "environment_rotation_succeeded",
  "environment_rotation_failed",
];

/** Slack's own addresses: Pulumi Cloud refuses others in its format (`pulumi env webhook new --help`). */
const SLACK = "https://hooks.slack.com/";

/** Tells the stack's receiver of every change of these environments. Nothing without a receiver's address. */
export function declareWebhooks(
  name: string,
  environments: Readonly<Record<string, pulumiservice.Environment>>,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): void {
  const format = settings.webhookFormat;
  const payloadUrl = pulumi.secret(new pulumi.Config().requireSecret("webhookUrl")).apply((url) => {
    refuseUnfit(url, format);
    return url;
  });
  for (const [part, environment] of Object.entries(environments)) {
    new pulumiservice.Webhook(
      `${name}-${part}`,
      {
        active: true,
        displayName: "Changes, told by sophia-secrets",
        organizationName: environment.organization,
        projectName: environment.project.apply((project) => project ?? settings.escProject),
        environmentName: environment.name,
        payloadUrl,
        format,
        filters: EVENTS,
      },
      // The address comes back from the service in clear.
      { ...opts, dependsOn: [environment], additionalSecretOutputs: ["payloadUrl"] },
    );
  }
}

/** @throws pulumi.RunError that does not quote it: who has the address can speak in its channel. */
function refuseUnfit(url: string, format: string): void {
  const isAddress = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (isAddress && (format !== "slack" || url.startsWith(SLACK))) return;
  const cause = isAddress ? `is no address of Slack's (${SLACK}...)` : "is no http(s) address";
  throw new pulumi.RunError(
    `config webhookUrl: ${cause}. Remedy: pulumi config set --secret webhookUrl, or set webhookFormat to what its receiver understands`,
  );
}

/**
 * Nobody changes these environments without somebody of the config's teams: Pulumi Cloud refuses every direct write,
 * the sync's among them, which therefore only proposes (`src/clients/pulumi-proposals.ts`).
 */
export function declareApprovals(
  name: string,
  environments: Readonly<Record<string, pulumiservice.Environment>>,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): void {
  for (const [part, environment] of Object.entries(environments)) {
    new pulumiservice.ApprovalRule(
      `${name}-${part}`,
      {
        name: "sophia-secrets",
        enabled: true,
        targetActionTypes: ["update"],
        environmentIdentifier: {
          organization: environment.organization,
          project: environment.project.apply((project) => project ?? settings.escProject),
          name: environment.name,
        },
        approvalRuleConfig: {
          numApprovalsRequired: 1,
          allowSelfApproval: false,
          requireReapprovalOnChange: true,
          eligibleApprovers: settings.approvers.map((teamName) => ({ teamName })),
        },
      },
      { ...opts, dependsOn: [environment] },
    );
  }
}

/**
 * The organization's audit log, delivered to the config's bucket for as long as it is kept there: Pulumi Cloud keeps its
 * own only for a time. One that somebody set up already is not overwritten: the provider refuses, and names the import.
 */
export function declareAuditExport(settings: Settings, opts: pulumi.CustomResourceOptions): void {
  new pulumiservice.api.AuditLogExportConfiguration(
    settings.pulumiOrganization,
    {
      orgName: settings.pulumiOrganization,
      newEnabled: true,
      // Names of `AuditLogsExportS3Config` in the service's specification; the provider's own example has others.
      newS3Configuration: { s3BucketName: settings.auditBucket, iamRoleArn: settings.auditRole },
    },
    opts,
  );
}
