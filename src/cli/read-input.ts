import { resolveCatalog } from "../../secrets/entry";
import { RemedyError } from "../errors";
import type { Input } from "../sync/choose-value";
import type { Doors } from "./command";
import { readEnvFile } from "./read-env-file";

/**
 * The values of a .env file, all of whose names are in the catalog.
 *
 * @throws RemedyError with every line and name that is wrong, never a value.
 */
export function readInput({ catalog, readFile }: Doors, file: string): Input {
  const read = readEnvFile(readFile(file));
  if (read.values === undefined) throw envFileError(file, read.problems);
  const names = new Set(resolveCatalog(catalog).flatMap((entry) => [entry.name, ...entry.aliases]));
  const unknown = Object.keys(read.values).filter((name) => !names.has(name));
  if (unknown.length > 0)
    throw envFileError(
      file,
      unknown.map((name) => `${name}: the catalog has no such entry`),
    );
  if (Object.keys(read.values).length === 0) throw envFileError(file, ["it holds no NAME=value line"]);
  return read.values;
}

/** One error for all that is wrong in a .env file. The problems name lines and secrets, never a value. */
export function envFileError(file: string, problems: readonly string[]): RemedyError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const list = problems.map((each) => `\n  - ${each}`).join("");
  return new RemedyError(file, `${count}, so nothing was written`, `mend the file, then run again${list}`);
}
