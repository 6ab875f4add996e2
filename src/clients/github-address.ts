import { unfitAddress } from "../../secrets/addresses";
import { RemedyError } from "../errors";

const GITHUB = "https://api.github.com";

/**
 * Address of GitHub's API.
 *
 * @param configured the stack's config `githubApiUrl`, which goes before the environment's GITHUB_BASE_URL.
 * @throws RemedyError when it is none to send a token to; it is not quoted.
 */
export function gitHubAddress(
  configured: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const address = configured ?? (env.GITHUB_BASE_URL || GITHUB);
  const cause = unfitAddress(address, { mayHavePath: true });
  if (cause === undefined) return address;
  const thing = configured === undefined ? "GITHUB_BASE_URL" : "config githubApiUrl";
  throw new RemedyError(thing, cause, `leave it out for ${GITHUB}, or give the server's API by https`);
}
