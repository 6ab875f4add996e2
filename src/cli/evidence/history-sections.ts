import type { AuditKind } from "../audit/audit-event";
import { type AuditAnswer, readAudit } from "../audit/read-audit";
import type { Doors } from "../command";
import type { EvidenceSection } from "./section";

const isOpening = (kind: AuditKind) => kind === "opened" || kind === "refused";
const isChange = (kind: AuditKind) => !isOpening(kind) && kind !== "read";
const COLUMNS = ["Time (UTC)", "Who", "Did", "What", "Environment", "Run", "Detail", "Source"];
const SOURCE =
  "audit logs of Pulumi Cloud and GitHub, revisions and ledgers in ESC, runs of the sync workflow";

/** What was changed, and what was opened, since a day. */
export async function historySections(doors: Doors, since: Date): Promise<EvidenceSection[]> {
  const answer = await readAudit(doors, { since });
  const from = since.toISOString();
  return [
    {
      name: "changes",
      title: "Change history",
      about: `Every change of a value, an environment or a right since ${from}, newest first: each by itself.`,
      source: SOURCE,
      columns: COLUMNS,
      rows: rowsOf(answer, isChange),
      unknown: answer.unknown,
    },
    {
      name: "openings",
      title: "Openings",
      about: `Who opened values, and who was refused, since ${from}, newest first: each by itself.`,
      source: SOURCE,
      columns: COLUMNS,
      rows: rowsOf(answer, isOpening),
      unknown: answer.unknown,
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
