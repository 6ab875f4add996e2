import type { ReportData, SyncRun } from "../../operations/report/report-data";
import { counted, namesIn } from "../../text";
import { type Html, html, linkTo } from "./html";
import { minute, spanOf } from "./looks";
import { columns } from "./svg";

/** Runs of the sync: when, how long, and what each changed and refused. */
export function syncsSection({ syncs, since }: ReportData): Html {
  const longest = Math.max(1, ...syncs.map(({ seconds }) => seconds));
  const rows = syncs.map((run) => {
    const { carrier, id, url, started, seconds, event, actor, outcome } = run;
    const look = outcome === "success" ? "ok" : outcome === "failure" ? "late" : "unknown";
    const width = Math.max(2, Math.round((seconds / longest) * 80));
    return html`<tr data-row data-state="${outcome}"><td class="nowrap">${minute(started)}</td><th scope="row">${linkTo(url, id)}<span class="dim">${carrier}</span></th><td><span class="chip ${look}">${outcome}</span></td><td>${namesCell(run.changed, "from before the compared revisions")}</td><td>${namesCell(run.refused, "kept of the last run alone")}</td><td class="nowrap">${spanOf(seconds)}<svg class="bar" viewBox="0 0 80 5" width="80" height="5" aria-hidden="true"><rect class="track" width="80" height="5" rx="2.5"/><rect class="info" width="${width}" height="5" rx="2.5"/></svg></td><td>${event}<span class="dim">${actor}</span></td></tr>`;
  });
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Runs of the sync"><table><caption class="hide">Runs of the sync</caption><thead><tr><th scope="col">Started (UTC)</th><th scope="col">Run</th><th scope="col">Outcome</th><th scope="col">Changed</th><th scope="col">Refused</th><th scope="col">Duration</th><th scope="col">Started by</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return html`<section id="syncs" aria-labelledby="h-syncs"><h2 id="h-syncs">Syncs</h2><p class="dim">${counted(syncs.length, "run")} since ${since.slice(0, 10)}.</p>${syncs.length > 0 && table}</section>`;
}

function namesCell(names: SyncRun["changed"], why: string): Html {
  if (names === undefined) return html`<span class="dim">not known: ${why}</span>`;
  if (names.length === 0) return html`0`;
  return html`<b>${names.length}</b> <span class="dim">${namesIn(names)}</span>`;
}

/** Who opened values, by day and by person. */
export function openingsSection({ openings, since }: ReportData): Html {
  const head = html`<h2 id="h-openings">Openings</h2>`;
  if (openings === undefined)
    return html`<section id="openings" aria-labelledby="h-openings">${head}<p class="dim">Not known.</p></section>`;
  const { days, by, unknown } = openings;
  const all = days.map(({ day, opened, refused }) => ({
    label: day.slice(5),
    words: `${day}: ${opened} opened${refused > 0 ? `, ${refused} refused` : ""}`,
    pieces: [
      { count: opened, look: "info", words: "opened" },
      { count: refused, look: "late", words: "refused" },
    ],
  }));
  const labelEvery = Math.max(1, Math.ceil(days.length / 10));
  const rows = by.map(
    ({ who, opened, refused, environments, last }) =>
      html`<tr data-row data-env="${environments.join(" ")}"><th scope="row">${who}</th><td>${opened}</td><td>${refused > 0 ? html`<span class="chip late">${refused}</span>` : "0"}</td><td>${environments.join(", ")}</td><td class="nowrap">${minute(last)}</td></tr>`,
  );
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Openings by identity"><table><caption class="hide">Openings by identity</caption><thead><tr><th scope="col">Identity</th><th scope="col">Opened</th><th scope="col">Refused</th><th scope="col">Environments</th><th scope="col">Last (UTC)</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return html`<section id="openings" aria-labelledby="h-openings">${head}<p class="dim">By day since ${since.slice(0, 10)}, as the audit logs record.</p><figure><figcaption><span class="key info"></span>opened <span class="key late"></span>refused</figcaption>${columns("Openings by day", all, { width: 780, labelEvery })}</figure>${rows.length > 0 && table}${unknown.length > 0 && html`<h3>What no log tells</h3><ul class="plain">${unknown.map(({ subject, cause, remedy }) => html`<li><b>${subject}</b>: ${cause}<div class="remedy">${remedy}</div></li>`)}</ul>`}</section>`;
}
