import { RemedyError } from "../errors";
import type { Doors, Typed } from "./command";

/**
 * The environments that were typed after the command; all of the catalog's when none was.
 *
 * @throws RemedyError naming those that the catalog does not have.
 */
export function environmentArguments({ catalog }: Doors, typed: Typed): readonly string[] {
  const asked = [...new Set(typed.names)];
  const unknown = asked.filter((name) => !catalog.environments.includes(name));
  if (unknown.length > 0) {
    const known = catalog.environments.join(", ");
    throw new RemedyError(unknown.join(", "), "the catalog has no such environment", `use one of ${known}`);
  }
  return asked.length === 0 ? catalog.environments : asked;
}

/** The one environment that was typed. @throws RemedyError as above, and when it is not one. */
export function environmentArgument(doors: Doors, typed: Typed, command: string): string {
  const [environment, ...more] = environmentArguments(doors, typed);
  if (environment !== undefined && typed.names.length > 0 && more.length === 0) return environment;
  throw new RemedyError(command, "takes one environment", "name one, and options after it");
}

/** The group that `--group` names, or all. @throws RemedyError when the catalog has none of that name. */
export function groupOption({ catalog }: Doors, typed: Typed): readonly string[] {
  const groups = Object.keys(catalog.groups).sort();
  const asked = typed.text("group");
  if (asked === undefined) return groups;
  if (groups.includes(asked)) return [asked];
  throw new RemedyError(
    "--group",
    `names no group of the catalog: ${asked}`,
    `use one of ${groups.join(", ")}`,
  );
}
