/**
 * The Pulumi CLI that is downloaded or built when PATH has none that is recent: the newest version of
 * github.com/pulumi/pulumi/pkg/v3 that the public Go module proxy serves.
 */
export const pinnedCliVersion = "3.259.0";

/** What may be used from PATH; the same range as `requiredPulumiVersion` in Pulumi.yaml. */
export const supportedCliVersions = ">=3.259.0 <4.0.0";

/** Reads the output of `pulumi version`, for example "v3.259.0"; undefined when it is none. */
export function parseCliVersion(output: string): string | undefined {
  return /^v?(\d+\.\d+\.\d+\S*)\s*$/.exec(output)?.[1];
}

/** True for a version within `supportedCliVersions`. */
export function isSupportedCliVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === 3 && minor >= 259;
}

/** "linux-x64" and so on, as the official downloads are named; undefined where there is none for us. */
export function cliPlatform(
  platform: string = process.platform,
  arch: string = process.arch,
): string | undefined {
  const known = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
  return known.find((name) => name === `${platform}-${arch}`);
}
