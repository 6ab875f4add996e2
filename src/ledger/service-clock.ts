import type { Http } from "../clients/http";
import { EndingError, type Problem, RemedyError } from "../errors";

/** Minutes that two clocks may differ before neither is believed; Kerberos' default (RFC 4120). */
const SKEW_MINUTES = 5;

/**
 * @param local the machine's time, RFC 3339.
 * @param service the service's at the same moment, in any form that `Date` reads.
 * @param subject what the error names: the ESC environment, the host.
 * @throws RemedyError naming both times.
 */
export function requireClock(local: string, service: string, subject: string): void {
  const skew = skewOf(local, service, subject);
  if (skew !== undefined) throw new RemedyError(skew);
}

function skewOf(local: string, service: string, subject: string): Problem | undefined {
  const at = new Date(service);
  if (Math.abs(Date.parse(local) - at.getTime()) <= SKEW_MINUTES * 60_000) return undefined;
  return {
    code: "clock-skewed",
    subject,
    cause: `this machine's clock says ${local}, and the service's ${at.toISOString()}; tombstones and pauses go by time, so nothing was written`,
    remedy: "set the clock of this machine, or check what is between it and the service, then run again",
  };
}

/**
 * A client that compares the clocks at every answer. Commands read before they write, so that none acts by a wrong clock:
 * not on the day of a tombstone, not at the end of a pause, not by the age of a value.
 *
 * @throws EndingError when the clocks differ by more than minutes. An answer without a `Date` is passed on.
 */
export function withCheckedClock(http: Http, now: () => Date): Http {
  return async (request) => {
    const answer = await http(request);
    const { date } = answer.headers;
    if (date === undefined || Number.isNaN(Date.parse(date))) return answer;
    const skew = skewOf(now().toISOString(), date, new URL(request.url).host);
    if (skew !== undefined) throw new EndingError(skew);
    return answer;
  };
}
