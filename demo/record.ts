import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { COLUMNS, type RecordedLine, renderRecording } from "./recording";

const PROJECT = join(__dirname, "..");

/**
 * Runs commands one after the other as a person would type them, and keeps what they print as docs/pictures/NAME.svg.
 * Command lines come as arguments: `record.ts --terminal status './sophia-secrets status'`. With --terminal they see a
 * terminal, of the recording's width; `script` of util-linux makes it.
 */
async function main(typed: readonly string[]): Promise<void> {
  const inTerminal = typed[0] === "--terminal";
  const [name = "", ...commands] = inTerminal ? typed.slice(1) : typed;
  if (!/^[a-z-]+$/.test(name) || commands.length === 0)
    throw new Error("usage: record.ts [--terminal] NAME COMMAND-LINE...");
  const began = Date.now();
  const lines: RecordedLine[] = [];
  const print = (text: string) => lines.push({ at: (Date.now() - began) / 1000, text });
  for (const command of commands) {
    print(`$ ${command}`);
    await run(inTerminal ? asInTerminal(command) : ["sh", "-c", command], print);
    print("");
  }
  const file = join("docs", "pictures", `${name}.svg`);
  writeFileSync(join(PROJECT, file), renderRecording(commands[0] ?? name, lines.slice(0, -1)));
  console.log(`${file}: ${lines.length} lines`);
}

function asInTerminal(command: string): string[] {
  return ["script", "-qec", `stty cols ${COLUMNS}; ${command}`, "/dev/null"];
}

/** What a command prints on either stream, line by line. How it ends is part of what is recorded. */
function run([program = "", ...args]: readonly string[], print: (text: string) => void): Promise<void> {
  return new Promise((done, fail) => {
    const env = { ...process.env, TERM: "dumb" };
    const child = spawn(program, args, { cwd: PROJECT, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.on("data", (chunk: Buffer) => {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        for (const part of parts) print(stripVTControlCharacters(part).replaceAll("\r", ""));
      });
      stream.on("end", () => rest !== "" && print(stripVTControlCharacters(rest)));
    }
    child.on("error", fail);
    child.on("close", () => done());
  });
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
