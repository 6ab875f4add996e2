import * as github from "@pulumi/github";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Settings } from "../../secrets/settings";

/** The two providers, for one stack's organizations. Tokens come from GITHUB_TOKEN and PULUMI_ACCESS_TOKEN or login. */
export interface Providers {
  github: github.Provider;
  pulumiservice: pulumiservice.Provider;
}

/** Explicit providers: what a stack writes to never depends on whose default provider happens to be configured. */
export function createProviders(settings: Settings): Providers {
  return {
    github: new github.Provider("github", {
      owner: settings.githubOrganization,
      // The client that keeps GitHub's limits by what GitHub answers, not by sleeping a second after each write.
      legacyClient: false,
      ...(settings.githubApiUrl === undefined ? {} : { baseUrl: `${settings.githubApiUrl}/` }),
    }),
    pulumiservice: new pulumiservice.Provider(
      "pulumi-cloud",
      settings.pulumiApiUrl === undefined ? {} : { apiUrl: settings.pulumiApiUrl },
    ),
  };
}
