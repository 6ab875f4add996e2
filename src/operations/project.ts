import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseCatalog } from "../catalog/checks/check-catalog";
import type { Catalog, ResolvedCatalog } from "../catalog/entry";
import { parseSettings, type Settings } from "../catalog/settings";
import { fileOfStack, parseStackFile, type StackConfig, stackOf, textsOf } from "../catalog/stack-file";
import { messageOf, RemedyError } from "../errors";
import { counted } from "../text";

/** The Pulumi project a command works on. */
export interface Project {
  dir: string;
  /** Name in Pulumi.yaml: part of every URN, and the prefix of its config keys. */
  name: string;
  stack: string;
  settings: Settings;
}

/**
 * Reads the project in a folder, and one stack's config.
 *
 * @param stack the stack asked for; undefined takes the one that owns the organization-wide objects.
 * @throws RemedyError when the folder is not a project, the stack has no file, or its config has problems: all of them.
 */
export function readProject(dir: string, stack?: string): Project {
  const name = projectName(dir);
  const chosen = stack ?? ownerIn(dir, name);
  return { dir, name, stack: chosen, settings: readSettings(dir, name, chosen) };
}

/** The name in a folder's Pulumi.yaml. @throws RemedyError when there is none. */
export function projectName(dir: string): string {
  const file = join(dir, "Pulumi.yaml");
  const project = parse(read(file, "run this in the root of the project")) as { name?: string } | null;
  return project?.name ?? "";
}

/**
 * The config of every stack that has a file, by the stack's name; the project's own as it was read.
 *
 * @throws RemedyError when the config of one has problems.
 */
export function readStacks({ dir, name, stack, settings }: Project): Map<string, Settings> {
  const stacks = new Map([[stack, settings]]);
  for (const other of existsSync(dir) ? stacksIn(dir) : []) {
    // A file without config of this program is not a stack of its own: a secrets provider alone, say.
    if (other === stack || readConfig(dir, name, other).organizationStack === undefined) continue;
    stacks.set(other, readSettings(dir, name, other));
  }
  return stacks;
}

function readSettings(dir: string, name: string, stack: string): Settings {
  const { settings, problems } = parseSettings(textsOf(readConfig(dir, name, stack)));
  if (settings !== undefined) return settings;
  const subject = join(dir, fileOfStack(stack));
  throw new RemedyError(
    { code: "config-invalid", subject, cause: counted(problems.length, "problem"), remedy: "fix the file" },
    { problems },
  );
}

function readConfig(dir: string, name: string, stack: string): StackConfig {
  const file = join(dir, fileOfStack(stack));
  return parseStackFile(read(file, "name another stack with --stack, or write its config"), file, name);
}

function stacksIn(dir: string): string[] {
  return readdirSync(dir)
    .sort()
    .flatMap((file) => stackOf(file) ?? []);
}

/** The stack that owns the organization-wide objects, as every stack's config names it. */
function ownerIn(dir: string, name: string): string {
  for (const stack of stacksIn(dir)) {
    const { organizationStack: owner } = readConfig(dir, name, stack);
    if (typeof owner === "string") return owner;
  }
  throw new RemedyError({
    code: "organization-stack-unknown",
    subject: "organizationStack",
    cause: "no Pulumi.<stack>.yaml here names it",
    remedy: "run this in the root of the project, or name a stack with --stack",
  });
}

function read(file: string, remedy: string): string {
  if (existsSync(file)) return readFileSync(file, "utf8");
  throw new RemedyError({ code: "file-missing", subject: file, cause: "there is no such file", remedy });
}

/**
 * The project's catalog as it stands on disk now, read as Pulumi reads it. Not built into the command, which would
 * know only the secrets of the day it was built.
 *
 * @throws RemedyError when it cannot be read, and with every problem of its entries.
 */
export function loadCatalog(project: Project): ResolvedCatalog {
  const file = join(project.dir, "secrets", "catalog.ts");
  if (!existsSync(file)) {
    throw new RemedyError({
      code: "file-missing",
      subject: file,
      cause: "there is no such file",
      remedy: "run this in the root of the project",
    });
  }
  const { catalog, problems } = parseCatalog(load(file), project.settings.appRoot);
  if (problems.length === 0) return catalog;
  const cause = counted(problems.length, "problem");
  throw new RemedyError(
    { code: "catalog-invalid", subject: file, cause, remedy: "fix the catalog" },
    { problems },
  );
}

function load(file: string): Catalog {
  try {
    // ts-node is what Pulumi runs the program with; its types are pulumi preview's business, not ours.
    require("ts-node").register({ transpileOnly: true, skipProject: true, compilerOptions: COMPILER });
    return (require(file) as { catalog: Catalog }).catalog;
  } catch (error) {
    const reason = `it cannot be read (${messageOf(error).split("\n", 1)[0]})`;
    throw new RemedyError(
      {
        code: "catalog-unreadable",
        subject: file,
        cause: reason,
        remedy: "fix it: make types shows what is wrong",
      },
      {
        cause: error,
      },
    );
  }
}

const COMPILER = {
  target: "es2022",
  module: "nodenext",
  moduleResolution: "nodenext",
  esModuleInterop: true,
};
