import type { ComputedName } from "./file-names";
import { type Expression, parseExpression } from "./workflow-library";

/** Names of secrets that an expression takes. */
interface ExpressionNames {
  names: string[];
  computed: Omit<ComputedName, "line">[];
  /** It takes all: toJSON(secrets), secrets.*, or a name of which nothing is known. */
  everything: boolean;
}

/** The nodes of GitHub's trees of expressions by what they have (@actions/expressions, ast.d.ts); the classes are not exported. */
interface Node {
  name?: { lexeme: string };
  expr?: Node;
  index?: Node;
  group?: Node;
  args?: Node[];
  left?: Node;
  right?: Node;
  operator?: { lexeme: string };
  functionName?: { lexeme: string };
  literal?: { coerceString(): string };
}

type Matrix = ReadonlyMap<string, readonly string[]>;

/**
 * @param text an expression without `${{ }}`.
 * @param matrix values of the job's matrix that are written down.
 */
export function namesOfExpression(text: string, matrix: Matrix): ExpressionNames {
  const found: ExpressionNames = { names: [], computed: [], everything: false };
  if (!/secrets/i.test(text)) return found;
  const tree = parseExpression(text);
  if (tree === undefined) return { ...found, everything: true };
  visit(tree as Expression & Node, found, matrix);
  return found;
}

function visit(node: Node, found: ExpressionNames, matrix: Matrix): void {
  const { expr, index } = node;
  if (isSecrets(node)) found.everything = true;
  if (expr !== undefined && index !== undefined && isSecrets(expr)) {
    const known = textsOf(index, matrix);
    if (known === undefined) found.everything = true;
    else if (Array.isArray(known)) found.names.push(...known);
    else found.computed.push(known);
    visit(index, found, matrix);
    return;
  }
  const parts = [expr, index, node.group, node.left, node.right, ...(node.args ?? [])];
  for (const part of parts) if (part !== undefined) visit(part, found, matrix);
}

function isSecrets({ name }: Node): boolean {
  return name?.lexeme.toLowerCase() === "secrets";
}

/** What a text can be: each of these, or something between two known ends; undefined where nothing is known. */
function textsOf(node: Node, matrix: Matrix): string[] | Omit<ComputedName, "line"> | undefined {
  if (node.literal !== undefined) return [node.literal.coerceString()];
  if (node.group !== undefined) return textsOf(node.group, matrix);
  if (node.expr?.name?.lexeme.toLowerCase() === "matrix" && node.index?.literal !== undefined)
    return matrix.get(node.index.literal.coerceString().toLowerCase())?.slice();
  if (node.functionName?.lexeme.toLowerCase() === "format") return formatted(node.args ?? [], matrix);
  if (node.operator?.lexeme === "||") return eachOf(node.args ?? [], matrix);
  // `condition && 'NAME'`: the condition is not text that names one.
  if (node.operator?.lexeme === "&&") return eachOf((node.args ?? []).slice(-1), matrix);
  return undefined;
}

function eachOf(args: readonly Node[], matrix: Matrix): string[] | undefined {
  const all = args.map((each) => textsOf(each, matrix));
  return all.every((each) => Array.isArray(each)) ? all.flat() : undefined;
}

function formatted([first, ...args]: readonly Node[], matrix: Matrix) {
  const template = first?.literal?.coerceString();
  if (template === undefined) return undefined;
  let texts: string[] = [template];
  for (const [index, arg] of args.entries()) {
    const known = textsOf(arg, matrix);
    if (!Array.isArray(known)) {
      const [before = "", ...rest] = template.split(/\{\d+\}/);
      const after = rest.at(-1) ?? "";
      return before === "" && after === "" ? undefined : { before, after };
    }
    texts = texts.flatMap((text) => known.map((value) => text.replaceAll(`{${index}}`, value)));
  }
  return texts;
}
