import { RemedyError } from "../../errors";
import type { Context } from "../context";
import { unknownNames } from "./env-file";
import { openValues, variablesOf } from "./open-values";
import { isThere, requirePrivatePlace, writeWhole } from "./private-file";
import { type EnvFormat, renderEnv } from "./render-env";

/** A file with values that is asked for. */
export interface Export {
  file: string;
  environment: string;
  /** Secrets to write; all when empty. */
  names: readonly string[];
  /** Whether the names are those to leave out. */
  except: boolean;
  /** Whether a file that is there is replaced. */
  replace: boolean;
  dryRun: boolean;
  format: EnvFormat;
}

/** Names alone. */
export interface Exported {
  written: string[];
  /** Required secrets that have no value in ESC. */
  missing: string[];
}

/**
 * Writes what an application of a deployment environment gets to a file, for its owner alone.
 *
 * @throws RemedyError before a byte is written: for a file that git would track, that is there, or is no plain file; for
 *   names that the environment does not have; for values that the format cannot carry, by name.
 */
export async function exportValues(context: Context, asked: Export): Promise<Exported> {
  const { file, environment, format } = asked;
  if (isThere(file) && !asked.replace) throw existing(file);
  requirePrivatePlace(file, context.env);
  const wanted = wantedNames(context, asked);
  const { values, missing } = await openValues(context, environment);
  const chosen = new Map([...values].filter(([name]) => wanted.has(name)));
  const text = renderEnv(context, environment, chosen, format);
  if (!asked.dryRun) writeWhole(file, text, "private");
  return { written: [...chosen.keys()], missing: missing.filter((name) => wanted.has(name)) };
}

function existing(file: string): RemedyError {
  return new RemedyError({
    code: "file-exists",
    subject: file,
    cause: "it is there",
    remedy: "run it again with --replace, which replaces the whole file",
  });
}

function wantedNames(context: Context, { environment, names, except }: Export): Set<string> {
  const known = variablesOf(context, environment).map(({ name }) => name);
  const [wrong, ...others] = unknownNames(names, known);
  if (wrong !== undefined)
    throw new RemedyError(
      {
        ...wrong,
        cause: `${environment} has no such secret; ${wrong.cause.split("; ")[1]}`,
        remedy: "spell it as in secrets/catalog.ts",
      },
      { problems: others },
    );
  return new Set(names.length === 0 ? known : known.filter((name) => names.includes(name) !== except));
}
