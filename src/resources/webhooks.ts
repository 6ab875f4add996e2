import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Settings } from "../../secrets/settings";

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
