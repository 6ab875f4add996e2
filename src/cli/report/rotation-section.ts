import type { RotationRow } from "../../ledger/rotation";
import type { ReportData } from "../../operations/report/report-data";
import { counted } from "../../text";
import { type Html, html } from "./html";
import { columns, type Piece, shareRows, stackedBars } from "./svg";

const DAY_MS = 86_400_000;
/** Half a year: the longest interval but one of the seeds' rotation table. */
const WEEKS = 26;

const LOOKS = {
  overdue: ["late", "overdue"],
  due: ["soon", "due soon"],
  never: ["never", "never set"],
  unknown: ["unknown", "not known"],
  fresh: ["ok", "fresh"],
  exempt: ["none", "not to rotate"],
} as const satisfies Record<RotationRow["state"], readonly [string, string]>;

interface Age {
  group: string;
  owner: string;
  name: string;
  age: ReportData["secrets"][number]["ages"][number];
}

/** Ages by group, states by owner, and what falls due when. */
export function rotationSection({ secrets, groups, asOf }: ReportData): Html {
  const all = secrets.flatMap(({ name, group, owner, ages }) =>
    ages.map((age): Age => ({ name, group, owner, age })),
  );
  return html`<section id="rotation" aria-labelledby="h-rotation"><h2 id="h-rotation">Rotation</h2><div class="charts"><figure><figcaption>Age of values by group, as a share of what its rotation allows</figcaption>${agesByGroup(all, Object.keys(groups))}</figure><figure><figcaption>State of values by owner</figcaption>${byOwner(all)}</figure><figure><figcaption>What falls due or expires, by week</figcaption>${falling(all, asOf)}</figure></div>${asTable(all)}</section>`;
}

function agesByGroup(all: readonly Age[], groups: readonly string[]): Html {
  const rows = groups.map((group) => {
    const own = all.filter((each) => each.group === group);
    const counts = piecesOf(own).map(({ count, words }) => `${count} ${words}`);
    const shares = own.flatMap(({ age: { ageDays, rotationDays, state } }) =>
      ageDays === undefined || state === "exempt" ? [] : [ageDays / Math.max(1, rotationDays)],
    );
    return { label: group, shares, note: counts.slice(0, 3).join(", ") };
  });
  return shareRows("Age of values by group", rows);
}

function byOwner(all: readonly Age[]): Html {
  const owners = [...new Set(all.map(({ owner }) => owner))].sort();
  const rows = owners.map((owner) => ({
    label: owner,
    pieces: piecesOf(all.filter((each) => each.owner === owner)),
  }));
  return stackedBars("State of values by owner", rows);
}

function piecesOf(own: readonly Age[]): Piece[] {
  return Object.entries(LOOKS)
    .map(([state, [look, words]]) => ({
      look,
      words,
      count: own.filter(({ age }) => age.state === state).length,
    }))
    .filter(({ count }) => count > 0);
}

function falling(all: readonly Age[], asOf: string): Html {
  const today = Date.parse(asOf.slice(0, 10));
  const days = all.flatMap(({ age }) => (age.dueOn === undefined ? [] : [Date.parse(age.dueOn)]));
  const weeks = Array.from({ length: WEEKS + 1 }, (_, index) => {
    const [from, to] = [today + (index - 1) * 7 * DAY_MS, today + index * 7 * DAY_MS];
    const count = days.filter((day) => (index === 0 ? day < today : day >= from && day < to)).length;
    const label = index === 0 ? "late" : new Date(from).toISOString().slice(5, 10);
    const words = index === 0 ? `${count} overdue` : `${count} in the week from ${label}`;
    const look = index === 0 ? "late" : index <= 2 ? "soon" : "ok";
    return { label, words, pieces: [{ count, look, words }] };
  });
  return columns("What falls due by week", weeks, { width: 780, labelEvery: 3 });
}

function asTable(all: readonly Age[]): Html {
  const owners = [...new Set(all.map(({ owner }) => owner))].sort();
  const states = Object.values(LOOKS);
  const rows = owners.map((owner) => {
    const pieces = piecesOf(all.filter((each) => each.owner === owner));
    const cells = states.map(
      ([, words]) => html`<td>${pieces.find((piece) => piece.words === words)?.count ?? 0}</td>`,
    );
    return html`<tr><th scope="row">${owner}</th>${cells}</tr>`;
  });
  return html`<details class="more"><summary>${counted(all.length, "value")} as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Values by owner and state"><table><thead><tr><th scope="col">Owner</th>${states.map(([, words]) => html`<th scope="col">${words}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
