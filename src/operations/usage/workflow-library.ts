import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as Expressions from "@actions/expressions";
import type * as ObjectReader from "@actions/workflow-parser/templates/json-object-reader";
import type * as Schema from "@actions/workflow-parser/templates/schema/template-schema";
import type * as Context from "@actions/workflow-parser/templates/template-context";
import type * as Reader from "@actions/workflow-parser/templates/template-reader";
import type * as Tokens from "@actions/workflow-parser/templates/tokens/index";
import type * as Trace from "@actions/workflow-parser/templates/trace-writer";
import type * as Yaml from "@actions/workflow-parser/workflows/yaml-object-reader";

export type Token = Tokens.TemplateToken;
export type MappingToken = Tokens.MappingToken;
export type Expression = ReturnType<Expressions.Parser["parse"]>;

const PARSER = "@actions/workflow-parser";

/** By file: the packages have no condition `require`, and the parser's main module imports JSON as Node.js does not take it. */
function load<Module>(packageName: string, file: string): Module {
  return require(join(packageFolder(packageName), "dist", file)) as Module;
}

function packageFolder(name: string): string {
  const folder = (require.resolve.paths(name) ?? []).map((path) => join(path, name)).find(existsSync);
  if (folder === undefined) throw new Error(`the package ${name} is not installed: npm ci`);
  return folder;
}

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
  };
}

let loaded: ReturnType<typeof loadAll> | undefined;

/** GitHub's own parser of workflows and expressions, loaded on first use. */
export function workflowLibrary(): ReturnType<typeof loadAll> {
  loaded ??= loadAll();
  return loaded;
}

/** Every context that an expression may name, so that none is an error. */
const CONTEXTS = [
  ...["github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs"],
  "inputs",
];

/** The functions that depend on where an expression stands; the library has the others. */
const FUNCTIONS = ["success", "failure", "cancelled", "always", "hashFiles"].map((name) => ({
  name,
  minArgs: 0,
  maxArgs: 255,
}));

/** @returns the tree of an expression; undefined for a text that is none. */
export function parseExpression(text: string): Expression | undefined {
  const { expressions } = workflowLibrary();
  try {
    const { tokens } = new expressions.Lexer(text).lex();
    return new expressions.Parser(tokens, CONTEXTS, FUNCTIONS).parse();
  } catch {
    return undefined;
  }
}

/**
 * @returns the root of a workflow, and whether GitHub's schema knows all of it: what it does not is left out of the tree.
 *   Undefined for a text that is not YAML.
 */
export function parseWorkflowText(
  path: string,
  text: string,
): { root: MappingToken; isWhole: boolean } | undefined {
  const library = workflowLibrary();
  const context = new library.TemplateContext(
    new library.TemplateValidationErrors(),
    library.schema,
    new library.NoOperationTraceWriter(),
  );
  const file = context.getFileId(path);
  const reader = new library.YamlObjectReader(file, text);
  if (reader.errors.length > 0) return undefined;
  const root = library.readTemplate(context, "workflow-root", reader, file);
  if (!(root instanceof library.tokens.MappingToken)) return undefined;
  return { root, isWhole: context.errors.getErrors().length === 0 };
}
