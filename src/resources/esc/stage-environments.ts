import type * as pulumiservice from "@pulumi/pulumiservice";

/** The ESC environments of one environment. */
export interface StageEnvironments {
  /** By group; the sync job writes them. */
  values: Readonly<Record<string, pulumiservice.Environment>>;
  ledger: pulumiservice.Environment;
  /** By the last part of their names: what ESC rotates, and who rotates it. */
  rotators: Readonly<Record<string, pulumiservice.Environment>>;
  composite: pulumiservice.Environment;
  /** By policy: composites of the groups that a policy gives, where it gives some and not all. */
  audiences: Readonly<Record<string, pulumiservice.Environment>>;
}
