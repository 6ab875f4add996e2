import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { LARGEST_VALUE } from "../../src/catalog/formats";
import { SENTINEL } from "../../src/catalog/layout";
import { chooseValue } from "../../src/sync/given-values";
import type { JobSecret } from "../../src/sync/job-catalog";
import { jobSecret } from "./small-job";

const KEY = jobSecret("API_KEY", { aliases: ["OLD_KEY", "OLDEST_KEY"] });

function reasonOf(secret: JobSecret, input: Record<string, string | undefined>, kind = "refused"): string {
  const choice = chooseValue(secret, input);
  equal(choice.kind, kind);
  return choice.kind === "value" ? "" : choice.reason;
}

function chosen(secret: JobSecret, input: Record<string, string>): [value: string, source: string] {
  const choice = chooseValue(secret, input);
  if (choice.kind !== "value") throw new Error(choice.reason);
  return [choice.value.unwrap(), choice.source];
}

describe("choosing a secret's value", () => {
  it("takes the secret's own name first, then its aliases in order", () => {
    deepEqual(chosen(KEY, { API_KEY: "v", OLD_KEY: "v" }), ["v", "API_KEY"]);
    deepEqual(chosen(KEY, { OLDEST_KEY: "v", OLD_KEY: "v" }), ["v", "OLD_KEY"]);
    deepEqual(chosen(KEY, { OLDEST_KEY: "v" }), ["v", "OLDEST_KEY"]);
  });

  it("passes over names that are empty or hold the placeholder", () => {
    deepEqual(chosen(KEY, { API_KEY: SENTINEL, OLD_KEY: "", OLDEST_KEY: "v" }), ["v", "OLDEST_KEY"]);
  });

  it("refuses two different values, naming both names and quoting neither", () => {
    const reason = reasonOf(KEY, { API_KEY: "one-value", OLDEST_KEY: "two-value" });
    match(reason, /API_KEY and OLDEST_KEY hold different values/);
    doesNotMatch(reason, /one-value|two-value/);
  });

  it("refuses values that differ by a line end alone", () => {
    match(reasonOf(KEY, { API_KEY: "v", OLD_KEY: "v\n" }), /different values/);
  });

  it("refuses what no request could carry, a placeholder too, and says which name holds it", () => {
    const key = { ...KEY, format: "openai-key" } as const;
    match(reasonOf(key, { OLD_KEY: "sk-hidden\r" }), /^the value of OLD_KEY contains a carriage return$/);
    match(
      reasonOf(key, { API_KEY: "sk-\u200bhidden" }),
      /^the value of API_KEY contains an invisible character/,
    );
    match(reasonOf(KEY, { API_KEY: "changeme" }), /^the value of API_KEY is a placeholder/);
  });

  it("takes what has blank ends where its format is any text, with a warning", () => {
    const choice = chooseValue(KEY, { OLD_KEY: "hidden " });
    equal(
      choice.kind === "value" && choice.warning,
      "the value of OLD_KEY begins or ends with a blank or a line end",
    );
  });

  it("tells a secret that nobody has set from one that did not arrive", () => {
    for (const placeholder of [SENTINEL, `${SENTINEL}\n`, ` ${SENTINEL}`])
      match(reasonOf(KEY, { API_KEY: placeholder }), /nobody has set it/);
    match(reasonOf(KEY, { OLD_KEY: SENTINEL }), /nobody has set it/);
    match(reasonOf(KEY, { API_KEY: "" }), /^came empty: it is not in GitHub, .*first 100/);
    for (const input of [{}, { API_KEY: undefined }])
      match(reasonOf(KEY, input), /^API_KEY or OLD_KEY or OLDEST_KEY is not set where the sync runs$/);
  });

  it("lets a secret wait that is not required", () => {
    const secret = { ...KEY, required: false };
    match(reasonOf(secret, {}, "none"), /is not set/);
    match(reasonOf(secret, { API_KEY: SENTINEL }, "none"), /nobody has set it/);
  });

  it("uses the default where GitHub holds nothing, and only there", () => {
    const secret = { ...KEY, default: "public" };
    deepEqual(chosen(secret, {}), ["public", "default"]);
    deepEqual(chosen(secret, { API_KEY: SENTINEL }), ["public", "default"]);
    deepEqual(chosen(secret, { API_KEY: "v" }), ["v", "API_KEY"]);
  });

  it("refuses white space alone, however it is made", () => {
    for (const value of [" ", "\n", "\t \r\n", "\u00a0", "\u3000"])
      match(reasonOf(KEY, { API_KEY: value }), /API_KEY is only white space/);
  });

  it("keeps white space around a value", () => {
    deepEqual(chosen(KEY, { API_KEY: "  v \n" }), ["  v \n", "API_KEY"]);
  });

  it("refuses a NUL byte and half a surrogate pair by name", () => {
    match(reasonOf(KEY, { API_KEY: "be\0fore" }), /API_KEY holds a NUL byte/);
    match(reasonOf(KEY, { API_KEY: "half \ud83d" }), /API_KEY is not well-formed Unicode/);
    match(reasonOf(KEY, { API_KEY: "\udc00half" }), /not well-formed/);
    deepEqual(chosen(KEY, { API_KEY: "whole \u{1f600}" })[0], "whole \u{1f600}");
  });

  it("takes 49,152 bytes and refuses 49,153, counting bytes and not letters", () => {
    equal(LARGEST_VALUE, 49_152);
    equal(chosen(KEY, { API_KEY: "a".repeat(49_152) })[0].length, 49_152);
    match(reasonOf(KEY, { API_KEY: "a".repeat(49_153) }), /has 49153 bytes; GitHub's limit is 49152/);
    equal(chosen(KEY, { API_KEY: "€".repeat(16_384) })[0].length, 16_384);
    match(reasonOf(KEY, { API_KEY: `${"€".repeat(16_384)}a` }), /has 49153 bytes/);
  });

  it("refuses what is not of the declared format, naming where it was read and never the value", () => {
    const cases: [JobSecret["format"], string][] = [
      ["openai-key", "pk-canary-0001"],
      ["private-key", "-----BEGIN PRIVATE KEY-----\ncanary-0001"],
      ["https-url", "http://canary-0001"],
      ["number", "canary-0001"],
    ];
    for (const [format, value] of cases) {
      const reason = reasonOf({ ...KEY, format }, { OLD_KEY: value });
      match(reason, /^the value of OLD_KEY must be /);
      doesNotMatch(reason, /canary/);
    }
  });
});
