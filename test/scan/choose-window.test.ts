import { deepEqual, equal, ok } from "node:assert/strict";
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { chooseWindow } from "../../src/operations/scan/choose-window";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** Random text; no byte is taken that would make one letter likelier. */
function random(alphabet: string, length: number): string {
  const most = 256 - (256 % alphabet.length);
  const bytes = [...randomBytes(length * 8)].filter((byte) => byte < most).slice(0, length);
  return bytes.map((byte) => alphabet[byte % alphabet.length]).join("");
}
const covered = (value: string) => typeof chooseWindow(value) !== "string";
const share = (make: () => string) => Array.from({ length: 300 }, make).filter(covered).length / 300;

describe("the window of a value", () => {
  it("is a part of the value", () => {
    const value = `sk-live-${random(LETTERS, 48)}`;
    const window = chooseWindow(value);
    ok(typeof window !== "string" && value.includes(window.toString()));
  });

  it("covers nearly all random keys of 32 characters and more", () => {
    const kinds: Record<string, () => string> = {
      hexadecimal: () => randomBytes(20).toString("hex"),
      "letters and digits": () => random(LETTERS, 32),
      base64: () => randomBytes(32).toString("base64"),
      uuid: randomUUID,
      "with a prefix": () => `lin_${random(LETTERS, 40)}`,
    };
    for (const [kind, make] of Object.entries(kinds)) ok(share(make) > 0.85, `${kind}: ${share(make)}`);
  });

  it("covers private keys by a line of their own, not by what all begin with", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const window = chooseWindow(pem);
    ok(typeof window !== "string");
    ok(pem.indexOf(window.toString()) > 200);
    deepEqual(chooseWindow(pem.replaceAll("\n", "\\n")), window, "also of one that is written in one line");
  });

  it("covers of an address with a login the password alone", () => {
    const password = random(LETTERS, 40);
    const window = chooseWindow(`postgres://app:${password}@db.internal.example:5432/app`);
    ok(typeof window !== "string" && password.includes(window.toString()));
    equal(
      covered(
        [
          "postgres:",
          "",
          "sophia:Winter2025Password@db-01.eu-central-1.rds.amazonaws.com:5432",
          "sophia",
        ].join("/"),
      ),
      false,
    );
  });

  it("leaves out what is short", () => {
    for (const value of ["", "hunter2", random(LETTERS, 16), "4711"]) equal(chooseWindow(value), "too short");
  });

  it("leaves out what people think of: words, names, repetitions, rows of keys, addresses", () => {
    for (const value of [
      "P4ssw0rd!P4ssw0rd!P4ssw0rd!2024",
      "correct-horse-battery-staple-2024",
      "SophiaAi2024!ProductionDatabase#1",
      "MeinHundHeisstFidoUndDeinHund2019",
      "Donaudampfschifffahrtsgesellschaft1",
      "My5ecretP4ss0fTheD4y1sL0ng",
      "qwertyuiopasdfghjklzxcvbnm1234567890",
      "0123456789abcdef0123456789abcdef",
      "aaaabbbbccccddddeeeeffff11112222",
      "4711-0815-4711-0815-4711-0815-1234",
      "00000000-0000-0000-0000-000000000000",
      "https://sophia.ai-cherry.internal:8443/api/v1/health",
      "arn:aws:iam::123456789012:role/sophia-production-deploy",
      "eu-central-1.production.database.sophia.internal",
      "change-me-before-going-to-production-please",
    ])
      equal(chooseWindow(value), "too guessable", value);
  });
});
