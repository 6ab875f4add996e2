import { RemedyError } from "../errors";
import type { Doors, Typed } from "./command";

/** The environment that `--environment` names, if any. @throws RemedyError when the catalog has none of that name. */
export function environmentOption({ catalog }: Doors, typed: Typed): string | undefined {
  const asked = typed.text("environment");
  if (asked === undefined || catalog.environments.includes(asked)) return asked;
  const known = catalog.environments.join(", ");
  throw new RemedyError(
    "--environment",
    `names no environment of the catalog: ${asked}`,
    `set it to one of ${known}`,
  );
}
