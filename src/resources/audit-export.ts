import type * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Settings } from "../../secrets/settings";

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
