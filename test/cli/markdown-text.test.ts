import { doesNotMatch, equal, match } from "node:assert/strict";
import fc from "fast-check";
import { renderEvidence } from "../../src/cli/evidence-bundle";
import { renderPostMortem } from "../../src/cli/post-mortem";
import type { Case, Journal } from "../../src/operations/incident/case";
import { markdownLink, markdownText } from "../../src/text";

/** Texts of which Markdown, or GitHub after it, would make something. */
const EVIL = [
  "see https://evil.example/x?y=1#2 now",
  "www.evil.example",
  "ask @ai-cherry/owners, or mail a@evil.example",
  "fixes #12 and GH-7 of other/repo#3",
  "[x](javascript:1) ![y](//evil.example) <img src=x> <!-- -->",
  "a|b `c` `@d` e`https://f|g`",
  "# heading",
  "~~~",
  "*a* _b_ __c__ \\",
  "&lt;script&gt;",
  "one\ntwo\r\n\r\nthree\u2028four",
  "\u202etxet",
];

/** What is left for Markdown to act on, as far as regular expressions can tell. */
const outsideCode = (text: string) => text.replace(/\\.|`[^`]+`/g, (part) => (part[0] === "`" ? "" : part));
const LINKS = /@|:\/\/|www\.|#\d|GH-\d/i;

describe("text of someone else's in Markdown", () => {
  it("is one line that links to nothing, calls nobody, and begins no markup", () => {
    for (const text of EVIL) {
      const shown = markdownText(text);
      match(shown, /^[^\p{C}\p{Zl}\p{Zp}]*$/u, text);
      doesNotMatch(outsideCode(shown), LINKS, text);
      doesNotMatch(outsideCode(shown).replace(/\\./g, ""), /[|`*<>[\]&~!]|^#/, text);
    }
  });

  it("keeps to that for any text", () => {
    const piece = fc.constantFrom(..."@`|\\ a1#_*<", "://", "www.", "\n", "GH-1");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const shown = markdownText(pieces.join(""));
        const left = outsideCode(shown).replace(/\\./g, "");
        doesNotMatch(left, /@|:\/\/|www\.|GH-1|[`|*<#]/, shown);
        doesNotMatch(shown.replace(/\\./g, ""), /\|/, shown);
      }),
    );
  });

  it("is left alone where it is plain", () => {
    const plain =
      "OPENAI_API_KEY of DevOps: 2026-08-01T10:00:00Z, default/app-production (é, 鍵); 100% - +1.";
    equal(markdownText(plain), plain);
  });

  it("is not an address to follow, where it is more than one", () => {
    equal(markdownLink("https://vendor.example/keys?a=b#c"), "<https://vendor.example/keys?a=b#c>");
    equal(markdownLink("https://x.example/>@ada"), "`https://x.example/>@ada`");
    equal(markdownLink("javascript:1"), "javascript:1");
  });
});

describe("a page for people", () => {
  const evil = EVIL.join(" ");

  it("about a compromised secret leads nowhere but to the vendor and the runs", () => {
    const found = {
      secret: { name: "A_KEY", owner: evil, page: "https://vendor.example/keys" },
      ...{ environments: [evil], carriers: [evil], grantedTo: [evil], notes: [evil] },
    } as unknown as Case;
    const at = "2026-08-01T10:00:00Z";
    const check = { environment: evil, ledger: "proven", composite: "failed", detail: evil };
    const run = {
      carrier: "c",
      id: 7,
      environment: "all",
      conclusion: "success",
      url: "https://gh.example/7",
    };
    const journal = {
      ...{ reason: evil, by: evil, started: at, since: at, runs: [run], checks: [check] },
      timeline: [{ at, what: evil }],
    } as unknown as Journal;
    const event = { at, who: evil, what: evil, kind: "opened", times: 1, first: at, last: at, detail: evil };
    const readers = { readers: [event], changes: [event], unknown: [evil] } as never;
    const page = outsideCode(renderPostMortem(found, journal, readers, new Date(at)));
    match(page, /\| where it is from \| <https:\/\/vendor\.example\/keys> \|/);
    match(page, /\| runs \| 7 success <https:\/\/gh\.example\/7> \|/);
    doesNotMatch(page.replace(/<https:\/\/[a-z.]+example\/[a-z0-9]+>/g, ""), LINKS);
  });

  it("of evidence leads to its own files alone", () => {
    const section = {
      ...{ name: "access", title: "Access", about: "Who may.", source: "logs", columns: ["Who"] },
      ...{ rows: EVIL.map((text) => [text]), unknown: EVIL },
    };
    const times = { asOf: new Date(0), since: new Date(0) };
    const files = renderEvidence([section], { organization: evil, stack: evil, ...times });
    doesNotMatch(outsideCode(files.get("README.md") ?? ""), LINKS);
  });
});
