import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { oversightOf, unapproved } from "../../access/oversight";
import type { Rotator } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import { inform, programError, warn } from "../diagnostics";

export interface OversightArgs {
  /** The stack's config: the webhook's receiver, the approvers, and the edition, which may lack either. */
  settings: Settings;
  /** ESC environments whose changes somebody must approve: those with synced values. */
  approved: Readonly<Record<string, pulumiservice.Environment>>;
  /** ESC environments whose changes the webhook tells. Not the ledger: the sync writes it with every change. */
  watched: Readonly<Record<string, pulumiservice.Environment>>;
}

/**
 * Webhooks and approval rules of one deployment environment. ESC environments that ESC rotates have no approval rule,
 * nor have those of managing users (docs/DECISIONS.md, 26).
 *
 * @param deployment first part of the resources' names; the keys of the environments are the second.
 */
export function declareOversight(
  deployment: string,
  { settings, approved, watched }: OversightArgs,
  opts: pulumi.ComponentResourceOptions,
): void {
  const { webhooks, approvals } = oversightOf(settings);
  if (webhooks) declareWebhooks(deployment, watched, settings, opts);
  if (approvals) declareApprovals(deployment, approved, settings, opts);
}

/** Warns of what the config asks for and is not enforced: the edition lacks it, or ESC acts by itself. */
export function warnOfLacking(settings: Settings, rotators: readonly Rotator[]): void {
  void warn(...oversightOf(settings).lacking);
  const left = unapproved(settings, rotators);
  if (left !== undefined && pulumi.runtime.isDryRun())
    void inform({ code: "rotation-not-approved", subject: "config approvers", cause: left });
}

/**
 * Every event that changes what an application gets or who could get it, of those that an environment's webhook can be
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

/** A webhook per ESC environment, which tells the stack's receiver of every change. */
function declareWebhooks(
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
        displayName: "Changes, sent by sophia-secrets",
        organizationName: environment.organization,
        projectName: environment.project.apply((project) => project ?? settings.escProject),
        environmentName: environment.name,
        payloadUrl,
        format,
        filters: EVENTS,
      },
      // The address comes back from the service in plain text.
      { ...opts, dependsOn: [environment], additionalSecretOutputs: ["payloadUrl"] },
    );
  }
}

/** @throws pulumi.RunError that does not quote the address: whoever has it can post to its channel. */
function refuseUnfit(url: string, format: string): void {
  const isAddress = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (isAddress && (format !== "slack" || url.startsWith(SLACK))) return;
  throw programError({
    code: "config-invalid",
    subject: "config webhookUrl",
    cause: isAddress ? `is not an address of Slack (${SLACK}...)` : "is not an http(s) address",
    remedy: "pulumi config set --secret webhookUrl, or set webhookFormat to what its receiver understands",
  });
}

/**
 * An approval rule per ESC environment: a member of one of the config's teams must approve each change. Pulumi Cloud
 * then refuses every direct write, also the sync's, which only proposes (`src/clients/pulumi-proposals.ts`).
 */
function declareApprovals(
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
 * The export of the organization's audit log to the config's bucket: Pulumi Cloud keeps its own log only for a time. An
 * export that somebody else set up is not overwritten: the provider refuses, and names the import.
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
