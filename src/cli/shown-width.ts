/** Every character as wide as the next. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * What terminals show two columns wide (Unicode Standard Annex 11, "W" and "F"), as far as a pattern has words for it: East
 * Asian scripts with their punctuation and full-width forms, and what is shown as an emoji.
 */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;

/** Marks that stand on the character before, and what shows nothing. */
const NOT_SHOWN = /^[\p{M}\p{Cf}]+$/u;

/** Made when it is needed: it costs a millisecond. */
let segmenter: Intl.Segmenter | undefined;

/** Columns of a terminal that a line of text takes. */
export function shownWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return charactersOf(text).reduce((sum, each) => sum + widthOf(each), 0);
}

/** How many units of a text, from its beginning, fit so many columns: whole characters, and one at least. */
export function fittingLength(text: string, width: number): number {
  if (PLAIN.test(text)) return Math.min(text.length, width);
  let [length, taken] = [0, 0];
  for (const each of charactersOf(text)) {
    taken += widthOf(each);
    if (taken > width && length > 0) return length;
    length += each.length;
  }
  return length;
}

/** A text with blanks after it, so that it takes so many columns. */
export function padShown(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - shownWidth(text)));
}

/** As people count them: an emoji of several code points is one. */
function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter("en");
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

function widthOf(character: string): number {
  if (NOT_SHOWN.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
