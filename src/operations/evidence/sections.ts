import { oversightOf, unapproved } from "../../access/oversight";
import type { Rotator } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import type { AuditKind } from "../audit/audit-event";
import { type AuditAnswer, readAudit } from "../audit/read-audit";
import type { Context } from "../context";
import type { EvidenceSection } from "./access-sections";

type Control = readonly [control: string, asks: string, answeredBy: string];

/**
 * Which section speaks to which control, by framework. Texts are shortened; the control's own wording decides.
 * Sources: AICPA Trust Services Criteria (2017, points of focus 2022), PCI DSS 4.0.1, 45 CFR 164, Regulation (EU)
 * 2016/679.
 */
const CONTROLS: Readonly<Record<string, readonly Control[]>> = {
  "SOC 2": [
    ["CC6.1", "Logical access to protected information is restricted", "access, measures"],
    [
      "CC6.2",
      "Access is authorized before credentials are issued, and removed when it ends",
      "access, access-reviews",
    ],
    [
      "CC6.3",
      "Access follows roles, least privilege and segregation of duties",
      "access, shared-values, access-differences",
    ],
    ["CC7.2", "Components are monitored for anomalies, which are analyzed", "openings, measures"],
    ["CC8.1", "Changes are authorized, documented, tested and approved", "changes, policies"],
  ],
  "PCI DSS 4.0.1": [
    [
      "7.2.4",
      "User accounts and their access are reviewed every six months",
      "access, access-reviews, access-differences",
    ],
    ["7.2.5", "Application and system accounts have the least privileges they need", "access, shared-values"],
    ["8.6.2", "Passwords of application and system accounts are not hard coded", "policies"],
    [
      "8.6.3",
      "They are changed at the frequency of the risk analysis and upon compromise",
      "rotation, changes",
    ],
    ["10.2.1", "Audit logs are enabled and active", "openings, changes, measures"],
  ],
  HIPAA: [
    [
      "164.308(a)(4)(ii)(C)",
      "Access is established, documented, reviewed and modified",
      "access, access-reviews, access-differences",
    ],
    ["164.308(a)(5)(ii)(D)", "Passwords are created, changed and safeguarded by procedure", "rotation"],
    [
      "164.312(a)(1)",
      "Access is allowed only to persons and programs that have been granted it",
      "access, shared-values",
    ],
    ["164.312(b)", "Activity is recorded and examined", "openings, changes"],
  ],
  GDPR: [
    [
      "Article 32(1)(b)",
      "Ongoing confidentiality, integrity, availability and resilience",
      "access, measures",
    ],
    [
      "Article 32(1)(d)",
      "Measures are regularly tested, assessed and evaluated",
      "access-differences, rotation, policies",
    ],
  ],
};

export function controlsSection(): EvidenceSection {
  return {
    name: "controls",
    title: "Controls",
    about: "Which section of this bundle speaks to which control. It supports a review and replaces none.",
    source: "the standards named; the wording here is shortened",
    columns: ["Framework", "Control", "Asks for", "Answered by"],
    rows: Object.entries(CONTROLS).flatMap(([framework, controls]) =>
      controls.map((control) => [framework, ...control]),
    ),
    unknown: ["whether a control applies to this organization: its assessor decides"],
  };
}
const isOpening = (kind: AuditKind) => kind === "opened" || kind === "refused";
const isChange = (kind: AuditKind) => !isOpening(kind) && kind !== "read";
const COLUMNS = ["Time (UTC)", "Who", "Did", "What", "Environment", "Run", "Detail", "Source"];
const SOURCE =
  "audit logs of Pulumi Cloud and GitHub, revisions and ledgers in ESC, runs of the sync workflow";

/** What was changed, and what was opened, since a day. */
export async function historySections(context: Context, since: Date): Promise<EvidenceSection[]> {
  const answer = await readAudit(context, { since });
  const from = since.toISOString();
  return [
    {
      name: "changes",
      title: "Change history",
      about: `Every change of a value, an environment or a right since ${from}, newest first: each by itself.`,
      source: SOURCE,
      columns: COLUMNS,
      rows: rowsOf(answer, isChange),
      unknown: answer.unknown.map(({ subject, cause }) => `${subject}: ${cause}`),
    },
    {
      name: "openings",
      title: "Openings",
      about: `Who opened values, and who was refused, since ${from}, newest first: each by itself.`,
      source: SOURCE,
      columns: COLUMNS,
      rows: rowsOf(answer, isOpening),
      unknown: answer.unknown.map(({ subject, cause }) => `${subject}: ${cause}`),
    },
  ];
}

function rowsOf({ events }: AuditAnswer, isOfKind: (kind: AuditKind) => boolean): string[][] {
  return events
    .filter(({ kind }) => isOfKind(kind))
    .map((event) => [
      event.at,
      event.who ?? "unknown",
      event.kind,
      event.what,
      event.environment ?? "",
      event.run ?? "",
      event.detail,
      event.source,
    ]);
}

/** What watches and guards, as one stack's config has it. */
export function measuresSection({ catalog, project: { settings, stack } }: Context): EvidenceSection {
  const { lacking } = oversightOf(settings);
  return {
    name: "measures",
    title: "Measures",
    about: `What guards and watches the environments of the stack ${stack}: ${settings.environments.join(", ")}.`,
    source: `Pulumi.${stack}.yaml, which \`pulumi up\` reconciles`,
    columns: ["Measure", "In force", "How"],
    rows: measuresOf(settings, catalog.rotators),
    unknown: [
      ...lacking.map(({ subject, cause }) => `${subject}: ${cause}`),
      "the other stacks' measures: run this with --stack for each",
    ],
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
    ["Changes are sent to a receiver", yes(webhooks), "webhook of each environment but the ledger"],
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
