import type { OptionSpec } from "./command";
import { usageError } from "./options";

/** One of a few words. */
export function oneOf<const Word extends string>(
  argument: `<${string}>`,
  description: string,
  all: readonly Word[],
): OptionSpec<Word | undefined> {
  return {
    argument,
    description: `${description}: ${all.join(" or ")}`,
    parse: (typed, _, place) => {
      const written = typeof typed === "string" ? typed : undefined;
      const word = all.find((each) => each === written);
      if (written === undefined || word !== undefined) return word;
      throw usageError(place, `must be ${all.join(" or ")}, not ${written}`);
    },
  };
}
