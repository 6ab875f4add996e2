import { deepEqual, equal } from "node:assert/strict";
import { fingerprint, isFingerprintKey, newFingerprintKey } from "../../src/ledger/fingerprint";
import { Secret } from "../../src/secret";
import { type CurrentValue, isChange, type PlanLine, plan, withEarlier } from "../../src/sync/plan";
import { jobSecret } from "./small-job";

const KEY = newFingerprintKey();
const NAME = "API_KEY";
const print = (value: string) => fingerprint(KEY, NAME, new Secret(value));
const all = new Set([NAME]);
const NOTHING: CurrentValue = {
  present: new Set(),
  bound: new Set(),
  mapped: new Set(),
  remaining: new Set(),
  outlived: new Set(),
  obstacles: {},
  fingerprints: {},
  defaulted: new Set(),
  newer: {},
};
const WHOLE: CurrentValue = {
  ...NOTHING,
  present: all,
  bound: all,
  mapped: all,
  remaining: all,
  fingerprints: { [NAME]: print("v") },
};

function line(
  value: string | undefined,
  standing: CurrentValue,
  change: Parameters<typeof jobSecret>[1] = {},
): PlanLine {
  const [only] = plan([jobSecret(NAME, change)], { [NAME]: value }, standing, KEY);
  if (only === undefined) throw new Error("no line");
  return only;
}

const short = ({ verb, writes }: PlanLine) => `${verb}, writes ${writes ?? "nothing"}`;

describe("the plan for a values environment", () => {
  it("creates where nothing stands", () => {
    deepEqual(line("v", NOTHING), {
      name: NAME,
      verb: "create",
      writes: "value",
      source: NAME,
      fingerprint: print("v"),
      holds: print("v"),
    });
  });

  it("replaces nothing that a run queued later wrote: what came in is older", () => {
    const newer = { ...WHOLE, newer: { [NAME]: "run 43, which was queued after this one, wrote" } };
    deepEqual(line("older", newer), {
      name: NAME,
      verb: "refused",
      code: "older",
      holds: print("v"),
      reason:
        "run 43, which was queued after this one, wrote another value: what came here may be older. Start a new run; if that is refused too: ./sophia-secrets verify",
    });
    equal(short(line("v", newer)), "unchanged, writes nothing", "the same value is no older one");
    equal(short(line(undefined, newer, { required: false })), "unchanged, writes nothing");
  });

  it("leaves what is the same", () => {
    deepEqual(line("v", WHOLE), {
      name: NAME,
      verb: "unchanged",
      source: NAME,
      fingerprint: print("v"),
      holds: print("v"),
    });
  });

  it("updates what is different, or not known", () => {
    equal(short(line("w", WHOLE)), "update, writes value");
    equal(line("w", WHOLE).reason, undefined);
    equal(short(line("v", { ...WHOLE, fingerprints: {} })), "update, writes value");
  });

  it("writes references alone when they alone are missing", () => {
    const unmapped = { ...WHOLE, mapped: new Set<string>() };
    equal(short(line("v", unmapped)), "update, writes references");
    equal(short(line("w", unmapped)), "update, writes value");
    equal(short(line("", unmapped, { required: false })), "update, writes references");
  });

  it("refers to nothing that may be another secret's", () => {
    const moved = { ...WHOLE, bound: new Set<string>(), mapped: new Set<string>() };
    equal(short(line("", moved, { required: false })), "unchanged, writes nothing");
  });

  it("waits for a first value and keeps a later one", () => {
    const optional = { required: false };
    equal(line("", NOTHING, optional).verb, "waiting");
    equal(line("", WHOLE, optional).verb, "unchanged");
    equal(line("", WHOLE, optional).holds, print("v"));
  });

  it("refuses a required secret without a value, wherever it stands", () => {
    for (const standing of [NOTHING, WHOLE]) equal(short(line("", standing)), "refused, writes nothing");
  });

  it("refuses what has something in its way, even with a good value", () => {
    const refused = line("v", { ...WHOLE, obstacles: { [NAME]: "in the way" } });
    deepEqual([refused.verb, refused.reason, isChange(refused)], ["refused", "in the way", false]);
  });

  it("lets a default stand in for nothing and follow itself, but replace no other value", () => {
    const secret = { default: "d", required: false };
    equal(short(line("", NOTHING, secret)), "create, writes value");
    equal(short(line("", WHOLE, secret)), "unchanged, writes nothing");
    equal(short(line("", { ...WHOLE, defaulted: all }, secret)), "update, writes value");
    equal(short(line("w", WHOLE, secret)), "update, writes value");
  });

  it("never names a value", () => {
    const lines = [
      line("canary", NOTHING),
      line("canary", WHOLE),
      line("canary", WHOLE, { format: "number" }),
    ];
    equal(JSON.stringify(lines).includes("canary"), false);
  });

  it("tells what the run did before it looked again, with the later look's fingerprints", () => {
    const earlier: PlanLine = {
      name: NAME,
      verb: "create",
      writes: "value",
      fingerprint: "first",
      holds: "first",
    };
    const later: PlanLine = { name: NAME, verb: "unchanged", fingerprint: "second", holds: "second" };
    deepEqual(withEarlier([later], [earlier]), [{ ...later, verb: "create", writes: "value" }]);
    const refused: PlanLine = { name: NAME, verb: "refused", reason: "why" };
    deepEqual(withEarlier([refused], [earlier]), [refused]);
    deepEqual(withEarlier([later], [refused]), [later]);
  });
});

describe("a fingerprint", () => {
  it("is 43 characters that differ by key, name and value", () => {
    const value = new Secret("v");
    const prints = [
      fingerprint(KEY, NAME, value),
      fingerprint(newFingerprintKey(), NAME, value),
      fingerprint(KEY, "OTHER", value),
      fingerprint(KEY, NAME, new Secret("w")),
      fingerprint(KEY, `${NAME}\0`, value),
    ];
    equal(new Set(prints).size, prints.length);
    for (const each of prints) equal(/^[\w-]{43}$/.test(each), true);
    equal(fingerprint(KEY, NAME, new Secret("v")), prints[0]);
  });

  it("agrees with RFC 2104's HMAC as others compute it", () => {
    // python3: base64.urlsafe_b64encode(hmac.new(bytes(32), b"API_KEY\0v", "sha256").digest()).rstrip(b"=")
    const key = Buffer.alloc(32).toString("base64");
    equal(fingerprint(key, NAME, new Secret("v")), "v58lQjOvQQSi0JRJ5TXa42dC7pYoQBGJMAqNYtBLTvQ");
  });

  it("is made with keys of 32 bytes alone", () => {
    equal(isFingerprintKey(newFingerprintKey()), true);
    for (const text of ["", "c2hvcnQ=", "not base64 at all"]) equal(isFingerprintKey(text), false);
  });
});
