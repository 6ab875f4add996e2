import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One checkpoint per stack and version: `FOLDER/STACK-ID/VERSION.json`, or memory where no folder is given. */
export class CheckpointFiles {
  private readonly memory = new Map<string, string>();

  constructor(private readonly folder: string | undefined) {}

  /** @returns undefined when that version has none. */
  read(stackId: string, version: number): string | undefined {
    const name = `${stackId}/${version}.json`;
    if (this.folder === undefined) return this.memory.get(name);
    try {
      return readFileSync(join(this.folder, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** Written whole under another name and renamed: a sandbox killed here leaves the checkpoint before. */
  write(stackId: string, version: number, checkpoint: string): void {
    const name = `${stackId}/${version}.json`;
    if (this.folder === undefined) {
      this.memory.set(name, checkpoint);
      return;
    }
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.next`, checkpoint, { mode: 0o600 });
    renameSync(`${file}.next`, file);
  }

  /** Forgets every version of one stack. */
  remove(stackId: string): void {
    if (this.folder !== undefined) rmSync(join(this.folder, stackId), { recursive: true, force: true });
    for (const name of this.memory.keys()) if (name.startsWith(`${stackId}/`)) this.memory.delete(name);
  }

  reset(): void {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    this.memory.clear();
  }
}
