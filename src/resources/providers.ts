import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Settings } from "../catalog/settings";
import { OwnProvider } from "./own/own-provider";
import { paceOf } from "./pace";

/** The providers of one stack. Their tokens come from GITHUB_TOKEN, and from PULUMI_ACCESS_TOKEN or login. */
export interface Providers {
  github: github.Provider;
  pulumiservice: pulumiservice.Provider;
  /** Of the resources that this project provides itself. */
  own: OwnProvider;
}

/** Unlike a missing argument, an undefined output is not filled in by the SDK. */
const LEFT_TO_PLUGIN = pulumi.output(undefined) as unknown as pulumi.Output<string>;

/**
 * Explicit providers: what a stack writes to never depends on whose default provider happens to be configured.
 *
 * @param slots how many GitHub secrets the catalog declares: many are written more slowly.
 */
export function declareProviders(settings: Settings, slots: number): Providers {
  const pace = paceOf(slots);
  return {
    github: new github.Provider("github", {
      owner: settings.githubOrganization,
      ...pace,
      // Left to the plugin, which reads GITHUB_TOKEN itself: the SDK would put it into the state, and each run with
      // another token, as in CI, would show a change. The same for GITHUB_BASE_URL: the state would keep the address of
      // one run, and each refresh would ask there.
      token: LEFT_TO_PLUGIN,
      baseUrl: settings.githubApiUrl === undefined ? LEFT_TO_PLUGIN : `${settings.githubApiUrl}/`,
    }),
    pulumiservice: new pulumiservice.Provider(
      "pulumi-cloud",
      settings.pulumiApiUrl === undefined ? {} : { apiUrl: settings.pulumiApiUrl },
    ),
    own: new OwnProvider(settings, pace),
  };
}
