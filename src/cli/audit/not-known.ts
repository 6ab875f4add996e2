import { RemedyError } from "../../errors";

/** One question that nobody answered: what was asked, of which place where it is asked of many, and why not. */
interface Unanswered {
  what: string;
  of?: string;
  why: string;
}

/** Keeps what nobody could be asked, so that the rest can still be told. */
export class NotKnown {
  private readonly all: Unanswered[] = [];

  /**
   * @param what is asked: `who opened an environment`; of many places without the place: `who changed`.
   * @param of the place, where it is asked of many.
   * @returns undefined when it is refused, which is kept; any other error is a defect of ours, and thrown.
   */
  async or<Result>(
    [what, of]: readonly [what: string, of?: string],
    ask: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
      // Errors of one kind about many places are one thing to know: the place is named by the question.
      const isOfPlace = of !== undefined && error.thing.includes(of);
      const why = isOfPlace ? error.reason : `${error.thing}: ${error.reason}`;
      this.all.push({ what, why, ...(of === undefined ? {} : { of }) });
      return undefined;
    }
  }

  /** A sentence for each refusal, such as a token that is missing, whatever it keeps from us. @param most places named for each question. */
  lines(most = Number.POSITIVE_INFINITY): string[] {
    const refusals = grouped(this.all, ({ why }) => why);
    const lines = [...refusals].map(([why, unanswered]) => {
      const questions = [...grouped(unanswered, ({ what }) => what)];
      return `${questions.map(([what, each]) => question(what, each, most)).join("; ")}: ${why}`;
    });
    return lines.sort();
  }
}

function question(what: string, unanswered: readonly Unanswered[], most: number): string {
  const places = unanswered.flatMap(({ of }) => of ?? []);
  if (places.length === 0) return what;
  const more = places.length > most ? ` and ${places.length - most} more` : "";
  return `${what} ${places.slice(0, most).join(", ")}${more}`;
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
