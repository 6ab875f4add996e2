import { join } from "node:path";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import type { EvidenceSection } from "./section";

const PAGE = join("policies", "README.md");

/** The rules that every preview and up is held to, as the pack's own page lists them. */
export function policiesSection(doors: Doors): EvidenceSection {
  const unknown = ["in which previews and ups the pack ran: the logs of CI say"];
  let text = "";
  try {
    text = doors.readFile(join(doors.project.dir, PAGE)).toString("utf8");
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    unknown.push(`which rules there are: ${PAGE}: ${error.reason}`);
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
