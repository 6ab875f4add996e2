import type { ReportData, Task } from "../../operations/report/report-data";
import { counted } from "../../text";
import { type Html, html, linkTo } from "./html";

/** Tasks of one owner that are shown at once; the rest is folded. */
const SHOWN = 8;

/** What must be done, by owner, with the command for each: the first thing on the page. */
export function todaySection({ today, secrets }: ReportData): Html {
  const numbers = new Map(secrets.map(({ name }, index) => [name, index]));
  const owners = new Map<string, Task[]>();
  for (const task of today) owners.set(task.owner, [...(owners.get(task.owner) ?? []), task]);
  const late = (tasks: readonly Task[]) => tasks.filter(({ urgency }) => urgency === "now").length;
  const cards = [...owners]
    .sort(([, a], [, b]) => late(b) - late(a))
    .map(([owner, tasks]) => {
      const rows = tasks.map((task) => taskItem(task, numbers.get(task.subject)));
      const soon = tasks.length - late(tasks);
      const counts = [
        late(tasks) > 0 && html`<span class="chip late">${late(tasks)} now</span>`,
        soon > 0 && html`<span class="chip soon">${soon} soon</span>`,
      ];
      const rest = rows.slice(SHOWN);
      const more =
        rest.length > 0 &&
        html`<details class="more"><summary>${counted(rest.length, "more task")} of ${owner}</summary><ul class="tasks">${rest}</ul></details>`;
      return html`<article class="card" data-card><h3>${owner} ${counts}</h3><ul class="tasks">${rows.slice(0, SHOWN)}</ul>${more}</article>`;
    });
  const nothing = html`<p class="fine">Nothing. Every value that could be read is as it should be.</p>`;
  return html`<section id="today" aria-labelledby="h-today"><h2 id="h-today">To do today</h2>${cards.length === 0 ? nothing : cards}</section>`;
}

function taskItem(task: Task, secret: number | undefined): Html {
  const { urgency, subject, environments, cause, command, remedy, page, owner, code } = task;
  const where = environments.length > 0 && html` <span class="dim">${environments.join(", ")}</span>`;
  const name =
    secret === undefined ? html`<b>${subject}</b>` : html`<b><a href="#s${secret}">${subject}</a></b>`;
  const how = [
    command !== undefined &&
      html`<span class="command"><code>${command}</code><button type="button" class="copy" hidden aria-label="Copy the command: ${command}">Copy</button></span>`,
    remedy !== undefined && html`<span class="remedy">${remedy}</span>`,
    page !== undefined && html`<span class="dim">${linkTo(page, "where a new one is made")}</span>`,
  ];
  return html`<li data-row data-owner="${owner}" data-env="${environments.join(" ")}" data-state="${code}"${secret !== undefined && html` data-of="${secret}"`}><span class="mark ${urgency === "now" ? "late" : "soon"}">${urgency}</span><div><div>${name}${where}</div><div class="cause">${cause}</div><div class="how">${how}</div></div></li>`;
}
