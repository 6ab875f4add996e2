import { equal, ok } from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Block, blocksOf, type Command, commandsOf, isAsShown } from "./blocks";
import type { Shell } from "./shell";
import { filledIn, isCommands, isRun, runIn } from "./ways";

/** Somebody with a fresh clone who pastes what the pages say. */
export interface Follower {
  shell: Shell;
  /** The clone. */
  folder: string;
  /** The folder around it, for other repositories. */
  beside: string;
  /** All that was printed so far. */
  printed: string[];
}

/**
 * How pages are followed: what a person does besides pasting. Keys are lines as the pages have them, or `HEADING: LINE` for a
 * line that several sections have.
 */
export interface Guide {
  /** Pages or sections of them, `docs/tasks.md#Roll back`, in the order in which they are followed. */
  sections: readonly string[];
  /** What a person does before a section or a line, which the page says in words. */
  before?: Readonly<Record<string, (follower: Follower) => unknown>>;
  /** Stdin of a line. */
  stdin?: Readonly<Record<string, string>>;
  /** What a person types in a terminal. */
  typed?: Readonly<Record<string, readonly string[]>>;
  /** Lines that end with another code than 0, and why that is right. */
  ends?: Readonly<Record<string, readonly [code: number, because: string]>>;
  /** What a person puts in the place of something in the line. */
  instead?: Readonly<Record<string, (line: string, follower: Follower) => string>>;
}

const isOf = (section: string, { page, heading }: Block) => {
  const [ofPage, ofHeading] = section.split("#");
  return page === ofPage && (ofHeading === undefined || heading === ofHeading);
};

/** The command blocks of a section that its guide runs. */
export function blocksIn(section: string): Block[] {
  const all = blocksOf(section.split("#")[0] ?? "").filter((block) => isOf(section, block));
  return all.filter((block) => isCommands(block) && isRun(block) && runIn(block) === undefined);
}

/** Declares a test for each command of a guide's sections. */
export function follow(guide: Guide, of: () => Follower): void {
  for (const section of guide.sections)
    describe(section, () => {
      before(() => guide.before?.[section]?.(of()));
      for (const block of blocksIn(section))
        for (const command of commandsOf(block))
          it(`${block.page}:${block.line} ${command.line}`, () => carryOut(guide, block, command, of()));
    });
}

async function carryOut(
  guide: Guide,
  { heading }: Block,
  { line, shown }: Command,
  follower: Follower,
): Promise<void> {
  const own = <Value>(said: Readonly<Record<string, Value>> = {}) =>
    said[`${heading}: ${line}`] ?? said[line];
  await own(guide.before)?.(follower);
  const typed = own(guide.typed);
  const pasted = own(guide.instead)?.(filledIn(line), follower) ?? filledIn(line);
  const said =
    typed === undefined
      ? await follower.shell.run(pasted, own(guide.stdin))
      : await follower.shell.runOnTerminal(pasted, typed);
  follower.printed.push(said.output);
  const [code] = own(guide.ends) ?? [0];
  equal(said.code, code, `${pasted}\n${said.output}`);
  if (shown !== undefined) ok(isAsShown(shown, said.output), `shown:\n${shown}\nprinted:\n${said.output}`);
}

/** Puts a file into the clone. @param mode 0o755 for a program. */
export function put(folder: string, name: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
}
