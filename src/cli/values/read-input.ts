import { counted } from "../../../secrets/counted";
import { resolveCatalog } from "../../../secrets/entry";
import { valueNames } from "../../../secrets/slots";
import { dayOf } from "../../../secrets/tombstone";
import { RemedyError } from "../../errors";
import type { Input } from "../../sync/choose-value";
import type { Doors } from "../command";
import { readEnvFile } from "./read-env-file";

/**
 * The values of a .env file, all of whose names are in the catalog: an entry's own, its older ones, and the one it had
 * for as long as that lives.
 *
 * @param check what else is wrong with it, if anything: names and reasons, never a value.
 * @throws RemedyError with every line, name and value that is wrong, never a value.
 */
export function readInput(
  { catalog, readFile, now }: Doors,
  file: string,
  check: (input: Input) => readonly string[] = () => [],
): Input {
  const read = readEnvFile(readFile(file));
  if (read.values === undefined) throw envFileError(file, read.problems);
  const given = Object.keys(read.values);
  if (given.length === 0) throw envFileError(file, ["it holds no NAME=value line"]);
  const today = dayOf(now());
  const names = new Set(resolveCatalog(catalog).flatMap((entry) => valueNames(entry, today)));
  const unknown = given.filter((name) => !names.has(name));
  const problems = [
    ...unknown.map((name) => `${name}: the catalog has no such entry`),
    ...check(read.values),
  ];
  if (problems.length > 0) throw envFileError(file, problems);
  return read.values;
}

/** One error for all that is wrong in a .env file. The problems name lines and secrets, never a value. */
function envFileError(file: string, problems: readonly string[]): RemedyError {
  const list = problems.map((each) => `\n  - ${each}`).join("");
  return new RemedyError(
    file,
    `${counted(problems.length, "problem")}, so nothing was written`,
    `mend the file, then run again${list}`,
  );
}
