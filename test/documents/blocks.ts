import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(__dirname, "..", "..");

/** Every page that people read, and llms.txt. */
export const PAGES: readonly string[] = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "AGENTS.md", "llms.txt", "policies/README.md"],
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
].filter((name) => /\.(md|txt)$/.test(name));

export const readPage = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** A fenced block of a page. */
export interface Block {
  page: string;
  /** Line of its fence, from 1. */
  line: number;
  /** The nearest heading above it. */
  heading: string;
  language: string;
  /** What stands after the language: how the block is run, if not by the page's own test. See docs/../CONTRIBUTING.md. */
  way: string;
  text: string;
}

/** A command as it is pasted, and what the page shows of its output. */
export interface Command {
  line: string;
  shown?: string;
}

/** The fenced blocks of a page, in its order. A block may be indented, as in a list. */
export function blocksOf(page: string, text: string = readPage(page)): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let open: { indent: string; block: Block; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [, indent = "", language = "", way = ""] = /^( *)```(\w*) ?(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
      if (!/^ *```/.test(line)) continue;
      const block = { page, line: index + 1, heading, language, way: way.trim(), text: "" };
      open = { indent, block, lines: [] };
    } else if (line.trim() === "```") {
      blocks.push({ ...open.block, text: open.lines.join("\n") });
      open = undefined;
    } else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  return blocks;
}

/**
 * The commands of a block. In `sh` each line is one, and one that ends in `\` goes on. In `console` commands begin with
 * `$ `, and the lines below are what they print.
 */
export function commandsOf({ language, text }: Block): Command[] {
  const joined = text.replaceAll(/ *\\\n\s*/g, " ").split("\n");
  if (language !== "console")
    return joined.filter((line) => line.trim() !== "").map((line) => ({ line: line.trim() }));
  const commands: Command[] = [];
  for (const line of joined) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) commands.push({ line: line.slice(2) });
    else if (last !== undefined) last.shown = last.shown === undefined ? line : `${last.shown}\n${line}`;
  }
  return commands;
}

/** Whether output is what a page shows. A line of `...` stands for any lines, `...` in a line for any text. */
export function isAsShown(shown: string, output: string): boolean {
  const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const lines = shown.trimEnd().split("\n");
  const pattern = lines.map((line) =>
    line.trim() === "..." ? "(?:.*\\n)*?" : `${line.split("...").map(escaped).join(".*")} *\\n`,
  );
  return new RegExp(`^${pattern.join("")}$`).test(`${output.trimEnd()}\n`);
}
