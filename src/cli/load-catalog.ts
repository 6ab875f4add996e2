import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkCatalog } from "../../secrets/checks/check-catalog";
import type { Catalog } from "../../secrets/entry";
import { describeProblems } from "../../secrets/problem";
import { messageOf, RemedyError } from "../errors";
import type { Project } from "./project";

/**
 * The project's catalog as it stands on disk now, read as Pulumi reads it. Not built into the command, which would
 * know only the secrets of the day it was built.
 *
 * @throws RemedyError when it cannot be read, and with every problem of its entries.
 */
export function loadCatalog(project: Project): Catalog {
  const file = join(project.dir, "secrets", "catalog.ts");
  if (!existsSync(file)) {
    throw new RemedyError(file, "there is no such file", "run this in the root of the project");
  }
  const catalog = load(file);
  const problems = checkCatalog(catalog, project.settings.appRoot);
  if (problems.length === 0) return catalog;
  throw new RemedyError(file, describeProblems("it does not fit", problems), "mend the catalog");
}

function load(file: string): Catalog {
  try {
    // ts-node is what Pulumi runs the program with; its types are pulumi preview's business, not ours.
    require("ts-node").register({ transpileOnly: true, skipProject: true, compilerOptions: COMPILER });
    return (require(file) as { catalog: Catalog }).catalog;
  } catch (error) {
    const reason = `it cannot be read (${messageOf(error).split("\n", 1)[0]})`;
    throw new RemedyError(file, reason, "mend it: npx tsc -p tsconfig.check.json shows what is wrong", {
      cause: error,
    });
  }
}

const COMPILER = { target: "es2022", module: "node20", moduleResolution: "node16" };
