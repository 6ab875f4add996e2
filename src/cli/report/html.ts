import { visible } from "../../text";

/** Markup that is safe to put into a page: made by `html` alone, which escapes all that is put into it. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in markup: text is escaped, markup stays, lists are joined, and nothing is shown for what is missing. */
export type Insert = Html | string | number | undefined | false | readonly Insert[];

/**
 * Markup with texts in it. Names, reasons and remedies are data that others write: each is escaped for text and for
 * attributes in quotes, and a character that does not show is written out. Nothing else makes markup of a text.
 */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  const texts = parts.map((part, index) => (index === 0 ? part : `${shown(inserts[index - 1])}${part}`));
  return new Html(texts.join(""));
}

function shown(insert: Insert): string {
  if (insert === undefined || insert === false) return "";
  if (insert instanceof Html) return insert.text;
  if (Array.isArray(insert)) return insert.map(shown).join("");
  return escapeHtml(String(insert));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (sign) => ESCAPES[sign] ?? "");
}

/** A link to a page of someone else's, which learns nothing of where it was followed; the text alone if it is not https. */
export function linkTo(url: string | undefined, text: Insert): Html {
  if (url === undefined || !URL.canParse(url) || new URL(url).protocol !== "https:") return html`${text}`;
  return html`<a href="${new URL(url).href}" rel="noreferrer noopener">${text}</a>`;
}
