import type { Problem } from "../../errors";
import type { ReportData } from "../../operations/report/report-data";
import { COMMAND, counted } from "../../text";
import { type Html, html, type Insert } from "./html";

/** What GitHub has otherwise than the catalog. */
export function driftSection({ drift }: ReportData): Html {
  const body =
    drift === undefined
      ? html`<p class="dim">Not known.</p>`
      : html`<p class="${drift.drift.length === 0 ? "fine" : ""}">${counted(drift.declared, "organization secret")} declared, ${drift.drift.length === 0 ? "no difference" : counted(drift.drift.length, "difference")}.</p>${problemTable("Differences from the catalog", drift.drift)}${drift.notes.length > 0 && html`<h3>Different on purpose</h3>${problemTable("Different on purpose", drift.notes)}`}`;
  return section("drift", "Drift", body);
}

/** Each check of the pipeline. */
export function checksSection({ checks }: ReportData): Html {
  const looks = { ok: "ok", warning: "soon", wrong: "late", unknown: "unknown" } as const;
  const rows = checks.map(
    ({ subject, state, cause, remedy }) =>
      html`<tr data-row data-state="${state}"><td><span class="chip ${looks[state]}">${state}</span></td><th scope="row">${subject}</th><td>${cause}${remedy !== undefined && html`<div class="remedy">${remedy}</div>`}</td></tr>`,
  );
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Checks"><table><caption class="hide">Checks</caption><thead><tr><th scope="col">State</th><th scope="col">What</th><th scope="col">Found</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return section(
    "checks",
    "Checks of the pipeline",
    rows.length === 0 ? html`<p class="dim">Not known.</p>` : table,
  );
}

/** Secrets that nothing reads, and access that nobody uses, as far as was searched. */
export function usageSection({ usage }: ReportData): Html {
  if (usage === undefined)
    return section(
      "usage",
      "Unused and over-granted",
      html`<p class="dim">Nobody looked: name clones to search, <code>${COMMAND} report --html report.html CLONE...</code></p>`,
    );
  const unused = usage.secrets.filter(({ tombstone }) => tombstone !== undefined);
  const granted = usage.secrets.filter(({ overGranted }) => overGranted.length > 0);
  const parts = [
    html`<p>Searched: ${usage.searched.join(", ")}.${usage.notSearched.length > 0 && html` Not searched: <b>${usage.notSearched.join(", ")}</b>.`}</p>`,
    html`<h3>${counted(unused.length, "secret")} that nothing reads</h3>`,
    unused.length > 0 &&
      html`<ul class="plain">${unused.map(({ name, tombstone }) => html`<li data-row><b>${name}</b> <span class="remedy">tombstone: "${tombstone}" in its entry, then pulumi up</span></li>`)}</ul>`,
    html`<h3>${counted(granted.length, "secret")} with access that no file uses</h3>`,
    granted.length > 0 &&
      html`<ul class="plain">${granted.map(({ name, overGranted }) => html`<li data-row><b>${name}</b> ${overGranted.join(", ")}</li>`)}</ul>`,
  ];
  return section("usage", "Unused and over-granted", parts);
}

/** What these tokens could not read: a page that leaves something out says so. */
export function unreadSection({ unread }: ReportData): Html {
  const rows = unread.map(
    ({ part, subject, cause, remedy }) =>
      html`<tr data-row><td><span class="chip unknown">${part}</span></td><th scope="row">${subject}</th><td>${cause}<div class="remedy">${remedy}</div></td></tr>`,
  );
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Not readable"><table><caption class="hide">What could not be read</caption><thead><tr><th scope="col">Part</th><th scope="col">What</th><th scope="col">Why, and what helps</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return section(
    "unread",
    "Not readable here",
    rows.length === 0 ? html`<p class="fine">Everything could be read.</p>` : table,
  );
}

function problemTable(label: string, problems: readonly Problem[]): Html | undefined {
  if (problems.length === 0) return undefined;
  const rows = problems.map(
    ({ code, subject, cause, remedy }) =>
      html`<tr data-row data-state="${code}"><th scope="row">${subject}</th><td>${cause}<div class="remedy">${remedy}</div></td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><caption class="hide">${label}</caption><thead><tr><th scope="col">What</th><th scope="col">Difference, and what to do</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function section(id: string, title: string, body: Insert): Html {
  return html`<section id="${id}" aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2>${body}</section>`;
}
