import { deepEqual } from "node:assert/strict";
import { runProgram } from "../../src/cli/program";
import { RemedyError } from "../../src/errors";
import { heardTerminal } from "./heard-terminal";

describe("an error of a command", () => {
  const lines = async (thing: string, reason: string) => {
    const heard = { stdout: "", stderr: "" };
    const failing = async () => {
      throw new RemedyError({ code: "?", subject: thing, cause: reason, remedy: "mend it" });
    };
    await runProgram(["status"], failing, heardTerminal(heard));
    return heard.stderr.trimEnd().split("\n");
  };

  it("says thing, cause and remedy in one line", async () => {
    deepEqual(await lines("KEY", "it is wrong"), ["error: KEY: it is wrong. Remedy: mend it"]);
  });

  it("has the remedy in a line of its own behind several names, and behind a list of problems", async () => {
    deepEqual(await lines("ONE_KEY, OTHER_KEY", "they are wrong"), [
      "error: ONE_KEY, OTHER_KEY: they are wrong",
      "  Remedy: mend it",
    ]);
    deepEqual(await lines("file", "2 problems\n  - one\n  - other"), [
      "error: file: 2 problems",
      "  - one",
      "  - other",
      "  Remedy: mend it",
    ]);
  });
});
