import { visible } from "../../secrets/unseen";

/**
 * Text of other people's as Markdown of one line that shows it and does nothing else: no column, tag or link of its own,
 * nobody called. What GitHub would make a link of without being asked (an address, `@name`, `#1`) stands in a code span:
 * a backslash keeps only Markdown from it (GFM, "Autolinks (extension)"), not what GitHub does afterwards.
 */
export function markdownText(text: string): string {
  const line = visible(text.replace(/\s+/g, " ")).trim();
  // A code span ends at a backtick, and a table's cell at a bar even in one; a backslash escapes nothing inside.
  return line.replace(/[^\s|`\\]+|[|`\\]/g, (word) =>
    LINKED.test(word) ? `\`${word}\`` : word.replace(ACTED_ON, "\\$&"),
  );
}

/** Words in which a link could be made. */
const LINKED = /@|:\/\/|www\.|mailto:|xmpp:|#\d|GH-\d/i;

/** Signs that Markdown acts on anywhere in a line, or at its beginning; `_` not inside a word. */
const ACTED_ON = /[\\`*[\]<>|&~#!]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** An address of our own making, to be followed. @returns other people's text where it is none. */
export function markdownLink(url: string): string {
  return /^https?:\/\/[\w.:/?=&%~+,;#-]+$/.test(url) ? `<${url}>` : markdownText(url);
}
