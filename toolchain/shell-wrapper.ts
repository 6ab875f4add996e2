import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { writeWhole } from "./write-whole";

/** Tells a stand-in from a real plugin in a PULUMI_HOME that came from another sandbox. */
const mark = "# written by toolchain";

/**
 * Writes an executable that starts `script` with the Node.js of this process. The absolute path of node counts: the
 * engine may run with a PATH on which another one comes first, or none.
 */
export function writeNodeWrapper(path: string, script: string): void {
  const text = `#!/bin/sh\n${mark}\nexec ${quote(process.execPath)} ${quote(script)} "$@"\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  rmSync(path, { force: true });
  writeWhole(path, text, 0o755);
}

/** True for a file that {@link writeNodeWrapper} wrote. */
export function isNodeWrapper(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(100);
    readSync(file, start);
    return start.includes(mark);
  } finally {
    closeSync(file);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
