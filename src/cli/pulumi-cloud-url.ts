import type { Settings } from "../../secrets/settings";

const PULUMI_CLOUD = "https://api.pulumi.com";

/** Address of Pulumi Cloud, without a slash at the end: the config's, then the environment's. */
export function pulumiCloudUrl(
  settings: Pick<Settings, "pulumiApiUrl">,
  env: Readonly<Record<string, string | undefined>>,
): string {
  // The backend may also be a folder or a bucket: those hold no ESC.
  const backend = env.PULUMI_BACKEND_URL?.startsWith("http") ? env.PULUMI_BACKEND_URL : PULUMI_CLOUD;
  return (settings.pulumiApiUrl ?? backend).replace(/\/+$/, "");
}
