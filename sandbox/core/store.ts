import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * One service's state: a plain JSON value, kept in memory and written whole after each change.
 *
 * A write goes to a temporary name and is renamed, so a sandbox killed at any moment leaves the state of the
 * last finished request, never half a file. Files are readable by their owner alone: they hold (encrypted)
 * values of people who try the product with real ones.
 */
export class Store<State extends object> {
  private current: State;

  /** @param file where the state is kept; undefined keeps it in memory only. */
  constructor(
    private readonly file: string | undefined,
    private readonly initial: () => State,
  ) {
    this.current = this.read() ?? initial();
    this.save();
  }

  get state(): State {
    return this.current;
  }

  /** Writes what `state` holds now. Call it after every change, before answering the request. */
  save(): void {
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify(this.current), { mode: 0o600 });
    renameSync(next, this.file);
  }

  /** Back to the seed. */
  reset(): void {
    if (this.file !== undefined) rmSync(this.file, { force: true });
    this.current = this.initial();
    this.save();
  }

  private read(): State | undefined {
    if (this.file === undefined) return undefined;
    try {
      return JSON.parse(readFileSync(this.file, "utf8")) as State;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Error(
        `The sandbox's state ${this.file} cannot be read (${(error as Error).message}). Remedy: make sandbox-reset`,
      );
    }
  }
}
