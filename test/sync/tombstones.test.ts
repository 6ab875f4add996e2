import assert from "node:assert/strict";
import { newFingerprintKey } from "../../src/ledger/fingerprint";
import { EMPTY_LEDGER } from "../../src/ledger/ledger";
import { ownPart, withPart } from "../../src/ledger/ledger-store";
import { Secret } from "../../src/secret";
import { advanceLedger } from "../../src/sync/advance-ledger";
import { catalogOn } from "../../src/sync/catalog-day";
import type { JobSecret } from "../../src/sync/job-catalog";
import { type CurrentValue, type PlanLine, plan } from "../../src/sync/plan";
import { ValuesText } from "../../src/sync/values-text";
import { jobCatalog, jobSecret } from "./small-job";

const KEY = newFingerprintKey();
const DAY = "2026-12-31";
const BEFORE = "2026-12-30";

const on = (secret: JobSecret, today: string): JobSecret => {
  const [marked] = catalogOn(jobCatalog([secret]), today).secrets;
  assert.ok(marked !== undefined);
  return marked;
};
const textOf = (text = "values: {}\n") => new ValuesText(text, "app", "default/x");

/** What a text says of one secret. */
function standingOf(text: ValuesText, secret: JobSecret): CurrentValue {
  const when = (is: boolean) => new Set(is ? [secret.name] : []);
  return {
    present: when(text.has(secret)),
    bound: when(text.isBound(secret)),
    mapped: when(text.isMapped(secret)),
    remaining: when(text.remains(secret)),
    outlived: when(text.hasOutlived(secret)),
    obstacles: { [secret.name]: text.obstacle(secret) },
    fingerprints: {},
    defaulted: new Set(),
    newer: {},
  };
}

function lineOf(text: ValuesText, secret: JobSecret, input: Record<string, string> = {}): PlanLine {
  const [line] = plan([secret], input, standingOf(text, secret), KEY);
  assert.ok(line !== undefined);
  return line;
}

/** The text after a first sync of these. */
function synced(...secrets: JobSecret[]): ValuesText {
  const text = textOf();
  for (const secret of secrets) {
    text.set(secret, new Secret(`value of ${secret.name}`));
    text.map(secret);
  }
  return textOf(text.toString());
}

describe("a secret with a tombstone, in the sync", () => {
  const going = jobSecret("GOING_KEY", {
    tombstone: DAY,
    required: false,
    paths: ["deep.going_key", "other_key"],
    pulumiConfig: "going",
  });
  const staying = jobSecret("STAYING_KEY");

  it("is synced as ever before its day, and each run says when it goes", () => {
    const secret = on(going, BEFORE);
    assert.equal(lineOf(textOf(), secret, { GOING_KEY: "v" }).verb, "create");
    assert.equal(lineOf(synced(going), secret, { GOING_KEY: "another" }).verb, "update");
    for (const line of [lineOf(synced(going), secret), lineOf(textOf(), secret)]) {
      assert.deepEqual([line.verb, line.writes, line.reason], ["tombstone", undefined, `expires on ${DAY}`]);
    }
  });

  it("is deleted on its day, with everything that refers to it, and nothing else is", () => {
    const secret = on(going, DAY);
    const text = synced(staying, going);
    const { verb, writes, gone } = lineOf(text, secret, { GOING_KEY: "still in GitHub" });
    assert.deepEqual([verb, writes, gone], ["delete", "removal", true]);
    text.remove(secret);
    assert.equal(text.toString(), synced(staying).toString());
    assert.equal(lineOf(text, secret).verb, "unchanged");
  });

  it("leaves an empty text behind when it was the last", () => {
    const text = synced(going);
    text.remove(on(going, DAY));
    assert.equal(text.toString(), "values: {}\n");
  });

  it("is not deleted where a person put something else in its place", () => {
    const text = textOf("values:\n  app:\n    deep:\n      going_key: by hand\n");
    const { verb, writes, reason = "" } = lineOf(text, on(going, DAY));
    assert.deepEqual([verb, writes], ["refused", undefined]);
    assert.ok(!reason.includes("by hand"));
  });

  it("keeps references that a person pointed elsewhere", () => {
    const text = synced(going);
    const edited = text.toString().replace("GOING_KEY: $", "GOING_KEY: mine $");
    assert.equal(lineOf(textOf(edited), on(going, DAY)).verb, "refused");
  });

  it("leaves the ledger, also when it was gone before", () => {
    const entry = { fingerprint: "f", source: "GOING_KEY", changed: "t", synced: "t", run: "1", commit: "c" };
    const ledger = { ...EMPTY_LEDGER, key: KEY, secrets: { GOING_KEY: entry, STAYING_KEY: entry } };
    const identity = { run: "2", commit: "c", now: "2027-01-01T00:00:00Z" };
    for (const text of [synced(going), textOf()]) {
      const lines = [lineOf(text, on(going, DAY))];
      const next = advanceLedger(ledger, [{ group: "api-keys", lines, revision: 7 }], identity);
      assert.deepEqual(Object.keys(next.secrets), ["STAYING_KEY"]);
      assert.equal(next.revisions["api-keys"], 7);
    }
  });
});

