import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFile } from "../../src/cli/open-context";
import { RemedyError } from "../../src/errors";
import { parseCase } from "./golden-case";
import { startWorld, type World } from "./run-case";

const CANARY = "canary";
/** Lines that every command takes, if it takes .env files. */
const LINES = `OPENAI_API_KEY=sk-${CANARY}\n`;

/** Every command line that reads a file of lines NAME=value; F is the file. */
const ENV_COMMANDS = [
  "configure-github --env-file F --repo carrier --dry-run",
  "detect-missing --env-file F",
  "import-env F --stack production --dry-run",
  "import-from-env --env-file F --dry-run",
  "setup-repo --name carrier --source-env F --dry-run",
  "sync-all --from F --environment production --dry-run",
  "sync-to-github --from F --dry-run",
  "sync-to-pulumi --from F --environment production --dry-run",
  "validate --env-file F",
];

/** Those that read another kind of file. */
const OTHER_COMMANDS = [
  "plan-comment --plan F",
  "scan {dir}/empty --filter F",
  "scan {dir}/empty --baseline F",
  "scan-filter --check --file F",
  "generate-template --output-file F --check",
];

/** What is no readable file at all, and what its refusal says. */
const NO_FILES: readonly (readonly [what: string, name: string, cause: RegExp])[] = [
  ["is a folder", "folder", /folder|directory|EISDIR|no plain file/],
  ["is not there", "missing", /no such file|not there|ENOENT|cannot be read|nothing there/],
  ["is a link to nothing", "dangling", /no such|not there|ENOENT|link|cannot be read/],
  ["is a link to itself", "loop", /no such file|ELOOP|link|cannot be read|not there/],
  ["has 1 GiB", "huge", /large|more than|bytes|MB|is no/],
];

/** What is a file and holds no lines, and what its refusal says. */
const NO_LINES: readonly (readonly [what: string, name: string, cause: RegExp])[] = [
  ["is binary", "binary", /UTF-8|UTF-16 text or binary/],
  ["is UTF-16 of Windows", "utf16le", /UTF-16/],
  ["is UTF-16 in the other order", "utf16be", /UTF-16/],
  ["has a name twice", "twice", /line 3: OPENAI_API_KEY is there twice, first in line 1/],
];

/** A template that is not there differs from the catalog: CI is told so by exit code 1. */
const isMissingFine = (command: string, name: string) =>
  command.startsWith("generate-template") && name === "missing";

describe("a file that a command reads", function () {
  this.timeout(120_000);
  let dir: string;
  let world: World;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "bad-files-"));
    const put = (name: string, bytes: string | Buffer) => writeFileSync(join(dir, name), bytes);
    mkdirSync(join(dir, "folder"));
    mkdirSync(join(dir, "empty"));
    symlinkSync("nowhere", join(dir, "dangling"));
    symlinkSync("loop", join(dir, "loop"));
    put("huge", "");
    truncateSync(join(dir, "huge"), 1024 ** 3);
    put("binary", Buffer.concat([Buffer.from("A="), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(CANARY)]));
    put("utf16le", Buffer.from(`\ufeff${LINES}`, "utf16le"));
    put("utf16be", Buffer.from(`\ufeff${LINES}`, "utf16le").swap16());
    put("twice", `${LINES}\nOPENAI_API_KEY=sk-${CANARY}2\n`);
    put("mark", `\ufeff${LINES}`);
    put("crlf", `# a\r\n${LINES.replace("\n", "\r\n")}`);
    put("lines", LINES);
    symlinkSync("lines", join(dir, "link"));
    const github = { secrets: { OPENAI_API_KEY: { visibility: "all" as const } } };
    world = await startWorld(
      parseCase({ shows: "", command: "", token: "arranging-token", github, ledger: {}, opened: {} }),
    );
  });
  after(async () => {
    await world.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const run = (command: string, name: string) =>
    world.run(command.replaceAll("{dir}", dir).replace("F", join(dir, name)), { readFile });

  async function refuses(command: string, name: string, cause: RegExp): Promise<void> {
    const { code, stdout, stderr, writes } = await run(command, name);
    assert.equal(code, 2, `${code}\n${stdout}${stderr}`);
    assert.match(stderr, /^error: .+: .+(\n {2}- .+)*\nRemedy: .+/m);
    assert.match(stderr, cause);
    assert.doesNotMatch(stderr, /unexpected/);
    assert.ok(!`${stdout}${stderr}`.includes(CANARY), "it shows a value");
    assert.deepEqual(writes, []);
  }

  for (const command of [...ENV_COMMANDS, ...OTHER_COMMANDS])
    for (const [what, name, cause] of NO_FILES.filter(([, name]) => !isMissingFine(command, name)))
      it(`that ${what} is refused by ${command}`, () => refuses(command, name, cause));

  for (const command of ENV_COMMANDS) {
    for (const [what, name, cause] of NO_LINES)
      it(`that ${what} is refused by ${command}`, () => refuses(command, name, cause));
    for (const [what, name] of [
      ["has a byte order mark", "mark"],
      ["has line ends of Windows", "crlf"],
      ["is a link to a file", "link"],
    ] as const)
      it(`that ${what} is taken by ${command}, as without`, async () => {
        const [plain, other] = [await run(command, "lines"), await run(command, name)];
        const same = (text: string) =>
          text.replaceAll(join(dir, name), "F").replaceAll(join(dir, "lines"), "F");
        assert.deepEqual([other.code, same(other.stderr)], [plain.code, same(plain.stderr)]);
        assert.ok(!`${other.stdout}${other.stderr}`.includes(CANARY), "it shows a value");
      });
  }

  it("that may not be read is refused with its name", () => {
    const open = () => readFile(join(dir, "nowhere", "F"));
    assert.throws(open, (error) => error instanceof RemedyError);
  });
});
