/** A test that has its own state for a remedy, and carries it out as it is printed. */
export interface ElsewhereProven {
  file: string;
  title: string;
  /** A part of the remedy that the test looks for, where it does not name the code. */
  says?: string;
}

/** By place: a code, and where several files say it ` in ` and the file. */
export const PROVEN_ELSEWHERE: Readonly<Record<string, ElsewhereProven>> = {
  "catalog-not-editable": {
    file: "test/catalog-edit/edit-catalog.test.ts",
    title:
      "is refused where the file has changed meanwhile (catalog-not-editable), and made by hand as it is shown",
  },
  "edition-too-large": {
    file: "test/program/confirm-access.test.ts",
    title:
      "is the edition: one that the subscription is not (edition-too-large) is told in preview, until it is set as printed",
  },
  "github-token-invalid in src/resources/github/open-github.ts": {
    file: "test/program/github-token.test.ts",
    title: "refuses one with blanks around it before anything, until it is exported alone",
    says: "export the token alone: export GITHUB_TOKEN=...",
  },
  "pulumi-organization-unknown": {
    file: "test/clients/known-organization.test.ts",
    title: "is found by its remedy (pulumi-organization-unknown)",
  },
  "environment-text-kept": {
    file: "test/sync/people-text.test.ts",
    title: "is refused where a comment would be lost (environment-text-kept), and written once that is moved",
  },
  "environment-text-refused": {
    file: "test/sync/hand-written-text.test.ts",
    title: "names the import that it may not read, or that is gone, and writes the other groups",
    says: "in Pulumi Cloud, or take the import out: pulumi env edit ",
  },
  "environment-too-large": {
    file: "test/cli/run.test.ts",
    title: "says so where a command would be given more than a process can have (environment-too-large)",
  },
  "step-too-large": {
    file: "test/long/sizes.test.ts",
    title: "are synced by two carriers, as the remedy has it",
  },
  "ledger-impossible": {
    file: "test/cli/forged-ledger.test.ts",
    title: "is told by status and verify, and replaced by their remedy",
  },
  "config-invalid in src/catalog/runners.ts": {
    file: "test/catalog/runners.test.ts",
    title: "names each key that it does not have, with the nearest one",
    says: ", if that is meant, or remove it: pulumi config rm --path '",
  },
  "config-invalid in src/resources/other-stacks.ts": {
    file: "test/program/runners.test.ts",
    title: "is refused for a carrier that there is not, with the nearest one, and in another stack's file",
    says: ", if that is meant",
  },
  "runner-of-public-carrier": {
    file: "test/program/runners.test.ts",
    title: "is no machine of the organization for a public carrier, until its remedy is followed",
  },
  "runner-group-missing": {
    file: "test/cli/check-runners.test.ts",
    title: "are in no group of that name (runner-group-missing), until config names one that there is",
  },
  "node-missing": {
    file: "test/sync/fetch-script.test.ts",
    title: "takes the Node.js that the runner has for actions where PATH has none or an old one",
  },
  "runner-folder-taken": {
    file: "test/sync/fetch-script.test.ts",
    title: "refuses a folder that is there already",
  },
  "script-not-fetched": {
    file: "test/sync/fetch-script.test.ts",
    title: "reaches GitHub through a proxy, once its variable is set as the remedy says",
  },
  "review-signer-unknown": {
    file: "test/cli/access-review.test.ts",
    title: "tells whoever may not review what somebody else must add, and that works as printed",
    says: "have somebody else add it: ",
  },
};

/** What is told with nothing to be done: a state, or a fact. */
export const NOTHING_TO_DO: readonly string[] = [
  "access-matches",
  "access-review-due",
  "alert-webhook-unknown",
  "application-loads",
  "carrier-files-match",
  "carrier-protected",
  "commit-rules-unknown",
  "composites-match",
  "esc-environments-protected",
  "github-names-match",
  "github-secrets-match",
  "loader-file-current",
  "protection-unknown",
  "pull-request-proposed",
  "pull-request-to-propose",
  "pull-request-unknown",
  "registry-asks-nobody",
  "registry-login-works",
  "rotation-not-approved",
  "runner-group-admits",
  "runner-own",
  "sync-succeeded",
  "trust-issuer-imported",
  "trust-matches",
  "trust-not-needed",
  "trust-of-others-kept",
  "values-in-sync",
  "values-shared",
];
