import { type Rotator, type RotatorData, type RotatorSchema, SecretText } from "../../sandbox/esc/rotator";

const text: RotatorSchema = { type: "string" };
const pair: RotatorSchema = {
  type: "object",
  properties: { name: text, password: text },
  required: ["name", "password"],
};

/** The oracle's own rotator, `turn` (sandbox/esc/oracle/main.go): what it does depends on inputs and state alone. */
export const turnRotator: Rotator = {
  inputs: {
    type: "object",
    properties: { user: text, manager: pair },
    required: ["manager", "user"],
    rotateOnly: ["manager"],
  },
  state: { type: "object", properties: { current: text, previous: text }, required: ["current", "previous"] },
  open: ({ user = null }, state = {}) => {
    const secrets = Object.entries(state).map(([key, value]) => [key, new SecretText(textOf(value))]);
    return { user, ...Object.fromEntries(secrets) };
  },
  rotate: async ({ manager }, state) => {
    const password = textOf((manager as { password: RotatorData }).password);
    if (password === "wrong") throw new Error("the manager was refused");
    const current = textOf(state?.current ?? "");
    return { current: new SecretText(`${current}+${password}`), previous: new SecretText(current) };
  },
};

function textOf(data: RotatorData): string {
  return data instanceof SecretText ? data.text : String(data);
}
