import { inspect } from "node:util";

const SHOWN = "[secret]";

/**
 * A secret value that cannot be printed by accident: text, JSON, templates, `console.log` and error dumps show
 * `[secret]`. The value lies in a private field, so enumerating or spreading an object does not carry it along.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, not where it is passed on. */
  unwrap(): string {
    return this.#value;
  }

  /** UTF-8 bytes, for limits that are in bytes. */
  get bytes(): number {
    return Buffer.byteLength(this.#value, "utf8");
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
