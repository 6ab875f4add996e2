import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parse } from "yaml";
import { flagOf } from "../src/cli/command";
import { COMMANDS, STACK_OPTION } from "../src/cli/program";
import { oldWordsIn } from "./source-rules";

const ROOT = resolve(__dirname, "..");
const PAGES = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "AGENTS.md", "llms.txt", "policies/README.md"],
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
].filter((name) => /\.(md|txt)$/.test(name));

/** Pages that keep the words of their time. */
const HISTORY = ["docs/DECISIONS.md"];

const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");
const withoutCode = (text: string): string => text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");

/** What a person can paste: the lines of code blocks and the code in a sentence. A line that ends in `\` goes on. */
function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|bash)?\n(.*?)^```$/gms)].flatMap(([, block = ""]) =>
    block.replaceAll(/\\\n\s*/g, " ").split("\n"),
  );
  const inline = [...text.replace(/^```.*?^```$/gms, "").matchAll(/`([^`\n]+)`/g)].map(
    ([, code = ""]) => code,
  );
  return [...blocks, ...inline].flatMap((line) =>
    line.replace(/\s#.*$/, "").split(/\s(?:--(?=\s)|&&|;|\|)\s?/),
  );
}

/** The anchor that GitHub makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function brokenLinks(page: string): string[] {
  return [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^https?:/.test(target))
    .filter((target) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
      if (!existsSync(file)) return true;
      if (anchor === undefined) return false;
      const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(
        ([, heading = ""]) => heading,
      );
      return !headings.some((heading) => anchorOf(heading) === anchor);
    })
    .map((target) => `${page}: ${target}`);
}

/** What is wrong with a command line of ours, as the command would say. */
function wrongCommand(line: string): string | undefined {
  const words = line.trim().split(/\s+/);
  if (words[0] !== "./sophia-secrets") return undefined;
  const [, name = ""] = words;
  if (name === "" || name.startsWith("-") || /^[A-Z<]/.test(name)) return undefined;
  const command = COMMANDS.find(({ spec }) => spec.name === name);
  if (command === undefined) return `no command ${name}`;
  const known = [
    ...Object.keys(command.spec.options).map(flagOf),
    STACK_OPTION[0].match(/--\w+/)?.[0],
    "--help",
  ];
  const unknown = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0]);
  const wrong = unknown.find((word) => !known.includes(word));
  return wrong && `${name} has no ${wrong}`;
}

describe("the documents", () => {
  it("begin with a README of at most 100 lines", () => {
    ok(read("README.md").trimEnd().split("\n").length <= 100);
  });

  it("link to files and headings that exist", () => {
    deepEqual(PAGES.flatMap(brokenLinks), []);
  });

  it("can all be reached from the README", () => {
    const reached = new Set(["README.md"]);
    for (const page of reached) {
      for (const [, target = ""] of withoutCode(read(page)).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        const file = relative(ROOT, resolve(ROOT, dirname(page), target));
        if (PAGES.includes(file)) reached.add(file);
      }
    }
    const entrances = ["SECURITY.md", "AGENTS.md", "llms.txt"];
    deepEqual(
      PAGES.filter((page) => !reached.has(page) && !entrances.includes(page)),
      [],
    );
  });

  it("name commands and options that exist", () => {
    const wrong = PAGES.flatMap((page) =>
      codeIn(read(page))
        .map((line) => ({ line, reason: wrongCommand(line) }))
        .filter(({ reason }) => reason !== undefined)
        .map(({ line, reason }) => `${page}: ${reason}: ${line}`),
    );
    deepEqual(wrong, []);
  });

  it("name targets of make that exist", () => {
    const targets = new Set([...read("Makefile").matchAll(/^([a-z_-]+):/gm)].map(([, target]) => target));
    const wrong = PAGES.flatMap((page) =>
      codeIn(read(page)).flatMap((line) => {
        const [, target] = /(?:^|\$\()make (?:-s )?([a-z_-]+)/.exec(line.trim()) ?? [];
        return target === undefined || targets.has(target) ? [] : [`${page}: ${line}`];
      }),
    );
    deepEqual(wrong, []);
  });

  it("set config keys that Pulumi.yaml declares", () => {
    const declared = Object.keys((parse(read("Pulumi.yaml")) as { config: object }).config);
    const wrong = PAGES.flatMap((page) =>
      codeIn(read(page)).flatMap((line) => {
        const [, key = ""] = /pulumi config set (?:-+\S+ )*'?(\w+)/.exec(line) ?? [];
        return key === "" || declared.includes(key) ? [] : [`${page}: ${line}`];
      }),
    );
    deepEqual(wrong, []);
  });

  it("have a changelog by versions, from what is unreleased down to package.json's", () => {
    const versions = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, version = ""]) => version);
    const { version } = JSON.parse(read("package.json")) as { version: string };
    equal(versions[0], "Unreleased");
    match(versions[1] ?? "", new RegExp(`^${version.replaceAll(".", "\\.")} \\(\\d{4}-\\d\\d-\\d\\d\\)$`));
    const dates = versions.slice(1).map((each) => /\((\S+)\)$/.exec(each)?.[1]);
    deepEqual(dates, dates.toSorted().reverse());
  });

  it("number the decisions from 1 up, each once", () => {
    const numbers = [...read("docs/DECISIONS.md").matchAll(/^## (\d+)\. /gm)].map(([, each]) => Number(each));
    deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
  });

  it("use the glossary's words", () => {
    const pages = PAGES.filter((page) => !HISTORY.includes(page));
    deepEqual(
      pages.flatMap((page) => oldWordsIn(page, withoutCode(read(page)))),
      [],
    );
  });

  it("and what commands print use them, in the golden files too", () => {
    const folder = join(ROOT, "test", "cli", "golden");
    const found = readdirSync(folder).flatMap((name) =>
      oldWordsIn(name, readFileSync(join(folder, name), "utf8")),
    );
    deepEqual(found, []);
  });
});
