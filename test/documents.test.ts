import { deepEqual, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, commandsOf, isAsShown, PAGES, ROOT } from "./documents/blocks";
import { blocksIn, follow } from "./documents/follow";
import { DESCRIBE, GUIDES, SAMPLE, setBefore } from "./documents/guides";
import { startBeginner } from "./documents/start-follower";
import { isCommands, isRun, NOT_RUN, runIn } from "./documents/ways";

/** What is generated from the commands and the code is held by test/reference. */
const WRITTEN = PAGES.filter((page) => page.endsWith(".md") && !page.startsWith("docs/reference/"));
const BLOCKS = WRITTEN.flatMap((page) => blocksOf(page));
const nameOf = ({ page, line }: { page: string; line: number }) => `${page}:${line}`;

describe("the command blocks of the documents", () => {
  it("are each run by a test, or say why not", () => {
    const followed = new Set(GUIDES.flatMap(({ sections }) => sections.flatMap(blocksIn)).map(nameOf));
    const left = BLOCKS.filter(
      (block) =>
        isCommands(block) && isRun(block) && runIn(block) === undefined && !followed.has(nameOf(block)),
    );
    deepEqual(left.map(nameOf), []);
  });

  it("have a language: what has none is run by nobody", () => {
    deepEqual(BLOCKS.filter(({ language }) => language === "").map(nameOf), []);
  });

  it("say nothing after their language but why they are not run, or by which test", () => {
    const unknown = BLOCKS.filter((block) => block.way !== "" && isRun(block) && runIn(block) === undefined);
    deepEqual(unknown.map(nameOf), []);
  });

  it("are run by the test that they name, which reads their page", () => {
    const wrong = BLOCKS.filter((block) => {
      const test = runIn(block);
      if (test === undefined) return false;
      const page = block.page.split("/").at(-1) ?? "";
      return !existsSync(join(ROOT, test)) || !readFileSync(join(ROOT, test), "utf8").includes(page);
    });
    deepEqual(wrong.map(nameOf), []);
  });

  for (const [way, { because, most }] of Object.entries(NOT_RUN))
    it(`are not run in ${most} places for want of ${because}`, () => {
      const places = BLOCKS.filter((block) => block.way === way).map(nameOf);
      ok(places.length === most, `now ${places.length}; if fewer, lower "most" of ${way}: ${places}`);
    });
});

describe("a guide through the documents", () => {
  it("names sections, lines and sections before lines that exist", () => {
    const wrong = GUIDES.flatMap(
      ({ sections, before = {}, stdin = {}, typed = {}, ends = {}, instead = {} }) => {
        const lines = new Set(
          sections
            .flatMap(blocksIn)
            .flatMap((block) => commandsOf(block).flatMap(({ line }) => [line, `${block.heading}: ${line}`])),
        );
        const named = [before, stdin, typed, ends, instead].flatMap((each) => Object.keys(each));
        return [
          ...sections.filter((section) => blocksIn(section).length === 0),
          ...named.filter((name) => !lines.has(name) && !sections.includes(name)),
        ];
      },
    );
    deepEqual(wrong, []);
  });
});

describe("the first step of getting started, pasted into a fresh clone", function () {
  this.timeout(60_000);
  let follower: Awaited<ReturnType<typeof startBeginner>>;

  before(async () => {
    follower = await startBeginner();
    await setBefore(follower);
  });
  after(async () => {
    await follower?.close();
  });

  follow(DESCRIBE, () => follower);

  describe("afterwards", () => {
    it("no value was shown", () => {
      ok(!follower.printed.join("").includes(SAMPLE));
    });
  });
});

describe("a block of commands", () => {
  it("is split at its lines, and at the prompts of a console", () => {
    const text = "```sh\na \\\n  b\nc\n```\n\n1. x\n\n   ```console\n   $ d\n   said\n   $ e\n   ```\n";
    const blocks = blocksOf("page", text);
    deepEqual(blocks.flatMap(commandsOf), [
      { line: "a b" },
      { line: "c" },
      { line: "d", shown: "said" },
      { line: "e" },
    ]);
  });

  it("shows output with dots for what differs, and nothing else may", () => {
    ok(isAsShown("run ... ended\n...\nlast", "run 12 ended\na\nb\nlast\n"));
    ok(!isAsShown("run ... ended", "run 12 ended\nmore\n"));
    ok(!isAsShown("a.c", "abc"));
  });
});
