import { deepEqual, ok } from "node:assert/strict";

/** What a command, a check or a diagnostic tells: what is needed to see whether a fault is there, and what to do. */
export interface Told {
  code: string;
  subject?: string;
  remedy?: string | undefined;
}

/** A state that has a fault. */
export interface Stage {
  /** Looks, as whoever was told of the fault did. */
  look(): readonly Told[] | Promise<readonly Told[]>;
  /** Does what the remedy says: nothing more, and by nothing else than its words. */
  carryOut(remedy: string): unknown;
  close?(): unknown;
}

/** That a remedy works: a state with the fault, the remedy as it was printed, and the fault gone. */
export interface Proof {
  code: string;
  /** The file that says it, below `src/`; needed where several do. */
  file?: string;
  /** The state, as the end of a sentence. */
  when: string;
  start(): Stage | Promise<Stage>;
}

/** Looks, carries out what is printed, and looks again. @throws AssertionError when the fault is not there, or stays. */
export async function prove({ code, start }: Proof): Promise<void> {
  const stage = await start();
  try {
    const before = await stage.look();
    const found = before.find((each) => each.code === code);
    ok(found, `the state has no ${code}: ${JSON.stringify(before)}`);
    const { remedy = "" } = found;
    ok(remedy !== "", `${code} has no remedy`);
    await stage.carryOut(remedy);
    const after = await stage.look();
    const left = after.filter((each) => each.code === code && each.subject === found.subject);
    deepEqual(left, [], `after "${remedy}"`);
  } finally {
    await stage.close?.();
  }
}

/** Something that a person writes, and who judges it. */
export interface ByHand<World> {
  code: string;
  file?: string;
  when: string;
  /** What was written. */
  written: World;
  /** The whole remedy; groups are what a person takes from it. */
  printed: RegExp;
  /** What a person writes who does what it says. */
  righted: (...taken: string[]) => World;
}

/**
 * Proofs of remedies that say what to write: a person reads them, so a pattern stands for the reading. Afterwards
 * nothing else may be wrong either.
 */
export function byHand<World>(
  judge: (written: World) => readonly Told[] | Promise<readonly Told[]>,
  cases: readonly ByHand<World>[],
): Proof[] {
  return cases.map(({ code, file, when, written, printed, righted }) => ({
    code,
    ...(file === undefined ? {} : { file }),
    when,
    start: () => {
      let stands = written;
      return {
        look: () => judge(stands),
        carryOut: async (remedy) => {
          const read = printed.exec(remedy);
          ok(read, `the remedy reads otherwise: ${remedy}`);
          stands = righted(...read.slice(1));
          deepEqual(await judge(stands), [], "nothing else is wrong then");
        },
      };
    },
  }));
}
