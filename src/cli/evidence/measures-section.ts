import { oversightOf, unapproved } from "../../../secrets/oversight";
import type { Rotator } from "../../../secrets/rotators";
import type { Settings } from "../../../secrets/settings";
import type { Doors } from "../command";
import type { EvidenceSection } from "./section";

/** What watches and guards, as one stack's config has it. */
export function measuresSection({ catalog, project: { settings, stack } }: Doors): EvidenceSection {
  const { lacking } = oversightOf(settings);
  return {
    name: "measures",
    title: "Measures",
    about: `What guards and watches the environments of the stack ${stack}: ${settings.environments.join(", ")}.`,
    source: `Pulumi.${stack}.yaml, which \`pulumi up\` reconciles`,
    columns: ["Measure", "In force", "How"],
    rows: measuresOf(settings, catalog.rotators ?? []),
    unknown: [...lacking, "the other stacks' measures: run this with --stack for each"],
  };
}

function measuresOf(settings: Settings, rotators: readonly Rotator[]): string[][] {
  const { webhooks, approvals, auditExport } = oversightOf(settings);
  const left = unapproved(settings, rotators);
  const reviewers = settings.environmentReviewers ?? [];
  const yes = (is: boolean) => (is ? "yes" : "no");
  return [
    [
      "The sync proves itself by a short-lived identity",
      yes(settings.syncAuthentication === "oidc"),
      "GitHub's id token, traded for a token of one team",
    ],
    ["Values are told apart without being read", "yes", "keyed fingerprints in the ledger"],
    ["Changes are told to a receiver", yes(webhooks), "webhook of each environment but the ledger"],
    [
      "Changes of values need an approval",
      yes(approvals),
      `approval rule of ESC: ${settings.approvers.join(", ")}${left === undefined ? "" : `; ${left}`}`,
    ],
    ["Sync jobs need a review", yes(reviewers.length > 0), `GitHub environment: ${reviewers.join(", ")}`],
    ["The audit log is exported", yes(auditExport), settings.auditBucket ?? ""],
    [
      "Refusals in a row raise an alert",
      yes(settings.alertWebhook !== undefined),
      settings.alertWebhook ?? "",
    ],
  ].map(([measure = "", inForce = "", how = ""]) => [measure, inForce, inForce === "yes" ? how : ""]);
}
