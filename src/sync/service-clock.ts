import type { EnvironmentText } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";

/** Minutes that two clocks may differ before neither is believed; Kerberos' default (RFC 4120). */
const SKEW_MINUTES = 5;

/** @throws RemedyError naming both times. @param local RFC 3339, UTC. */
export function requireClock(local: string, { at }: EnvironmentText, place: string): void {
  if (Math.abs(Date.parse(local) - Date.parse(at)) <= SKEW_MINUTES * 60_000) return;
  throw new RemedyError({
    code: "clock-skewed",
    subject: place,
    cause: `this machine's clock says ${local}, and Pulumi Cloud's ${at}; tombstones and pauses go by time, so nothing was written`,
    remedy: "set the clock of this machine, or check what stands between it and the service, then run again",
  });
}
