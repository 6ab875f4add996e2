import { WINDOW_LENGTHS } from "./window-marks";

/**
 * Bits that somebody must guess of a window before its mark may stand in a filter. A mark tells 48: of 88, 2^40 windows
 * fit it still, and finding these takes 2^64 hashes even for somebody who solves the rolling hash first.
 */
const NEEDED_BITS = 88;

/** Why a value gets no window. */
export type Uncovered = "too short" | "too guessable";

/**
 * Chooses the part of a value that is looked for: 20 to 32 bytes of it that cannot be guessed. Names, words, repetitions
 * and what vendors write before a key do not count; of an address with a login only the password does.
 *
 * @returns the window, or why there is none.
 */
export function chooseWindow(value: string): Buffer | Uncovered {
  const words = tellingPart(value)
    .split(/\s+/)
    .map((word) => Buffer.from(word, "utf8"));
  for (const length of WINDOW_LENGTHS) {
    let best: { window: Buffer; bits: number } | undefined;
    for (const word of words) {
      for (let at = 0; at + length <= word.length; at += 1) {
        const window = word.subarray(at, at + length);
        const bits = guessingBits(window.toString("latin1"));
        // The last of equals: what begins alike for everybody (a vendor's prefix, a header) stands at the front.
        if (bits >= NEEDED_BITS && bits >= 0.95 * (best?.bits ?? 0))
          best = { window, bits: Math.max(bits, best?.bits ?? 0) };
      }
    }
    if (best !== undefined) return best.window;
  }
  const shortest = WINDOW_LENGTHS[WINDOW_LENGTHS.length - 1] as number;
  return words.some(({ length }) => length >= shortest) ? "too guessable" : "too short";
}

/** The value as it stands in files when nothing is escaped; of an address with a password, that alone. */
function tellingPart(value: string): string {
  const plain = value.replaceAll("\\n", "\n").replaceAll("\\r", "");
  const { password = "" } = URL.canParse(plain.trim()) ? new URL(plain.trim()) : {};
  if (password === "") return plain;
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** The 120 pairs of letters that are most frequent in English text (P. Norvig, "English Letter Frequency Counts", 2013). */
const PAIRS = new Set(
  (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne " +
    "ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa " +
    "ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp"
  ).split(" "),
);
/** Digits and signs that people write for letters. */
const WRITTEN_FOR = new Map(
  "0o 1i 3e 4a 5s 7t @a $s !i".split(" ").map((pair) => [pair.charAt(0), pair.charAt(1)]),
);
/** Bits of a letter that goes on a word (Shannon, "Prediction and Entropy of Printed English", 1951: 0.6 to 1.3). */
const BITS_IN_WORD = 1.3;

/** Bits of a word that a guesser takes from a list, whatever its language: the 7,776 of Diceware have 12.9. */
const BITS_OF_WORD = 12;
/** The same in a text that consists of words mostly: short ones, which lists have first. */
const BITS_AMONG_WORDS = 9;
const MOSTLY = 0.6;
const SHORT_WORDS = /[A-Z]?[a-z]{2,}|[A-Z]{4,}/g;
/**
 * The runs that count as one: among words every one; else those that are longer than chance makes them in keys of both
 * cases, and in keys of one. Digits in a row are a number.
 */
const RUNS = {
  words: /[A-Z]?[a-z]{2,}|[A-Z]{4,}|\d{3,}|[\s\S]/g,
  mixed: /[A-Z][a-z]{3,}|[a-z]{4,}|[A-Z]{5,}|\d{3,}|[\s\S]/g,
  single: /[a-z]{7,}|[A-Z]{7,}|[\s\S]/g,
};
const BITS_OF_DIGIT = Math.log2(10);

/**
 * Bits that a guesser lacks of a text, rather too few. Three models, of which the lowest counts: words from a list,
 * letters that follow each other as in words, and characters that repeat or step on. What separates counts nothing.
 */
export function guessingBits(text: string): number {
  const each = bitsOfCharacter(text);
  const lower = text.toLowerCase();
  const letters = [...lower].map((sign) => WRITTEN_FOR.get(sign) ?? sign).join("");
  const bitsAt = (at: number) => {
    if (!/[a-z0-9]/.test(lower.charAt(at)) || isForeseen(lower, at)) return 0;
    return PAIRS.has(letters.slice(at - 1, at + 1)) ? Math.min(BITS_IN_WORD, each) : each;
  };
  const kind = kindOf(text);
  const word = kind === "words" ? BITS_AMONG_WORDS : BITS_OF_WORD;
  let bits = 0;
  for (const { 0: run, index } of text.matchAll(RUNS[kind])) {
    const own = Array.from(run, (_, at) => bitsAt(index + at)).reduce((sum, bit) => sum + bit, 0);
    const most = /^\d/.test(run) ? run.length * BITS_OF_DIGIT : word;
    bits += run.length === 1 ? own : Math.min(own, most);
  }
  return bits;
}

function kindOf(text: string): keyof typeof RUNS {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text)) return "single";
  const inWords = (text.match(SHORT_WORDS) ?? []).join("").length;
  return inWords >= MOSTLY * text.length ? "words" : "mixed";
}

/** The logarithm of the alphabet that a text shows: 62, 36 or 16 characters, letters alone, digits alone. */
function bitsOfCharacter(text: string): number {
  const [lower, upper, digits] = [/[a-z]/, /[A-Z]/, /[0-9]/].map((kind) => kind.test(text));
  if (lower && upper) return digits ? 5.9 : 5;
  if (/[g-z]/i.test(text)) return digits ? 5.1 : 4.5;
  return digits && (lower || upper) ? 4 : 2;
}

/** Whether a character follows from those before it: the fourth and later of a repeated run, and a step as the last one. */
function isForeseen(lower: string, at: number): boolean {
  if (at < 3) return false;
  const step = lower.charCodeAt(at) - lower.charCodeAt(at - 1);
  const before = lower.charCodeAt(at - 1) - lower.charCodeAt(at - 2);
  return (step === before && Math.abs(step) <= 1) || lower.indexOf(lower.slice(at - 3, at + 1)) < at - 3;
}
