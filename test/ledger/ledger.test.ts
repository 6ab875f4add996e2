import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import {
  EMPTY_LEDGER,
  EMPTY_LEDGER_TEXT,
  type Ledger,
  type LedgerEntry,
  parseLedger,
  renderLedger,
} from "../../src/ledger/ledger";
import { changed } from "../../src/ledger/ledger-store";
import type { Pause } from "../../src/ledger/pause";

const text = fc.string({ unit: "grapheme" });
const entry: fc.Arbitrary<LedgerEntry> = fc.record({
  fingerprint: text,
  source: text,
  changed: text,
  synced: text,
  run: fc.oneof(text, fc.nat().map(String)),
  commit: fc.oneof(text, fc.constantFrom("1e5", "0x1f", "null", "true", "~", "2025-07-07")),
});
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/);
const words = fc.oneof(
  fc.constantFrom("no", "1e5", "~", "[x]", "a: b", "- x", "# x", "'", '"', "key | value", "%", "wäre"),
  fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/),
);
const pause: fc.Arbitrary<Pause> = fc.record(
  { reason: words, by: words, since: words, until: words },
  { requiredKeys: ["reason", "by", "since"] },
);
const ledger: fc.Arbitrary<Ledger> = fc
  .record({
    key: fc.option(text, { nil: undefined }),
    revisions: fc.dictionary(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/), fc.nat()),
    secrets: fc.dictionary(name, entry),
    refused: fc.dictionary(name, fc.record({ times: fc.integer({ min: 1, max: 3 }), run: text })),
    paused: fc.option(pause, { nil: undefined }),
    untagged: fc.option(fc.constant(true as const), { nil: undefined }),
    cases: fc.option(fc.dictionary(name, fc.record({ id: words, by: words, since: words }), { minKeys: 1 }), {
      nil: undefined,
    }),
    held: fc.dictionary(
      name,
      fc.record(
        {
          code: fc.constantFrom("many" as const, "all-or-nothing" as const),
          why: words,
          run: text,
          at: text,
          page: text,
        },
        { requiredKeys: ["code", "why", "run", "at"] },
      ),
    ),
  })
  .map(({ paused, untagged, cases, held, ...rest }) => ({
    ...rest,
    ...(Object.keys(held).length === 0 ? {} : { held }),
    ...(paused === undefined ? {} : { paused }),
    ...(untagged === undefined ? {} : { untagged }),
    ...(cases === undefined ? {} : { cases }),
  }));
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe("the ledger", () => {
  it("reads back as it was written", () => {
    fc.assert(
      fc.property(ledger, (written) => {
        deepEqual(plain(parseLedger(renderLedger(written))), plain(written));
      }),
    );
  });

  it("has one text, whatever the order its names came in", () => {
    const turned = (record: Record<string, unknown>) => Object.fromEntries(Object.entries(record).reverse());
    fc.assert(
      fc.property(ledger, (written) => {
        const other = {
          ...written,
          revisions: turned(written.revisions) as Ledger["revisions"],
          secrets: turned(written.secrets) as Ledger["secrets"],
        };
        equal(renderLedger(other), renderLedger(written));
      }),
    );
  });

  it("holds its key as an ESC secret, and nothing else secret", () => {
    const rendered = renderLedger({ ...EMPTY_LEDGER, key: "k" });
    equal(
      rendered,
      "values:\n  ledger:\n    key:\n      fn::secret: k\n    revisions: {}\n    secrets: {}\n",
    );
  });

  it("reads without its key when the service shows only ciphertext", () => {
    const shown = renderLedger({ ...EMPTY_LEDGER, key: "k" }).replace(" k\n", " { ciphertext: abc }\n");
    deepEqual(parseLedger(shown), EMPTY_LEDGER);
  });

  it("reads as empty when it is new or no ledger", () => {
    for (const other of [
      EMPTY_LEDGER_TEXT,
      "",
      "values:\n  ledger: 5\n",
      "values: [1]",
      "text",
      "a: [",
      "a: 1\na: 2",
      "*nowhere",
      "!odd 5",
    ])
      deepEqual(parseLedger(other), EMPTY_LEDGER, other);
  });

  it("leaves out an entry that is not whole", () => {
    const whole = { fingerprint: "f", source: "A", changed: "c", synced: "s", run: "1", commit: "x" };
    const rendered = renderLedger({ ...EMPTY_LEDGER, secrets: { A: whole, B: whole } });
    const cut = rendered.replace('      run: "1"\n', "").replace('run: "1"', "run: 1");
    deepEqual(Object.keys(parseLedger(cut).secrets), []);
    deepEqual(Object.keys(parseLedger(rendered).secrets), ["A", "B"]);
  });
});

describe("a ledger that is edited in place, without being opened", () => {
  const CIPHERTEXT = "ZXNjeAAAAAGvRctm+/==";
  const shown = (written: Ledger) =>
    renderLedger({ ...written, key: "k" }).replace(
      "fn::secret: k\n",
      `fn::secret:\n        ciphertext: ${CIPHERTEXT}\n`,
    );

  it("is paused and resumed, and keeps all else, its key as ciphertext", () => {
    fc.assert(
      fc.property(ledger, pause, ({ paused: _, ...written }, paused) => {
        const edited = changed(shown(written), { paused }) ?? "";
        match(edited, new RegExp(`ciphertext: ${CIPHERTEXT.replace("+", "\\+")}\n`));
        deepEqual(plain(parseLedger(edited)), plain({ ...written, key: undefined, paused }));
        deepEqual(
          plain(parseLedger(changed(edited, { paused: undefined }) ?? "")),
          plain({ ...written, key: undefined }),
        );
      }),
    );
  });

  it("gets and loses entries of single secrets", () => {
    const whole = { fingerprint: "f", source: "A", changed: "c", synced: "s", run: "1", commit: "x" };
    const text = shown({ ...EMPTY_LEDGER, secrets: { A: whole, B: whole } });
    const entries = { A: { ...whole, run: "0" }, B: undefined, C: whole, D: undefined };
    const edited = changed(text, { entries }) ?? "";
    deepEqual(parseLedger(edited).secrets, { A: { ...whole, run: "0" }, C: whole });
    equal(changed(edited, { entries }), undefined, "twice is once");
  });

  it("gets and loses open cases, and keeps all else", () => {
    const open = { id: "i", by: "ada", since: "2026-03-01T09:00:00Z" };
    fc.assert(
      fc.property(ledger, ({ cases: _, ...written }) => {
        const edited = changed(shown(written), { cases: { API_KEY: open } }) ?? "";
        deepEqual(
          plain(parseLedger(edited)),
          plain({ ...written, key: undefined, cases: { API_KEY: open } }),
        );
        const ended = changed(edited, { cases: { API_KEY: undefined } }) ?? "";
        deepEqual(plain(parseLedger(ended)), plain({ ...written, key: undefined }));
        equal(changed(ended, { cases: { API_KEY: undefined } }), undefined, "twice is once");
      }),
    );
  });

  it("takes the place of what is not a ledger: a pause must always be possible", () => {
    for (const other of ["values: {}\n", "", "values: [1]\n", "a: [", "text", "values:\n  ledger: 5\n"]) {
      const edited = changed(other, { paused: { reason: "r", by: "b", since: "s" } }) ?? "";
      deepEqual(parseLedger(edited).paused, { reason: "r", by: "b", since: "s" }, other);
      match(edited, /\n {4}paused:\n {6}reason: r\n/, "block style, as the sync writes it");
    }
  });
});
