/** Nanoseconds in each of Go's units. */
const units: Readonly<Record<string, number>> = {
  h: 3_600e9,
  m: 60e9,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  µs: 1e3,
  ns: 1,
};

/** Nanoseconds of a Go duration such as `1h30m`; undefined when it is none. */
export function parseDuration(duration: string): number | undefined {
  const [, sign, rest = ""] = /^([+-]?)(.*)$/.exec(duration) ?? [];
  if (rest === "0") return 0;
  if (!/^(\d+(\.\d*)?(h|ms|us|µs|ns|m|s))+$/.test(rest)) return undefined;
  let total = 0;
  for (const [, number, unit = ""] of rest.matchAll(/(\d+(?:\.\d*)?)(h|ms|us|µs|ns|m|s)/g)) {
    total += Number(number) * (units[unit] ?? Number.NaN);
  }
  return sign === "-" ? -total : total;
}

/** As Go prints it, `1h0m0s`: the form in which Pulumi Cloud takes and gives durations of a second or more. */
export function formatDuration(nanoseconds: number): string {
  const total = nanoseconds / 1e9;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = `${Number((total % 60).toFixed(9))}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
