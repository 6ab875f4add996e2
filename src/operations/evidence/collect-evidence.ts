import { join } from "node:path";
import { problemOf } from "../../errors";
import type { Context } from "../context";
import { readRotation } from "../rotation/read-rotation";
import {
  accessSection,
  differencesSection,
  type EvidenceSection,
  observeForEvidence,
  reviewsSection,
  sharedSection,
} from "./access-sections";
import { controlsSection, historySections, measuresSection } from "./sections";

/** All sections of the evidence, in their order. A source that cannot be read is named in its section. */
export async function collectEvidence(context: Context, since: Date): Promise<EvidenceSection[]> {
  const [observed, rotation, history] = await Promise.all([
    observeForEvidence(context),
    rotationSection(context),
    historySections(context, since),
  ]);
  return [
    controlsSection(),
    accessSection(context, observed),
    reviewsSection(context, observed),
    sharedSection(context),
    differencesSection(context, observed),
    rotation,
    ...history,
    policiesSection(context),
    measuresSection(context),
  ];
}

const PAGE = join("policies", "README.md");

/** The rules of every preview and up, as the pack's own page lists them. */
function policiesSection(context: Context): EvidenceSection {
  const unknown = ["in which previews and ups the pack ran: the logs of CI say"];
  let text = "";
  try {
    text = context.readFile(join(context.project.dir, PAGE)).toString("utf8");
  } catch (error) {
    unknown.push(`which rules there are: ${PAGE}: ${problemOf(error).cause}`);
  }
  return {
    name: "policies",
    title: "Policies enforced",
    about: "Rules of the policy pack. A mandatory one stops a preview and an up that violate it.",
    source: `${PAGE} of the program`,
    columns: ["Rule", "Level", "Configurable"],
    rows: rulesIn(text),
    unknown,
  };
}

/** Rows of the page's table: a rule's name has hyphens, as the heading's has not. */
function rulesIn(text: string): string[][] {
  return [...text.matchAll(/^\| *([a-z]+(?:-[a-z]+)+) *\| *(mandatory|advisory) *\|([^|]*)\| *$/gm)].map(
    ([, name = "", level = "", config = ""]) => [name, level, config.trim()],
  );
}

/** Days before its day from which on a value counts as due, the same as in `rotation`. */
const DUE_WITHIN = 14;

/** How old every value is, and how old it may be. */
async function rotationSection(context: Context): Promise<EvidenceSection> {
  const { rows, unread } = await readRotation(context, DUE_WITHIN).catch((error: unknown) => {
    const { subject, cause } = problemOf(error);
    return { rows: [], unread: [`how old any value is: ${subject}: ${cause}`] };
  });
  return {
    name: "rotation",
    title: "Rotation status",
    about: "When each value last changed, when it is due, and who must rotate it.",
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
