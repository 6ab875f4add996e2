/** Milliseconds of each unit that Go's time.ParseDuration knows. */
const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** Milliseconds of a duration in Go's form ("2h0m0s", "1.5h"), or undefined when it is not one or not positive. */
export function parseGoDuration(text: string): number | undefined {
  let total = 0;
  let end = 0;
  for (const part of text.matchAll(PART)) {
    total += Number(part[1]) * (UNITS[part[2] ?? ""] ?? Number.NaN);
    end = part.index + part[0].length;
  }
  return end === text.length && total > 0 ? total : undefined;
}
