import { vendorPrefixes } from "../../catalog/formats";
import { guessingBits } from "./choose-window";
import type { RuleMatch } from "./vendor-rules";

/** What follows a vendor's prefix in a key and not in prose: as long as the shortest of them, and not to be guessed. */
const BODY = "[A-Za-z0-9_-]{20,512}";
const LEAST_BITS = 64;

const PREFIXES = vendorPrefixes();
const KEY = new RegExp(`(?<![A-Za-z0-9_-])(${PREFIXES.map(({ prefix }) => prefix).join("|")})(${BODY})`, "g");

/** Keys in the formats of the catalog, whosever they are. */
export function formatMatches(text: string): RuleMatch[] {
  return [...text.matchAll(KEY)].flatMap(({ 0: all, 1: prefix, 2: body = "", index }) => {
    const format = PREFIXES.find((each) => each.prefix === prefix)?.format;
    const isKey = guessingBits(body.slice(-32)) >= LEAST_BITS;
    return isKey ? [{ rule: `format/${format}`, from: index, to: index + all.length }] : [];
  });
}
