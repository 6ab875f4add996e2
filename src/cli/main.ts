import type { Context, FolderContext } from "../operations/context";
import { EXIT } from "./command";
import { runProgram } from "./program";
import { screenSettings } from "./screen";
import { createTerminal } from "./terminal";

const terminal = createTerminal(process, screenSettings(process.env));

const surroundings = {
  cwd: () => process.cwd(),
  env: process.env,
  progress: (line: string) => terminal.progress(line),
};

/** Loads the clients only now, when a command runs: help does not wait for them. */
async function openContext(stack: string | undefined): Promise<Context> {
  const opener = require("./open-context") as typeof import("./open-context");
  return opener.openContext(stack, surroundings);
}

async function openFolder(): Promise<FolderContext> {
  const opener = require("./open-context") as typeof import("./open-context");
  return opener.openFolder(surroundings);
}

// Whoever reads only the beginning (`| head`) has what they wanted; a full disk has not.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  terminal.say(`error: stdout: cannot be written (${error.code})`);
  terminal.say("Remedy: free space on the disk, then run it again");
  process.exit(EXIT.failed);
});

runProgram(process.argv.slice(2), openContext, openFolder, terminal).then((code) => {
  process.exitCode = code;
});
