type Environment = Readonly<Record<string, string | undefined>>;

const PULUMI_CLOUD = "https://api.pulumi.com";

/**
 * Address of Pulumi Cloud, without a slash at the end.
 *
 * @param configured the stack's config `pulumiApiUrl`, which goes before the environment's PULUMI_BACKEND_URL.
 */
export function pulumiAddress(configured: string | undefined, env: Environment): string {
  // The backend may also be a folder or a bucket: those hold no ESC.
  const backend = env.PULUMI_BACKEND_URL?.startsWith("http") ? env.PULUMI_BACKEND_URL : PULUMI_CLOUD;
  return (configured ?? backend).replace(/\/+$/, "");
}
