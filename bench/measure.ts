import { execFile } from "node:child_process";

/** A process to time. */
export interface Timed {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
}

/** Runs a process to its end. @returns milliseconds from its start to its end. @throws Error when it fails. */
export function timeProcess({ file, args, env }: Timed): Promise<number> {
  const began = performance.now();
  return new Promise((done, fail) => {
    execFile(file, [...args], { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) done(performance.now() - began);
      else fail(new Error(`${file} ${args[0]} ended with ${error.code}: ${stderr}${stdout}`));
    });
  });
}

/** Times of two things measured in turns, so that whatever else the machine does strikes both. */
export interface Pair {
  ours: number[];
  theirs: number[];
}

/** @param runs of each. */
export async function inTurns(
  runs: number,
  ours: (run: number) => Promise<number>,
  theirs: (run: number) => Promise<number>,
): Promise<Pair> {
  const pair: Pair = { ours: [], theirs: [] };
  for (let run = 0; run < runs; run += 1) {
    pair.theirs.push(await theirs(run));
    pair.ours.push(await ours(run));
  }
  return pair;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
