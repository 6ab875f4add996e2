import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { diagnosticLine, RemedyError, readDiagnostics } from "../../src/errors";
import { programError, programErrors, Refusal } from "../../src/resources/diagnostics";

const PROBLEM = {
  code: "tombstone-due",
  subject: "OLD_KEY",
  cause: "expired on 2026-01-01: up deletes it",
  remedy: "remove its entry",
};
const { remedy: _, ...FACT } = { ...PROBLEM, code: "a-fact" };

describe("a diagnostic of the program", () => {
  it("is read again as it was written, with a remedy or without", () => {
    const text = [PROBLEM, FACT].map(diagnosticLine).join("\n");
    assert.deepEqual(readDiagnostics(text), [PROBLEM, FACT]);
  });

  it("is read after what the engine puts before it", () => {
    assert.deepEqual(readDiagnostics(`warning: ${diagnosticLine(PROBLEM)}\n`), [PROBLEM]);
    assert.deepEqual(readDiagnostics(`\n    warning: ${diagnosticLine(FACT)}`), [FACT]);
  });

  it("is found among other lines, and other brackets are none", () => {
    const text = `Previewing update\n[No Code] x: y\n[x]\n  ${diagnosticLine(PROBLEM)}\nResources: 3`;
    assert.deepEqual(readDiagnostics(text), [PROBLEM]);
  });

  it("is the message of what ends the program, and of what a hook throws", () => {
    for (const error of [programError(PROBLEM), programErrors("Nothing was declared", [PROBLEM])]) {
      assert.ok(error instanceof pulumi.RunError, "printed without a stack trace");
      assert.deepEqual(readDiagnostics(error.message), [PROBLEM]);
    }
    const refusal = new Refusal(PROBLEM);
    assert.ok(refusal instanceof RemedyError);
    assert.deepEqual(readDiagnostics(refusal.message), [PROBLEM]);
  });
});
