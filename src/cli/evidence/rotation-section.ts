import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { readRotation } from "../rotation/read-rotation";
import type { EvidenceSection } from "./section";

/** Days before its day from which on a value is due, as `sophia-secrets rotation` has it. */
const DUE_WITHIN = 14;

/** How old every value is, and how old it may be. */
export async function rotationSection(doors: Doors): Promise<EvidenceSection> {
  const { rows, unread } = await readRotation(doors, DUE_WITHIN).catch((error: unknown) => {
    if (!(error instanceof RemedyError)) throw error;
    return { rows: [], unread: [`how old any value is: ${error.thing}: ${error.reason}`] };
  });
  return {
    name: "rotation",
    title: "Rotation status",
    about: "When each value last changed, when it is due, and whose task that is.",
    source: "the ledgers, which the sync writes; rotation rules of the catalog",
    columns: [
      "Secret",
      "Environments",
      "Owner",
      "State",
      "Rotation days",
      "Changed",
      "Age in days",
      "Due on",
      "Note",
    ],
    rows: rows.map((row) => [
      row.name,
      row.environments.join(", "),
      row.owner,
      row.state,
      String(row.rotationDays),
      row.changed ?? "",
      row.ageDays === undefined ? "" : String(row.ageDays),
      row.dueOn ?? "",
      row.note ?? "",
    ]),
    unknown: unread,
  };
}
