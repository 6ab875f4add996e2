import { equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import {
  bytesTogether,
  describeSizes,
  largestOf,
  MOST_OF_ONE,
  MOST_VARIABLE_BYTES,
  MOST_VARIABLES,
  type Sized,
} from "../../src/catalog/process-size";
import { skip } from "../skip";

/** Variables that have so many bytes together. */
function variablesOf(total: number, each = 48_000): Sized[] {
  const found: Sized[] = [];
  for (let left = total; left > 0; left -= bytesTogether(found.slice(-1))) {
    const name = `SECRET_${found.length}`;
    const bytes = Math.max(0, Math.min(each, left - bytesTogether([{ name, bytes: 0 }])));
    found.push({ name, bytes });
  }
  return found;
}

/** How the kernel takes them, with the stack that a machine has where nobody changed it. */
function startedWith(variables: readonly Sized[]): string {
  const env = Object.fromEntries(variables.map(({ name, bytes }) => [name, "x".repeat(bytes)]));
  const { error } = spawnSync("/bin/true", [], { env });
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "started";
}

describe("what a process can be given", () => {
  it("is what this machine's kernel takes, and not much less", function () {
    const stack = spawnSync("sh", ["-c", "ulimit -s"], { encoding: "utf8" }).stdout.trim();
    if (process.platform !== "linux" || stack !== "8192") skip(this, "not Linux with a stack of 8 MiB");
    equal(startedWith(variablesOf(MOST_VARIABLE_BYTES)), "started");
    equal(startedWith(variablesOf(MOST_VARIABLE_BYTES + 65_536)), "E2BIG");
    // Small ones count with their pointers: without these, 40,000 of them would seem to fit.
    equal(startedWith(variablesOf(MOST_VARIABLE_BYTES, 1)), "started");
    equal(startedWith(variablesOf(MOST_VARIABLE_BYTES + 65_536, 1)), "E2BIG");
    const one = (bytes: number) => [{ name: "A", bytes: bytes - "A=".length - 1 }];
    equal(startedWith(one(MOST_OF_ONE)), "started");
    equal(startedWith(one(MOST_OF_ONE + 1)), "E2BIG");
  });

  it("names the largest and their sizes in any order, and counts all of them", () => {
    const some = fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[A-Z]{1,8}$/), bytes: fc.nat(49_152) }),
      {
        selector: ({ name }) => name,
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(some, (variables) => {
        equal(describeSizes(variables), describeSizes([...variables].reverse()));
        const named = largestOf(variables);
        ok(variables.every((each) => named.includes(each) || each.bytes <= (named.at(-1)?.bytes ?? 1024)));
        ok(bytesTogether(variables) > variables.reduce((sum, { bytes }) => sum + bytes, 0));
      }),
    );
    equal(MOST_VARIABLES, "1,984 KiB");
    match(describeSizes(variablesOf(100_000)), /^98 KiB together, most of it SECRET_0 \(47 KiB\), SECRET_1 /);
  });
});
