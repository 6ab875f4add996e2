import { randomInt } from "node:crypto";
import { JsonNumber } from "../../esc/json-number";
import { type Rotator, type RotatorObject, type RotatorSchema, SecretText } from "../../esc/rotator";

/** Kinds of characters, and those of each; `special` may be given others. */
const CHARACTERS = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
};
const DEFAULT_LENGTH = 16;
const [SHORTEST, LONGEST] = [8, 100];

const flags = Object.keys(CHARACTERS).map((kind) => [kind, { type: "boolean" }] as const);
const minima = Object.keys(CHARACTERS).map((kind) => [minimumKey(kind), { type: "number" }] as const);
const inputs: Record<string, RotatorSchema> = {
  ...Object.fromEntries([...flags, ...minima]),
  length: { type: "number" },
  overrideSpecial: { type: "string" },
};

/** The vendor's `password` rotator: random passwords by the documented rules; the last one stays readable. */
export const passwordRotator: Rotator = {
  inputs: { type: "object", properties: inputs },
  state: {
    type: "object",
    properties: { current: { type: "string" }, previous: { type: "string" } },
    required: ["current"],
  },
  open: (_inputs, state = {}) => {
    const passwords = Object.entries(state).map(([key, value]) => [key, new SecretText(textOf(value))]);
    return Object.fromEntries(passwords);
  },
  rotate: async (given, state) => ({
    current: new SecretText(makePassword(given)),
    ...(state && { previous: new SecretText(textOf(state.current)) }),
  }),
};

function makePassword(given: RotatorObject): string {
  const length = numberOf(given.length, DEFAULT_LENGTH);
  const kinds = Object.entries(CHARACTERS).filter(([kind]) => given[kind] !== false);
  const sets = kinds.map(([kind, characters]) => ({
    characters: kind === "special" ? textOf(given.overrideSpecial ?? characters) : characters,
    minimum: numberOf(given[minimumKey(kind)], 0),
  }));
  const needed = sets.reduce((sum, { minimum }) => sum + minimum, 0);
  const all = sets.map(({ characters }) => characters).join("");
  if (length < SHORTEST || length > LONGEST || needed > length || all === "")
    throw new Error(
      `invalid input: a length from ${SHORTEST} to ${LONGEST} that the minimum counts fit into`,
    );
  const demanded = sets.flatMap(({ characters, minimum }) => draw(characters, minimum));
  return shuffle([...demanded, ...draw(all, length - needed)]).join("");
}

function draw(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters[randomInt(characters.length)] ?? "");
}

function shuffle(letters: string[]): string[] {
  for (let last = letters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [letters[last], letters[other]] = [letters[other] ?? "", letters[last] ?? ""];
  }
  return letters;
}

function minimumKey(kind: string): string {
  return `min${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

function numberOf(data: unknown, otherwise: number): number {
  return data instanceof JsonNumber ? Number(data.text) : otherwise;
}

function textOf(data: unknown): string {
  return data instanceof SecretText ? data.text : String(data ?? "");
}
