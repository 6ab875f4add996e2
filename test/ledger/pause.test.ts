import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { describePause, LONGEST_REASON, pauseAt, readPause, unfitReason } from "../../src/ledger/pause";

const pause = { reason: "vendor is down", by: "ada", since: "2026-08-01T10:00:00Z" };

describe("a pause of the sync", () => {
  it("holds until its end, and from that moment on no more", () => {
    const until = { ...pause, until: "2026-08-01T14:00:00Z" };
    equal(pauseAt(until, "2026-08-01T13:59:59.999Z"), until);
    equal(pauseAt(until, "2026-08-01T14:00:00.000Z"), undefined);
    equal(pauseAt(pause, "2999-01-01T00:00:00Z"), pause);
    equal(pauseAt(undefined, "2026-08-01T14:00:00Z"), undefined);
  });

  it("never ends by an end that is no time: better to rest too long than to write", () => {
    const odd = { ...pause, until: "soon" };
    equal(pauseAt(odd, "2999-01-01T00:00:00Z"), odd);
  });

  it("holds whatever stands there: a person who wrote it by hand meant it", () => {
    const bare = { reason: "no reason is given", by: "somebody", since: "an unknown time" };
    for (const value of [true, {}, [], "yes", 0, false, { reason: 5, by: "" }])
      deepEqual(readPause(value), bare);
    deepEqual([readPause(undefined), readPause(null)], [undefined, undefined]);
  });

  it("is one short line wherever it is told, also when somebody wrote another by hand", () => {
    const read = readPause({ ...pause, reason: `a\n::error::b\u202e\u0007${"x".repeat(500)}` });
    const told = describePause(read ?? pause);
    doesNotMatch(told, /[\p{C}\p{Zl}\p{Zp}]/u);
    equal((read?.reason.length ?? 0) <= LONGEST_REASON, true);
    match(told, /^paused by ada since 2026-08-01T10:00:00Z, until somebody resumes it: a/);
  });

  it("takes a reason in any language", () => {
    for (const reason of [
      "incident 42",
      "Anbieter tauscht Schlüssel",
      "鍵の交換",
      "see https://status.example/1?x=2",
    ])
      equal(unfitReason(reason), undefined, reason);
    equal(unfitReason("x".repeat(LONGEST_REASON)), undefined);
    equal(unfitReason("sk-learn breaks"), undefined);
  });

  for (const [what, reason, told] of [
    ["none", "  ", "is empty"],
    ["a novel", "x".repeat(LONGEST_REASON + 1), "is longer than 200 characters"],
    ["several lines", "a\nb", "holds a line end or a character that does not show"],
    ["a terminal's commands", "a\u001b[2J", "holds a line end or a character that does not show"],
    ["text that turns the line round", "a\u202eb", "holds a line end or a character that does not show"],
    ["an ESC interpolation", "see $" + "{x}", "holds ${, on which ESC acts"],
    ["a vendor's key", "leaked sk-proj-canary0123456789abc", "holds what looks like a credential"],
    [
      "a webhook's address",
      "at https://hooks.slack.com/services/T0/B0/canary",
      "holds what looks like a credential",
    ],
  ] as const) {
    it(`refuses ${what} as a reason, without quoting it`, () => {
      equal(unfitReason(reason), told);
    });
  }
});
