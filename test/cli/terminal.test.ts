import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseCommand } from "../../sandbox/runner/workflow-command";
import { Secret } from "../../src/secret";
import { createRunner } from "../../src/sync/runner";
import { env, ORG, team } from "../pulumi-cloud/cloud-fixture";
import { startAuditing } from "./auditing";
import { heardTerminal } from "./heard-terminal";
import { GROUP, VersionsStage } from "./versions-stage";

/** Texts that speak for the program to whoever does not look. */
const EVIL = [
  "x\n::stop-commands::zz\n::add-mask::production\n\u001bc",
  "::add-mask::production",
  " \t ::error::all is well",
  "a ##[add-mask]production",
  "###[stop-commands]zz",
  "\u001b[1A\u001b[2K",
  "x\r0 wrong",
  "\u2028::add-mask::x",
  "\u202etxet",
  "\ufeff::add-mask::x",
  "\u{e0001}\u0085\u009b2K",
];
const commandsIn = (text: string) => text.split(/\r\n|\r|\n/).filter((line) => parseCommand(line, "zz"));

function spoken(speak: (terminal: ReturnType<typeof heardTerminal>) => void, isTTY = false) {
  const heard = { stdout: "", stderr: "" };
  speak(heardTerminal(heard, isTTY));
  return heard;
}

describe("a line that a command prints or says", () => {
  it("stays one line, shows what would not show, and is not a command to GitHub's runner", () => {
    for (const text of EVIL) {
      for (const method of ["print", "say", "progress"] as const) {
        const { stdout, stderr } = spoken((terminal) => terminal[method](text));
        match(`${stdout}${stderr}`, /^[^\p{C}\p{Zl}\p{Zp}]*\n$/u, JSON.stringify(text));
        deepEqual(commandsIn(`${stdout}${stderr}`), []);
      }
    }
    equal(spoken(({ print }) => print("x\n\u001b[2K")).stdout, "x\\u000a\\u001b[2K\n");
  });

  it("is left alone where it holds nothing of the kind", () => {
    const plain = "urn:pulumi:live::app::github:Slot::A_KEY  é 鍵 🔑  #1 [x] \\u000a";
    equal(spoken(({ print }) => print(plain)).stdout, `${plain}\n`);
  });

  it("erases nothing on a terminal but the line before it", () => {
    const { stderr } = spoken((terminal) => {
      terminal.progress("one\u001b[1A");
      terminal.say("two");
    }, true);
    equal(stderr, "\r\u001b[2Kone\\u001b[1A\r\u001b[2Ktwo\n");
  });

  it("means the same JSON as before", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (values) => {
        const told = { values, evil: EVIL };
        const { stdout } = spoken(({ print }) => print(JSON.stringify(told)));
        deepEqual(JSON.parse(stdout), told);
        doesNotMatch(stdout.trimEnd(), /[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it("has one channel to the runner, which hides a value on stderr", () => {
    const { stdout, stderr } = spoken(({ mask }) => mask(new Secret("50%\nx")));
    deepEqual([stdout, stderr], ["", "::add-mask::50%25%0Ax\n"]);
  });
});

describe("a line of the sync job", () => {
  it("is not a command but where the job means one", () => {
    const lines: string[] = [];
    const runner = createRunner({ GITHUB_ACTIONS: "true" }, (line) => lines.push(line));
    const byHand = createRunner({}, (line) => lines.push(line));
    for (const text of EVIL) {
      runner.print(text);
      byHand.print(text);
      byHand.complain(text);
    }
    deepEqual(commandsIn(lines.join("\n")), []);
    equal(lines.length, EVIL.length * 3);
    ok(lines.every((line) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(line)));
    lines.length = 0;
    runner.complain("100%\n\u001bc");
    deepEqual(lines, ["::error title=sync_secrets::100%25\\u000a\\u001bc"]);
  });
});

describe("names of someone else's", () => {
  const KEY = "x\\n::stop-commands::zz\\n::add-mask::production\\n\\ec";

  it("out of ESC speak to no runner in status, history and verify", async () => {
    const stage = await VersionsStage.start();
    try {
      await stage.sync({ ALPHA_KEY: "a1", DB_PASSWORD: "d1" });
      await stage.edit(GROUP.keys, `${await stage.text(GROUP.keys)}  "${KEY}": y\n`);
      for (const command of ["status", "status --all", "history production", "verify"]) {
        const { stdout, stderr } = await stage.run(command);
        deepEqual(commandsIn(`${stdout}${stderr}`), [], command);
        doesNotMatch(`${stdout}${stderr}`, /(?!\n)\p{C}/u, command);
      }
      match((await stage.run("status")).stdout, /x\\u000a::stop-commands::zz\\u000a/);
    } finally {
      await stage.close();
    }
  });

  it("of a team's token erase no row of the audit", async () => {
    const auditing = await startAuditing();
    try {
      const { cloud, command } = auditing;
      await cloud.environment("default/app-production", "values: {}\n");
      await team(cloud, "evil", [], { "default/app-production": "open" });
      const name = "x\n::add-mask::opened\n\u001b[1A\u001b[2K";
      const tokens = `/api/orgs/${ORG}/teams/evil/tokens`;
      const { tokenValue } = (await cloud.call("POST", tokens, { body: { name, description: "" } })).json;
      await cloud.call("POST", env("default/app-production", "/open?duration=1h0m0s"), { token: tokenValue });
      match((await command("audit --since 1h")).stdout, /evil +production +opened/);
      const { stdout } = await command("audit --since 1h --all");
      deepEqual(commandsIn(stdout), []);
      match(stdout, /x\\u000a::add-mask::opened\\u000a\\u001b\[1A\\u001b\[2K.*opened/);
    } finally {
      await auditing.close();
    }
  });
});
