import { createHash } from "node:crypto";
import type { ReportData } from "../../operations/report/report-data";
import { COMMAND, counted } from "../../text";
import { accessSection } from "./access-section";
import { checksSection, driftSection, unreadSection, usageSection } from "./findings-sections";
import { openingsSection, syncsSection } from "./history-sections";
import { type Html, html } from "./html";
import { minute, statesOf } from "./looks";
import { pageScript } from "./page-script";
import { STYLE } from "./page-style";
import { pipelinePicture } from "./pipeline-picture";
import { rotationSection } from "./rotation-section";
import { secretsSection } from "./secrets-section";
import { tilesOf } from "./summary";
import { todaySection } from "./today-section";

/** By this a page is known as one that the command wrote, and may be replaced. */
export const GENERATOR = "sophia-secrets report";

export function isReportPage(text: string): boolean {
  return text.slice(0, 2000).includes(`<meta name="generator" content="${GENERATOR}">`);
}

const SCRIPT = `(${pageScript})(document)`;

/**
 * What the browser lets the page do: its own style sheet and script, by their hashes, and nothing else. No request goes
 * anywhere, and no markup in a name could run. It comes before anything it must hold for.
 */
const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

const PARTS = [
  ["today", "To do"],
  ["pipeline", "Pipeline"],
  ["secrets", "Secrets"],
  ["rotation", "Rotation"],
  ["access", "Access"],
  ["drift", "Drift"],
  ["checks", "Checks"],
  ["usage", "Unused"],
  ["syncs", "Syncs"],
  ["openings", "Openings"],
  ["unread", "Not readable"],
] as const;

/** The whole report as one page that needs nothing else. The same for the same data. */
export function renderPage(data: ReportData): string {
  const { organization, application, stack, asOf, unread } = data;
  const title = `Secrets of ${organization}`;
  const head = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="generator" content="${GENERATOR}"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex"><title>${title}</title>`;
  const tiles = tilesOf(data).map(
    ({ look, number, words, more }) =>
      html`<li class="${look}"><b>${number}</b>${words}<span class="dim">${more}</span></li>`,
  );
  const warning =
    unread.length > 0 &&
    html`<p class="warn">${counted(unread.length, "part")} of this page could not be read with these tokens: <a href="#unread">what, and why</a>.</p>`;
  const links = PARTS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`);
  const body = html`<a class="skip" href="#today">Skip to what must be done</a><header><div class="top"><div><h1>${title}</h1><p class="dim">${application}, stack ${stack}, as of ${minute(asOf)} UTC. This page holds names, times and counts, and no value.</p></div><button type="button" id="theme" hidden>Light or dark</button></div><ul class="tiles">${tiles}</ul>${warning}</header><div class="bar-top"><div class="bar-in"><nav aria-label="Parts of the page"><ul>${links}</ul></nav>${filterBar(data)}</div></div><main>${todaySection(data)}${pipelineSection(data)}${secretsSection(data)}${rotationSection(data)}${accessSection(data)}${driftSection(data)}${checksSection(data)}${usageSection(data)}${syncsSection(data)}${openingsSection(data)}${unreadSection(data)}</main><footer>Made by <code>${COMMAND} report --html</code>. It asks nothing of any server, and nothing leaves it.</footer>`;
  // Style and script are ours, and their hashes are of these very texts: they are put in as they are.
  return `<!doctype html>\n<html lang="en"><head>${head.text}<style>${STYLE}</style></head><body>${body.text}<script>${SCRIPT}</script></body></html>\n`;
}

function filterBar({ secrets, environments, groups }: ReportData): Html {
  const owners = [...new Set(secrets.map(({ owner }) => owner))].sort();
  const states = [...new Set(secrets.flatMap(statesOf))].sort();
  const select = (by: string, label: string, values: readonly string[]) =>
    html`<label class="hide" for="by-${by}">${label}</label><select id="by-${by}" data-by="${by}"><option value="">${label}</option>${values.map((value) => html`<option value="${value}">${value.replaceAll("-", " ")}</option>`)}</select>`;
  return html`<div class="filter" role="search" hidden><label class="hide" for="q">Search everything on this page</label><input type="search" id="q" placeholder="Search names, people, causes ( / )" autocomplete="off">${select("owner", "All owners", owners)}${select("group", "All groups", Object.keys(groups))}${select("env", "All environments", environments)}${select("state", "All states", states)}<button type="button" id="reset">Reset</button><span class="count" id="count" role="status">${counted(secrets.length, "secret")}</span></div>`;
}

const LEGEND = [
  ["ok", "in sync"],
  ["soon", "soon"],
  ["late", "to do now"],
  ["none", "unset or not to rotate"],
  ["unknown", "not known"],
] as const;

function pipelineSection(data: ReportData): Html {
  const { nodes } = data.pipeline;
  const keys = LEGEND.map(([look, words]) => html`<span class="key ${look}"></span>${words}`);
  const rows = nodes.map(
    ({ kind, label, detail }) =>
      html`<tr><td>${kind}</td><th scope="row">${label}</th><td>${detail}</td></tr>`,
  );
  return html`<section id="pipeline" aria-labelledby="h-pipeline"><h2 id="h-pipeline">How values travel</h2><p class="legend">${keys}</p><p class="dim">A square is a secret. Names in ESC begin with ${`${data.application}-`}; each part shows its whole name when you point at it.</p>${pipelinePicture(data)}<details class="more"><summary>The same as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Parts of the pipeline"><table><thead><tr><th scope="col">Part</th><th scope="col">Name</th><th scope="col">What it is</th></tr></thead><tbody>${rows}</tbody></table></div></details></section>`;
}
