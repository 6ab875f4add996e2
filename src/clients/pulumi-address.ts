import { unfitAddress } from "../../secrets/addresses";
import { RemedyError } from "../errors";

type Environment = Readonly<Record<string, string | undefined>>;

export const PULUMI_CLOUD = "https://api.pulumi.com";

/**
 * Address of Pulumi Cloud, without a slash at the end.
 *
 * @param configured the stack's config `pulumiApiUrl`, which goes before the environment's PULUMI_BACKEND_URL.
 * @throws RemedyError when it is none to send a token to.
 */
export function pulumiAddress(configured: string | undefined, env: Environment): string {
  if (configured !== undefined) return checkedAddress("config pulumiApiUrl", configured);
  // The backend may also be a folder or a bucket: those hold no ESC.
  const backend = /^https?:/i.test(env.PULUMI_BACKEND_URL ?? "") ? env.PULUMI_BACKEND_URL : undefined;
  return checkedAddress("PULUMI_BACKEND_URL", backend ?? PULUMI_CLOUD);
}

/**
 * An address that somebody gave, without a slash at the end.
 *
 * @param thing by which people know it, for the error.
 * @throws RemedyError when it is none to send a token to; it is not quoted.
 */
export function checkedAddress(thing: string, text: string): string {
  const cause = unfitAddress(text);
  if (cause === undefined) return text.replace(/\/+$/, "");
  throw new RemedyError(thing, cause, `leave it out for ${PULUMI_CLOUD}, or give the service's own address`);
}
