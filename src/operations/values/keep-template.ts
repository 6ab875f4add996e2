import { RemedyError } from "../../errors";
import type { Context } from "../context";
import { renderEnvTemplate } from "./env-template";
import { isThere, writeWhole } from "./private-file";

/** What became of a template, or how it stands. */
export interface KeptTemplate {
  state: "written" | "current" | "differs";
  /** How many secrets it names. */
  names: number;
}

const FIRST_LINE = /^# Every secret of .*, made from the catalog by: /;

/**
 * Writes the template of an application's .env file, or compares.
 *
 * @param check whether nothing is written.
 * @throws RemedyError when something else is there: a .env file with values must not be lost.
 */
export function keepTemplate(
  context: Pick<Context, "catalog" | "project" | "now" | "readFile">,
  file: string,
  check: boolean,
): KeptTemplate {
  const { text, names } = renderEnvTemplate(context);
  const there = isThere(file) ? context.readFile(file).toString("utf8") : undefined;
  if (there === text) return { state: "current", names };
  if (check) return { state: "differs", names };
  if (there !== undefined && there !== "" && !FIRST_LINE.test(there))
    throw new RemedyError({
      code: "file-exists",
      subject: file,
      cause: "it is there, and is not a template that this command wrote",
      remedy: "name another file, or move that one away",
    });
  writeWhole(file, text, "public");
  return { state: "written", names };
}
