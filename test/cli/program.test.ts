import { deepEqual, equal } from "node:assert/strict";
import { EXIT } from "../../src/cli/command";
import { runProgram } from "../../src/cli/program";
import { type Problem, RemedyError } from "../../src/errors";
import { heardTerminal } from "./heard-terminal";

const PROBLEM: Problem = { code: "key-wrong", subject: "KEY", cause: "it is wrong", remedy: "fix it" };

/** What a command says whose context cannot be made. */
async function failing(error: unknown, argv: readonly string[] = ["status"]) {
  const heard = { stdout: "", stderr: "" };
  const open = async () => {
    throw error;
  };
  const code = await runProgram(argv, open, open, heardTerminal(heard));
  return { ...heard, code };
}

describe("an error of a command", () => {
  it("says subject and cause in one line, and the remedy in the next", async () => {
    deepEqual(await failing(new RemedyError(PROBLEM)), {
      stdout: "",
      stderr: "error: KEY: it is wrong\nRemedy: fix it\n",
      code: EXIT.failed,
    });
  });

  it("shows all problems at once, each with its own remedy, and the common one once", async () => {
    const other = { ...PROBLEM, subject: "OTHER", remedy: "leave it out" };
    const heading = { code: "file-invalid", subject: ".env", cause: "2 problems", remedy: "fix it" };
    const { stderr } = await failing(new RemedyError(heading, { problems: [PROBLEM, other] }));
    deepEqual(stderr.trimEnd().split("\n"), [
      "error: .env: 2 problems",
      "  - KEY: it is wrong",
      "  - OTHER: it is wrong",
      "    Remedy: leave it out",
      "Remedy: fix it",
    ]);
  });

  it("keeps the lines of a cause that has several, such as Pulumi's own words", async () => {
    const { stderr } = await failing(new RemedyError({ ...PROBLEM, cause: "it ended with 1:\none\ntwo\n" }));
    deepEqual(stderr.trimEnd().split("\n"), ["error: KEY: it ended with 1:", "one", "two", "Remedy: fix it"]);
  });

  it("is data on stdout for a program that asked for JSON, and says the same to a person", async () => {
    const { stdout, stderr } = await failing(new RemedyError(PROBLEM), ["status", "--json"]);
    deepEqual(JSON.parse(stdout), { error: { ...PROBLEM, problems: [] } });
    equal(stderr, "error: KEY: it is wrong\nRemedy: fix it\n");
  });

  it("is data too where the usage is wrong", async () => {
    const { stdout } = await failing(undefined, ["status", "--json", "--nothing"]);
    equal(JSON.parse(stdout).error.code, "usage-invalid");
  });

  it("takes a --json behind -- for another command's", async () => {
    const argv = ["run-as", "audit", "--", "jq", "--json"];
    equal((await failing(new RemedyError(PROBLEM), argv)).stdout, "");
  });

  it("says only the kind of an error that is not ours: its message may quote a value", async () => {
    const { stderr, stdout } = await failing(new TypeError("canary is not a key"), ["status", "--json"]);
    equal(`${stdout}${stderr}`.includes("canary"), false);
    equal(JSON.parse(stdout).error.code, "unexpected-error");
    equal(stderr.split("\n")[0], "error: sophia-secrets: an unexpected TypeError");
  });
});
