import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { readHidden } from "../../src/cli/hidden-typing";

/** A terminal at which somebody types these chunks once it is in raw mode. */
class TypedKeyboard extends EventEmitter {
  readonly modes: boolean[] = [];

  constructor(private readonly chunks: readonly string[]) {
    super();
  }

  setRawMode(raw: boolean): void {
    this.modes.push(raw);
  }

  resume(): void {
    setImmediate(() => {
      for (const chunk of this.chunks) this.emit("data", Buffer.from(chunk));
    });
  }

  pause(): void {}
}

async function ask(...chunks: string[]): Promise<{ value: string; screen: string; keyboard: TypedKeyboard }> {
  const keyboard = new TypedKeyboard(chunks);
  let screen = "";
  const write = (text: string) => {
    screen += text;
  };
  const secret = await readHidden("Value", keyboard, { write });
  return { value: secret.unwrap(), screen, keyboard };
}

describe("a value typed in hiding", () => {
  it("ends with Enter, and nothing of it is shown", async () => {
    const { value, screen, keyboard } = await ask("can", "ary\r");
    assert.equal(value, "canary");
    assert.equal(screen, "Value: \n");
    assert.deepEqual(keyboard.modes, [true, false]);
    assert.equal(keyboard.listenerCount("data"), 0);
  });

  it("is hidden before it is asked for", async () => {
    const keyboard = new TypedKeyboard(["canary\r"]);
    const modes: boolean[][] = [];
    await readHidden("Value", keyboard, { write: () => modes.push([...keyboard.modes]) });
    assert.deepEqual(modes[0], [true]);
  });

  it("can be corrected", async () => {
    assert.equal((await ask("wrong\u0015canarx\u007fy\r")).value, "canary");
  });

  it("may be pasted, with the marks that terminals send around a paste", async () => {
    assert.equal((await ask("\u001b[200~can", "ary\u001b[201~", "\r")).value, "canary");
  });

  it("keeps characters of several bytes that come in two chunks", async () => {
    const keyboard = new TypedKeyboard([]);
    const asked = readHidden("Value", keyboard, { write: () => {} });
    const bytes = Buffer.from("ä\r");
    setImmediate(() => {
      keyboard.emit("data", bytes.subarray(0, 1));
      keyboard.emit("data", bytes.subarray(1));
    });
    assert.equal((await asked).unwrap(), "ä");
  });

  it("refuses a paste of several lines, whole, and says where it may come from", async () => {
    await assert.rejects(
      ask("-----BEGIN\rcanary\r"),
      /several lines.*on stdin: \.\/sophia-secrets set NAME < FILE/,
    );
    await assert.rejects(ask("one\r", "canary\r"), /several lines/);
  });

  it("is given up by Ctrl-C and Ctrl-D, and the terminal is as before", async () => {
    await assert.rejects(ask("canary\u0003"), /cancelled/);
    const keyboard = new TypedKeyboard(["canary\u0004"]);
    await assert.rejects(readHidden("Value", keyboard, { write: () => {} }), /ended before Enter/);
    assert.deepEqual(keyboard.modes, [true, false]);
  });
});
