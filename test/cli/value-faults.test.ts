import { equal, match, ok } from "node:assert/strict";
import { Clock, putSecret, type StartedGitHub, startGitHub } from "../github/started-github";
import { commandContext, runCommand } from "./command-context";
import { SEED } from "./small-organization";

const OLD = { OPENAI_API_KEY: "sk-canary-old", SMTP_PASSWORD: "canary-old" };
const NEW = { OPENAI_API_KEY: "sk-canary-new", SMTP_PASSWORD: "canary-new" };
const FILE = Object.entries(NEW)
  .map(([name, value]) => `${name}=${value}\n`)
  .join("");

const COMMANDS = {
  set: { line: "set OPENAI_API_KEY --replace", stdin: NEW.OPENAI_API_KEY },
  "sync-to-github": { line: "sync-to-github --from .env --replace", stdin: "" },
  "import-from-env": { line: "import-from-env --env-file .env --replace", stdin: "" },
};
/** Each lasts until the command gives up. */
const FAULTS = {
  "fails before it is carried out": { reset: "before" },
  "fails after it was carried out": { reset: "after" },
  "is answered with 500": { answer: { status: 500 } },
};
const NOT_CARRIED_OUT = {
  "is answered with 200": { answer: { status: 200, body: {} } },
  "is answered with 201": { answer: { status: 201, body: {} } },
  "is answered with 204": { answer: { status: 204 } },
};

describe("a command that sets values, when any one of its requests", () => {
  let github: StartedGitHub;
  // An injected answer has the machine's time, and GitHub's clock goes on with each case: it begins a day before.
  const clock = new Clock(Date.now() - 86_400_000);
  before(async () => {
    github = await startGitHub({ seed: SEED }, undefined, clock);
  });
  after(() => github.close());
  beforeEach(async () => {
    await restore();
    await github.fetch("/_sandbox/requests", { method: "DELETE" });
  });

  const run = ({ line, stdin }: { line: string; stdin: string }) =>
    runCommand(line, commandContext({ github }, { files: { ".env": FILE }, now: clock.now }), { stdin });
  const standing = () => {
    const all = github.service.hostOf("ai-cherry/carrier").organizationSecrets();
    return { OPENAI_API_KEY: all.OPENAI_API_KEY, SMTP_PASSWORD: all.SMTP_PASSWORD };
  };
  const requests = async () => (await (await github.fetch("/_sandbox/requests")).json()) as string[];
  const literally = (text: string) => text.replace(/[.?*+^$[\]\\(){}|]/g, "\\$&");

  const restore = async () => {
    github.faults.clear();
    for (const [name, value] of Object.entries(OLD))
      await putSecret(github.octokit(), name, value, { visibility: "all" });
    clock.forward(60);
  };

  /** Runs a command while one of its requests fails each time, and looks at what stands and what was told. */
  const failing = async (
    typed: { line: string; stdin: string },
    asked: readonly string[],
    index: number,
    fault: object,
  ) => {
    await restore();
    const request = asked[index] ?? "";
    const [method = "", whole = ""] = request.split(" ");
    const path = whole.replace(/^\/api\/v3/, "").replace(/\?.*/, "");
    const skip = asked.slice(0, index).filter((each) => each === request).length;
    github.faults.add({ method, path: `${literally(path)}(\\?|$)`, skip, times: 0, ...fault });
    const { code, stdout, stderr } = await run(typed);
    const now = standing();
    const told = `${request}\n${stdout}${stderr}`;
    equal(code, 2, told);
    match(stderr, /^error: .+\nRemedy: .+/m, told);
    for (const name of ["OPENAI_API_KEY", "SMTP_PASSWORD"] as const) {
      ok([OLD[name], NEW[name]].includes(now[name] ?? ""), `${name} after ${told}`);
      if (stdout.includes(`${name}: `)) equal(now[name], NEW[name], told);
    }
    return {
      stderr,
      now: { ...now } as Record<string, string | undefined>,
      name: path.split("/").at(-1) ?? "",
    };
  };
  const asks = async (typed: { line: string; stdin: string }) => {
    equal((await run(typed)).code, 0);
    const asked = await requests();
    ok(asked.length > 3, asked.join("\n"));
    return asked;
  };

  for (const [command, typed] of Object.entries(COMMANDS)) {
    for (const [what, fault] of Object.entries(FAULTS))
      it(`${what}: ${command} fails, tells what it set, and leaves the old value or the new`, async () => {
        const asked = await asks(typed);
        for (const index of asked.keys()) await failing(typed, asked, index, fault);
      });
    for (const [what, fault] of Object.entries(NOT_CARRIED_OUT))
      it(`${what}, and is not carried out: ${command} says so, and the old value stands`, async () => {
        const asked = await asks(typed);
        for (const [index, request] of asked.entries()) {
          if (!request.startsWith("PUT ")) continue;
          const { stderr, now, name } = await failing(typed, asked, index, fault);
          equal(now[name], (OLD as Record<string, string>)[name]);
          match(stderr, /GitHub says that it wrote/);
        }
      });
  }
});
