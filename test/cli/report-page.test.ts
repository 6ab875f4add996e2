import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { escapeHtml, html, linkTo } from "../../src/cli/report/html";
import { isReportPage, renderPage } from "../../src/cli/report/page";
import type { ReportData } from "../../src/operations/report/report-data";
import { sampleReport } from "./report-sample";

/** Tags with the names of their attributes: what a browser would act on. Values and texts are left out. */
function skeleton(page: string): string[] {
  const markup = page.replace(/<(style|script)>.*?<\/\1>/gs, "<$1></$1>");
  return [...markup.matchAll(/<(\/?[a-z!][a-z0-9]*)([^>]*)>/gi)].map(
    ([, tag = "", attributes = ""]) =>
      `${tag}${[...attributes.matchAll(/([\w-]+)="[^"]*"/g)].map(([, name]) => ` ${name}`).join("")}`,
  );
}

/** The report with one text in the place of every text that other people write. */
function written(text: string, data: ReportData = sampleReport()): ReportData {
  const say = <Value>(value: Value): Value => {
    if (typeof value === "string") return text as Value;
    if (Array.isArray(value)) return value.map(say) as Value;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, say(each)])) as Value;
  };
  const task = data.today[0];
  const secret = data.secrets[0];
  if (task === undefined || secret === undefined) throw new Error("the sample has neither");
  return {
    ...data,
    organization: text,
    application: text,
    environments: [text],
    groups: { [text]: say({ description: "", owner: "", rotationDays: 1 }) },
    today: [{ ...say(task), urgency: "now" }],
    secrets: [
      { ...say(secret), states: [{ ...say(secret.states[0]), standing: ["refused"] } as never], ages: [] },
    ],
    pipeline: {
      nodes: [{ id: text, kind: "group", label: text, detail: text, secrets: 1 }],
      edges: [{ from: text, to: text }],
    },
    access: {
      rights: data.access.rights
        .slice(0, 1)
        .map((right) => ({ ...say(right), environment: text, level: "open" })),
      reviews: data.access.reviews.slice(0, 1).map((row) => ({
        ...row,
        right: { ...say(row.right), environment: text, level: "open" },
        review: say({ reviewer: "", at: "", decision: "keep", note: "", file: "", key: "" }),
        addedSince: [text],
      })),
      managing: [],
      shared: [],
      isEnforced: true,
      cloud: {
        administrators: [text],
        defaultPermission: text,
        differences: [say({ code: "team-missing", subject: "", cause: "", remedy: "" })],
      },
    },
    drift: { declared: 1, drift: say(data.drift?.drift ?? []), notes: say(data.drift?.drift ?? []) },
    checks: [{ ...say(data.checks[1]), state: "wrong" } as never],
    syncs: [say(data.syncs[4])].flatMap((run) => run ?? []).map((run) => ({ ...run, started: data.asOf })),
    openings: {
      days: [],
      by: [{ who: text, opened: 1, refused: 1, environments: [text], last: data.asOf }],
      unknown: say(data.drift?.drift ?? []),
    },
    unread: [{ part: "drift", code: "?", subject: text, cause: text, remedy: text }],
  };
}

const EVIL = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  ["`$", "{alert(1)}`"].join(""),
  `</title></style></script><script>alert(1)</script>`,
  `<!-- -->`,
  `]]><svg onload=alert(1)>`,
  `javascript:alert(1)`,
  `&lt;script&gt;`,
  `\u202egnp.exe\u0000\n<b>`,
];

describe("the report page", () => {
  const page = renderPage(sampleReport());

  it("is the same for the same data, and known as one of ours", () => {
    equal(renderPage(sampleReport()), page);
    ok(isReportPage(page));
    ok(!isReportPage("<html>"));
    ok(!isReportPage(`${"x".repeat(4000)}<meta name="generator" content="sophia-secrets report">`));
  });

  it("lets the browser run its own script and style alone, by their hashes", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? "";
    match(policy, /^default-src &#39;none&#39;; /);
    for (const [tag, directive] of [
      ["style", "style-src"],
      ["script", "script-src"],
    ]) {
      const [, text = "", ...others] = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page) ?? [];
      equal(others.length, 0);
      const hash = createHash("sha256").update(text).digest("base64");
      ok(policy.includes(`${directive} &#39;sha256-${escapeHtml(hash)}&#39;`), directive);
    }
    ok(page.indexOf("Content-Security-Policy") < page.indexOf("<style>"));
    equal(page.match(/<script/g)?.length, 1);
    equal(/ (style|on\w+)="/.exec(page.replace(/<script>.*<\/script>/s, "")), null);
    equal(/ (src|srcset|poster|action|data|background|xlink:href)="/.exec(page), null);
  });

  it("begins with what must be done, with a command for each", () => {
    const data = sampleReport();
    ok(page.indexOf('id="today"') < page.indexOf('id="pipeline"'));
    for (const { command } of data.today)
      if (command !== undefined) ok(page.includes(`<code>${escapeHtml(command)}</code>`), command);
    ok(data.today.length > 10);
  });

  it("names what could not be read, and says that a part is not known", () => {
    const problem = { code: "?", subject: "the token", cause: "is not set", remedy: "set it" };
    const blind = renderPage({
      ...sampleReport(),
      drift: undefined,
      openings: undefined,
      checks: [],
      unread: [{ part: "drift", ...problem }],
    });
    match(blind, /1 part of this page could not be read/);
    match(blind, /<span class="chip unknown">drift<\/span>/);
    equal(blind.match(/Not known\./g)?.length, 3);
  });

  for (const text of EVIL)
    it(`shows ${JSON.stringify(text)} as text, wherever it stands`, () => {
      deepEqual(skeleton(renderPage(written(text))), skeleton(renderPage(written("harmless"))));
    });

  it("makes markup of no text at all", () => {
    const harmless = skeleton(renderPage(written("harmless")));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."<>\"'`&/=! -;:#aS\n\u202e\u0000") }), (text) => {
        deepEqual(skeleton(renderPage(written(`x${text}`))), harmless);
      }),
      { numRuns: 60 },
    );
  });

  it("fails this very test where a text is not escaped", () => {
    const broken = `<p>${EVIL[0]}</p>`;
    ok(skeleton(broken).length > skeleton("<p>harmless</p>").length);
  });
});

describe("markup", () => {
  it("escapes every text and no markup, in lists too", () => {
    equal(
      html`<p>${"<"}${[html`<b>${"&"}</b>`, "x"]}${undefined}${false}${0}</p>`.text,
      "<p>&lt;<b>&amp;</b>x0</p>",
    );
  });

  it("escapes so that nothing but the text comes back", () => {
    const back = (text: string) =>
      text
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&#39;", "'")
        .replaceAll("&#96;", "`")
        .replaceAll("&amp;", "&");
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeHtml(text);
        equal(/[<>"'`]/.exec(escaped), null);
        if (!/[^ -~]/.test(text)) equal(back(escaped), text);
      }),
    );
  });

  it("links to https alone", () => {
    match(
      linkTo("https://vendor.example/a?b=1&c=2", "x").text,
      /^<a href="https:\/\/vendor\.example\/a\?b=1&amp;c=2"/,
    );
    for (const url of ["http://a.example", "javascript:alert(1)", "data:text/html,x", "//a", "x", undefined])
      equal(linkTo(url, "x").text, "x");
  });
});
