import { parseDocument } from "yaml";
import { RemedyError } from "../errors";

/** One stack's config for this program as its file has it, without the project's name before the keys. Encrypted values are `{ secure: ... }`. */
export type StackConfig = Readonly<Record<string, unknown>>;

/** The stack whose config a file holds: `production` for `Pulumi.production.yaml`, undefined for any other file. */
export function stackOf(file: string): string | undefined {
  return /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
}

/** `Pulumi.production.yaml`. */
export function fileOfStack(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/**
 * Reads the text of a stack's file. The program and the commands read each stack's file here.
 *
 * @param project the project's name: other projects' and providers' keys are left out.
 * @throws RemedyError for what is not YAML. It names the line and quotes nothing: a value may stand there in plain text.
 */
export function parseStackFile(text: string, file: string, project: string): StackConfig {
  const document = parseDocument(text, { logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    throw new RemedyError({
      code: "stack-file-unreadable",
      subject: file,
      cause: `is not YAML${line === undefined ? "" : `: line ${line}`}`,
      remedy: "fix the file, then pulumi config reads it",
    });
  }
  const prefix = `${project}:`;
  const own = Object.entries(configIn(document.toJS())).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

function configIn(file: unknown): object {
  const config = typeof file === "object" && file !== null && "config" in file ? file.config : undefined;
  return typeof config === "object" && config !== null ? config : {};
}

/** Config as Pulumi hands it to the program: text as it is, anything else as JSON. An encrypted value stands for itself. */
export function textsOf(config: StackConfig): Record<string, string> {
  const texts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(texts);
}
