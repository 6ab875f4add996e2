import assert from "node:assert/strict";
import { dayOf, isDay, isDue } from "../../src/catalog/dates";
import { organizationSlots, slotNames } from "../../src/catalog/slots";
import { catalogWith, problemsOf } from "./catalog-with";

describe("a tombstone", () => {
  it("is a day of the calendar, written as ISO has it", () => {
    for (const day of ["2026-12-31", "2028-02-29"]) assert.ok(isDay(day), day);
    const wrong = [
      "2026-02-29",
      "2026-13-01",
      "2026-00-10",
      "2026-1-1",
      "31.12.2026",
      "2026-12-31T00:00Z",
      "soon",
      "",
    ];
    for (const text of wrong) assert.ok(!isDay(text), text);
  });

  it("is due from its day on, by UTC, and not an hour before", () => {
    const today = (moment: string) => dayOf(new Date(moment));
    assert.ok(!isDue("2026-12-31", today("2026-12-30T23:59:59.999Z")));
    assert.ok(isDue("2026-12-31", today("2026-12-31T00:00:00Z")));
    assert.ok(isDue("2026-12-31", today("2027-01-01T00:00:00Z")));
    assert.ok(!isDue("2026-12-31", today("2026-12-31T00:30:00+01:00")));
    assert.ok(!isDue(undefined, "2999-01-01"));
  });

  it("is refused when it is not a day, or when its entry is required", () => {
    assert.deepEqual(problemsOf({ name: "A", tombstone: "2026-02-30" }), [
      "A: its tombstone is not a day of the calendar",
    ]);
    assert.deepEqual(problemsOf({ name: "A", tombstone: "2026-12-31", required: true }), [
      "A: is required and has a tombstone: what is about to go cannot be required",
    ]);
    assert.deepEqual(problemsOf({ name: "A", tombstone: "2026-12-31" }), []);
  });

  it("makes an entry optional", () => {
    const [secret] = catalogWith({ name: "A", tombstone: "2026-12-31" }).entries;
    assert.equal(secret?.required, false);
  });

  it("takes the slot out of the declaration on its day; its name stays known", () => {
    const secrets = catalogWith({ name: "B" }, { name: "A", tombstone: "2026-12-31" }).entries;
    const names = (slots: readonly { name: string }[]) => slots.map((slot) => slot.name);
    assert.deepEqual(names(organizationSlots(secrets, "2026-12-30")), ["A", "B"]);
    assert.deepEqual(names(organizationSlots(secrets, "2026-12-31")), ["B"]);
    assert.deepEqual(names(slotNames(secrets)), ["A", "B"]);
  });
});
