import { isToCome } from "../ledger/claims";
import type { Intent, Ledger } from "../ledger/ledger";
import type { RunIdentity } from "./job-identity";
import type { PlanLine } from "./plan";

/** Days after which an intent is nobody's any more: GitHub ends a job after six hours, and a person's machine may sleep. */
const INTENT_DAYS = 2;

/** What the ledger is told before these lines are carried out. */
export function intentOf(lines: readonly PlanLine[], { run, now }: RunIdentity): Intent {
  const values = lines.map(({ name, holds, writes }) => [name, writes === "removal" ? "" : (holds ?? "")]);
  return { run, at: now, values: Object.fromEntries(values) };
}

/** The intents of others that may still be carried out. */
export function openIntents({ writing = {} }: Ledger, own: string, now: string): Pick<Ledger, "writing"> {
  const open = Object.entries(writing).filter(
    ([writer, { at }]) =>
      writer !== own &&
      Date.parse(now) - Date.parse(at) < INTENT_DAYS * 86_400_000 &&
      !isToCome(at, Date.parse(now)),
  );
  return open.length === 0 ? {} : { writing: Object.fromEntries(open) };
}
