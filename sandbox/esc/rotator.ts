import type { JsonNumber } from "./json-number";

/** A text that is shown to nobody who may not open the environment. */
export class SecretText {
  constructor(readonly text: string) {}
}

/** What rotators are given and give: JSON, with the secrets in it marked. */
export type RotatorData =
  | null
  | boolean
  | string
  | JsonNumber
  | SecretText
  | RotatorData[]
  | { [key: string]: RotatorData };

/** The members of an object that a rotator is given. */
export type RotatorObject = Record<string, RotatorData>;

/** The part of JSON schema that rotators describe their inputs and state by. Further properties are let through. */
export interface RotatorSchema {
  type: "string" | "number" | "boolean" | "object";
  properties?: Record<string, RotatorSchema>;
  required?: readonly string[];
  /** Properties that are evaluated only while rotating, and for a check by whoever changes the environment. */
  rotateOnly?: readonly string[];
}

/** What stands behind `fn::rotate::NAME`; the vendor's `esc.Rotator`. */
export interface Rotator {
  inputs: RotatorSchema;
  /** Of the state; before the first rotation there is none. */
  state: RotatorSchema;
  /** The value of the expression. Rotate-only inputs are missing. @throws Error whose message becomes a diagnostic. */
  open(inputs: RotatorObject, state: RotatorObject | undefined): RotatorData;
  /** Makes new credentials where they are used. @returns the state to keep. @throws Error that never quotes a secret. */
  rotate(inputs: RotatorObject, state: RotatorObject | undefined): Promise<RotatorObject>;
}

/** The rotators that an evaluation knows, by name. */
export type Rotators = Readonly<Record<string, Rotator>>;

/** The rotator's name in `fn::rotate` calls: after the prefix, or in `provider`. */
export const SHORT_PREFIX = "fn::rotate::";
