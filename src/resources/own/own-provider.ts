import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../catalog/settings";
import type { Pace } from "../pace";
import { ARGUMENTS } from "./arguments";

/** Resources that this project provides itself: functions of `dist/own_resources.cjs`. */
type OwnResource = "secretRepositories";

/**
 * What a dynamic resource of Pulumi keeps in the state as `__provider`: JavaScript that makes its provider. Pulumi's own
 * class writes the whole provider there, once for each resource, and other text with each version of the SDK. This line
 * never changes.
 */
export function providerOf(resource: OwnResource): string {
  return `exports.handler = () => require(process.cwd() + "/dist/own_resources.cjs").${resource}();`;
}

/**
 * The provider of own resources. An explicit one, because the engine gives the default one the stack's whole config, with
 * its values. Its token comes from GITHUB_TOKEN, and like the GitHub provider's its address from GITHUB_BASE_URL, unless
 * config names one.
 */
export class OwnProvider extends pulumi.ProviderResource {
  constructor({ githubOrganization, githubApiUrl }: Settings, pace: Pace) {
    super("pulumi-nodejs", "own-resources", {
      [ARGUMENTS.organization]: githubOrganization,
      [ARGUMENTS.writeDelayMs]: pace.legacyClient ? String(pace.writeDelayMs) : "0",
      ...(githubApiUrl === undefined ? {} : { [ARGUMENTS.address]: githubApiUrl }),
    });
  }
}
