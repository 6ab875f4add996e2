import type { ReportData, ReportSecret } from "../../operations/report/report-data";
import { counted } from "../../text";
import { type Html, html, linkTo } from "./html";
import { lookOfRotation, lookOfState, minute, statesOf } from "./looks";
import { nodeNumbers } from "./pipeline-picture";

/**
 * Every secret in every deployment environment: how it stands, how old it is, when it is due, and whose it is. Rows are no
 * \`tr\`: a browser lays out every row of a table, and leaves out boxes that nobody sees (content-visibility).
 */
export function secretsSection(data: ReportData): Html {
  const { secrets, environments, pipeline } = data;
  const numbers = nodeNumbers(pipeline);
  const rows = secrets.map((secret, index) => row(secret, index, environments, numbers));
  const heads = ["Secret", ...environments, "Age", "Due", "Owner"].map(
    (head) => html`<span role="columnheader">${head}</span>`,
  );
  return html`<section id="secrets" aria-labelledby="h-secrets"><h2 id="h-secrets">Secrets</h2><p class="dim">${counted(secrets.length, "secret")} in ${environments.join(", ")}. A state opens to what is behind it.</p><div class="scroll" tabindex="0" role="region" aria-label="Table of secrets"><div class="wide n${environments.length}" role="table" aria-label="State of each secret per deployment environment"><div role="rowgroup"><div class="head" role="row">${heads}</div></div><div role="rowgroup">${rows}</div></div></div></section>`;
}

function row(
  secret: ReportSecret,
  index: number,
  environments: readonly string[],
  numbers: ReadonlyMap<string, number>,
): Html {
  const { name, group, owner, path, page, tombstone, rotated, perEnvironment, carriers } = secret;
  const marks = [
    rotated && "ESC rotates it",
    perEnvironment && "a value per environment",
    tombstone !== undefined && `deleted from ${tombstone}`,
    carriers.length > 0 && `by ${carriers.join(", ")}`,
  ].filter((mark) => mark !== false);
  const nodes = path.flatMap((id) => numbers.get(id) ?? []);
  return html`<div class="row" role="row" id="s${index}" data-row data-s="${index}" data-p="${nodes.join(" ")}" data-owner="${owner}" data-group="${group}" data-env="${secret.states.map(({ environment }) => environment).join(" ")}" data-state="${statesOf(secret).join(" ")}"><div role="rowheader"><span class="name">${name}</span><span class="dim">${[group, ...marks].join(" · ")}</span></div>${environments.map((each) => html`<div role="cell">${stateCell(secret, each)}</div>`)}<div role="cell">${ageCell(secret)}</div><div role="cell">${dueCell(secret)}</div><div role="cell">${owner}${page !== undefined && html`<span class="dim">${linkTo(page, "vendor's page")}</span>`}</div></div>`;
}

function stateCell({ states }: ReportSecret, environment: string): Html {
  const here = states.find((each) => each.environment === environment);
  if (here === undefined) return html`<span class="hide">not in this environment</span>`;
  const chips = here.standing.map(
    (state) => html`<span class="chip ${lookOfState(state, here)}">${state.replaceAll("-", " ")}</span>`,
  );
  const times = [
    here.changed !== undefined && `changed ${minute(here.changed)}`,
    here.synced !== undefined && `synced ${minute(here.synced)}`,
  ].filter((each) => each !== false);
  const behind = [here.detail, ...times].filter((text) => text !== "");
  if (behind.length === 0) return html`${chips}`;
  return html`<details class="state"><summary>${chips}</summary>${behind.map((text) => html`<p>${text}</p>`)}</details>`;
}

function ageCell({ ages }: ReportSecret): Html {
  const age = ages.find(({ ageDays }) => ageDays !== undefined);
  if (age === undefined && ages.every(({ state }) => state === "exempt")) return html`–`;
  if (age?.ageDays === undefined) return html`<span class="dim">not known</span>`;
  const { ageDays, rotationDays, state } = age;
  if (state === "exempt") return html`${ageDays} d`;
  const share = Math.min(1, ageDays / Math.max(1, rotationDays));
  return html`<span class="nowrap">${ageDays} of ${rotationDays} d</span><svg class="bar" viewBox="0 0 60 5" width="60" height="5" aria-hidden="true"><rect class="track" width="60" height="5" rx="2.5"/><rect class="${lookOfRotation(age)}" width="${Math.max(2, Math.round(share * 60))}" height="5" rx="2.5"/></svg>`;
}

function dueCell({ ages }: ReportSecret): Html {
  const days = ages.flatMap(({ dueOn, state }) => (dueOn === undefined ? [] : [{ dueOn, state }]));
  const first = days.sort((a, b) => (a.dueOn < b.dueOn ? -1 : 1))[0];
  if (first !== undefined)
    return html`<span class="nowrap">${first.dueOn}</span>${first.state === "overdue" && html` <span class="chip late">overdue</span>`}${first.state === "due" && html` <span class="chip soon">due</span>`}`;
  const note = ages.find((age) => age.note !== undefined)?.note;
  return html`<span class="dim">${note ?? "–"}</span>`;
}