describe("a renamed secret, in the sync", () => {
  const old = jobSecret("OLD_KEY");
  const renamed = jobSecret("NEW_KEY", {
    aliases: ["OLD_KEY"],
    paths: ["new_key", "old_key"],
    former: { name: "OLD_KEY", path: "old_key", tombstone: DAY },
  });

  it("takes the old name's value and place over: both keys and both variables stand", () => {
    const text = synced(old);
    const secret = on(renamed, BEFORE);
    assert.equal(lineOf(text, secret, { OLD_KEY: "value" }).verb, "create");
    text.set(secret, new Secret("value"));
    text.map(secret);
    assert.match(text.toString(), /new_key:\n? +fn::secret: "value"/);
    assert.match(text.toString(), /old_key: \$\{app\.new_key\}/);
    assert.match(text.toString(), /OLD_KEY: \$\{app\.new_key\}/);
    assert.match(text.toString(), /NEW_KEY: \$\{app\.new_key\}/);
    assert.ok(text.isMapped(secret));
  });

  it("says, when the old name is about to go, that the new one has no value of its own yet", () => {
    const secret = on(renamed, BEFORE);
    const said = "has its value under OLD_KEY alone, which expires on 2026-12-31: set NEW_KEY";
    assert.equal(lineOf(textOf(), secret, { OLD_KEY: "value" }).reason, said);
    assert.equal(lineOf(textOf(), secret, { NEW_KEY: "value", OLD_KEY: "value" }).reason, undefined);
  });

  it("refuses two different values, and names both", () => {
    const { verb, reason } = lineOf(textOf(), on(renamed, BEFORE), { NEW_KEY: "a", OLD_KEY: "b" });
    assert.equal(verb, "refused");
    assert.match(reason ?? "", /NEW_KEY and OLD_KEY hold different values/);
  });

  it("loses the old name on its day: neither read nor kept, the value stays", () => {
    const text = synced(on(renamed, BEFORE));
    const secret = on(renamed, DAY);
    assert.deepEqual([secret.aliases, secret.paths], [[], ["new_key"]]);
    const line = lineOf(text, secret, { NEW_KEY: "value", OLD_KEY: "of other times" });
    assert.notEqual(line.verb, "refused");
    const { verb, writes, reason } = lineOf(text, { ...secret, required: false });
    assert.deepEqual([verb, writes, reason], ["update", "references", "its old name was due to go"]);
    text.map(secret);
    assert.ok(!/old_key/i.test(text.toString()), text.toString());
    assert.match(text.toString(), /NEW_KEY: \$\{app\.new_key\}/);
  });

  it("goes with both names when its own tombstone is due", () => {
    const text = synced(on({ ...renamed, tombstone: DAY }, BEFORE));
    text.remove(on({ ...renamed, tombstone: DAY }, DAY));
    assert.equal(text.toString(), "values: {}\n");
  });
});

describe("a ledger that carriers share", () => {
  const whole = {
    ...EMPTY_LEDGER,
    key: KEY,
    revisions: { "keys@left": 4, "keys@right": 5, "tokens@left": 2 },
  };

  it("shows each carrier its own revisions, by group", () => {
    assert.deepEqual(ownPart(whole, "left").revisions, { keys: 4, tokens: 2 });
    assert.deepEqual(ownPart(whole, "right").revisions, { keys: 5 });
    assert.equal(ownPart(whole, undefined), whole);
  });

  it("keeps the others' when one writes", () => {
    const part = { ...ownPart(whole, "left"), revisions: { keys: 6 } };
    assert.deepEqual(withPart(whole, part, "left").revisions, { "keys@right": 5, "keys@left": 6 });
    assert.equal(withPart(whole, part, undefined), part);
  });
});
