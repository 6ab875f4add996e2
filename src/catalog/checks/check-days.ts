import type { Problem } from "../../errors";
import { isDay } from "../dates";
import type { ResolvedEntry } from "../entry";

/** Days of an entry: of the calendar, and a tombstone of what nobody requires. */
export function checkDays(entry: ResolvedEntry): Problem[] {
  const { name, tombstone, required, renamedFrom, leftoverUntil, expires } = entry;
  if (expires !== undefined && !isDay(expires)) {
    const remedy = 'write the vendor\'s day as expires: "2027-01-31"';
    return [
      { code: "expiry-invalid", subject: name, cause: "its expires is not a day of the calendar", remedy },
    ];
  }
  if (leftoverUntil !== undefined && !isDay(leftoverUntil)) {
    const remedy = 'write the day as leftoverUntil: "2026-12-31"';
    const cause = "its leftoverUntil is not a day of the calendar";
    return [{ code: "tombstone-invalid", subject: name, cause, remedy }];
  }
  const wrong = [tombstone, renamedFrom?.tombstone].some((day) => day !== undefined && !isDay(day));
  if (wrong) {
    const remedy = 'write the day as tombstone: "2026-12-31"';
    return [
      {
        code: "tombstone-invalid",
        subject: name,
        cause: "its tombstone is not a day of the calendar",
        remedy,
      },
    ];
  }
  if (tombstone === undefined || !required) return [];
  const cause = "is required and has a tombstone: what is about to go cannot be required";
  return [{ code: "tombstone-of-required", subject: name, cause, remedy: "leave required out" }];
}
