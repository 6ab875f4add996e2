import { describeWidening, wideningsOf } from "../../access/shared-values";
import { termsOf } from "../../operations/access/access-difference";
import type { AskedRight } from "../../operations/access/access-rights";
import type { ReportData } from "../../operations/report/report-data";
import { keyOf } from "../../operations/reviews/review-record";
import type { ReviewRow } from "../../operations/reviews/review-state";
import { counted } from "../../text";
import { type Html, html } from "./html";

/** Who may open what, and why: identities down, groups across, and what Pulumi Cloud has otherwise. */
export function accessSection({ access, groups, environments }: ReportData): Html {
  const reviews = new Map(access.reviews.map((row) => [keyOf(row.right), row]));
  const names = Object.keys(groups);
  const rotators = [...new Set(access.rights.flatMap(({ rotator }) => rotator ?? []))].sort();
  const bodies = environments.map((environment) => {
    const here = access.rights.filter((right) => right.environment === environment);
    const people = new Map<string, AskedRight[]>();
    for (const right of here) people.set(whoIn(right), [...(people.get(whoIn(right)) ?? []), right]);
    const rows = [...people].map(([who, rights]) =>
      personRow(who, rights, { environment, groups: names, rotators, reviews }),
    );
    const columns = names.length + rotators.length + 3;
    return (
      rows.length > 0 &&
      html`<tbody><tr class="part"><th colspan="${columns}" scope="rowgroup">${environment}</th></tr>${rows}</tbody>`
    );
  });
  const heads = [...names, ...rotators.map((name) => `rotated-${name}`)];
  return html`<section id="access" aria-labelledby="h-access"><h2 id="h-access">Who may open what, and why</h2>${cloudLines(access)}<div class="scroll" tabindex="0" role="region" aria-label="Access matrix"><table class="matrix"><caption class="hide">Access by identity and group</caption><thead><tr><th scope="col">Identity</th>${heads.map((name) => html`<th scope="col">${name}</th>`)}<th scope="col">Why</th><th scope="col">Last review</th></tr></thead>${bodies}</table></div>${sharedLines(access)}</section>`;
}

/** What the rows do not say: one value in several deployment environments, of which some may open one. */
function sharedLines({ shared = [] }: Pick<ReportData["access"], "shared">): Html | false {
  if (shared.length === 0) return false;
  const unsaid = shared.filter(({ reason }) => reason === undefined).map(({ name }) => name);
  const list = wideningsOf(shared).map(
    (widening) => html`<li data-row><b>${widening.policy}</b> ${describeWidening(widening)}</li>`,
  );
  const without =
    unsaid.length > 0 && html`<p class="chip late">Without a reason in the catalog: ${unsaid.join(", ")}</p>`;
  return html`<p>One value in several deployment environments opens more than the rows say:</p>${without}<ul class="plain">${list}</ul>`;
}

function personRow(
  who: string,
  rights: readonly AskedRight[],
  {
    environment,
    groups,
    rotators,
    reviews,
  }: {
    environment: string;
    groups: readonly string[];
    rotators: readonly string[];
    reviews: ReadonlyMap<string, ReviewRow>;
  },
): Html {
  const cell = (right: AskedRight | undefined) =>
    html`<td>${right === undefined ? html`<span class="hide">nothing</span>` : html`<span class="level ${right.level}">${termsOf(right)}</span>`}</td>`;
  const cells = [
    ...groups.map((group) => cell(rights.find((each) => each.group === group && each.rotator === undefined))),
    ...rotators.map((name) => cell(rights.find((each) => each.rotator === name))),
  ];
  const because = new Map(rights.flatMap((right) => right.because.map(({ policy, why }) => [policy, why])));
  const whys = [...because].map(([policy, why]) => html`<p><b>${policy}</b> ${why}</p>`);
  return html`<tr data-row data-env="${environment}"><th scope="row">${who}</th>${cells}<td class="why">${whys}</td><td class="why">${reviewCell(rights.flatMap((right) => reviews.get(keyOf(right)) ?? []))}</td></tr>`;
}

/** One line for each state that an identity's rights here are in, with who reviewed them last. */
function reviewCell(rows: readonly ReviewRow[]): Html {
  const looks = { current: "ok", never: "none", changed: "soon", due: "soon", "to-remove": "late" } as const;
  const words = {
    current: "reviewed",
    never: "never reviewed",
    changed: "changed since",
    due: "due",
    "to-remove": "must go",
  } as const;
  const states = [...new Set(rows.map(({ state }) => state))].map((state) => {
    const own = rows.filter((row) => row.state === state);
    const last = own.flatMap(({ review }) => review ?? []).sort((a, b) => (a.at < b.at ? 1 : -1))[0];
    const added = new Set(own.flatMap(({ addedSince }) => addedSince)).size;
    const by = last !== undefined && `${last.reviewer}, ${last.at.slice(0, 10)}: ${last.decision}`;
    return html`<p><span class="chip ${looks[state]}">${words[state]}</span><span class="dim">${by}${added > 0 && last !== undefined && `; ${added} secrets added since`}</span></p>`;
  });
  return html`${states}`;
}

function cloudLines({ cloud, isEnforced }: ReportData["access"]): Html {
  if (cloud === undefined)
    return html`<p class="dim">As declared. It was not compared with Pulumi Cloud.</p>`;
  const { administrators, defaultPermission, differences } = cloud;
  const edition =
    !isEnforced && html`<p class="chip late">This edition has no teams: nothing below is enforced.</p>`;
  const list = differences.map(
    ({ subject, cause, remedy }) =>
      html`<li data-row><b>${subject}</b> ${cause}<div class="remedy">${remedy}</div></li>`,
  );
  return html`${edition}<p>Administrators, who may do everything: <b>${administrators.join(", ") || "nobody"}</b>. Every member's default on ESC environments: <b>${defaultPermission}</b>.</p>${differences.length === 0 ? html`<p class="fine">Pulumi Cloud has it as declared.</p>` : html`<p>Pulumi Cloud has it otherwise: ${counted(differences.length, "difference")}.</p><ul class="plain">${list}</ul>`}`;
}

function whoIn({ identity: { type, name } }: AskedRight): string {
  return type === "user" ? name : `team ${name}`;
}
