import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as Expressions from "@actions/expressions";

import type * as Events from "@actions/workflow-parser/model/converter/events";
import type * as Jobs from "@actions/workflow-parser/model/converter/jobs";
import type * as ObjectReader from "@actions/workflow-parser/templates/json-object-reader";
import type * as Schema from "@actions/workflow-parser/templates/schema/template-schema";
import type * as Context from "@actions/workflow-parser/templates/template-context";
import type * as Reader from "@actions/workflow-parser/templates/template-reader";
import type * as Tokens from "@actions/workflow-parser/templates/tokens/index";
import type * as Trace from "@actions/workflow-parser/templates/trace-writer";
import type * as Yaml from "@actions/workflow-parser/workflows/yaml-object-reader";

export type Token = Tokens.TemplateToken;
export type MappingToken = Tokens.MappingToken;
export type ExpressionData = ReturnType<Expressions.Evaluator["evaluate"]>;
export type FunctionDefinition =
  NonNullable<ConstructorParameters<typeof Expressions.Evaluator>[2]> extends Map<string, infer Definition>
    ? Definition
    : never;

/**
 * GitHub's own language services, loaded by file and not by package name: both packages declare only an
 * `import` condition (so `require` by name is refused), and the main module of workflow-parser imports a JSON
 * file without the attribute Node demands (so it cannot be loaded at all). Their modules one level below load
 * well, and synchronously, in every Node from 20.19 on.
 */
function load<Module>(packageName: string, file: string): Module {
  return require(join(packageFolder(packageName), "dist", file)) as Module;
}

function packageFolder(name: string): string {
  const folder = (require.resolve.paths(name) ?? []).map((path) => join(path, name)).find(existsSync);
  if (folder === undefined) {
    throw new Error(`The npm package ${name} is not installed; the workflow runner needs it. Remedy: npm ci`);
  }
  return folder;
}

const PARSER = "@actions/workflow-parser";

function loadAll() {
  const { TemplateSchema } = load<typeof Schema>(PARSER, "templates/schema/template-schema.js");
  const { JSONObjectReader } = load<typeof ObjectReader>(PARSER, "templates/json-object-reader.js");
  const schemaText = readFileSync(join(packageFolder(PARSER), "dist", "workflow-v1.0.min.json"), "utf8");
  return {
    expressions: load<typeof Expressions>("@actions/expressions", "index.js"),
    tokens: load<typeof Tokens>(PARSER, "templates/tokens/index.js"),
    schema: TemplateSchema.load(new JSONObjectReader(undefined, schemaText)),
    ...load<typeof Context>(PARSER, "templates/template-context.js"),
    ...load<typeof Reader>(PARSER, "templates/template-reader.js"),
    ...load<typeof Trace>(PARSER, "templates/trace-writer.js"),
    ...load<typeof Yaml>(PARSER, "workflows/yaml-object-reader.js"),
    ...load<typeof Events>(PARSER, "model/converter/events.js"),
    ...load<typeof Jobs>(PARSER, "model/converter/jobs.js"),
  };
}

let loaded: ReturnType<typeof loadAll> | undefined;

/** The libraries, loaded on first use: 0.15 s that a sandbox without workflows need not spend. */
export function languageLibrary(): ReturnType<typeof loadAll> {
  loaded ??= loadAll();
  return loaded;
}
