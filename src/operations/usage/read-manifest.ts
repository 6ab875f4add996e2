import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import { addNames, type FileNames, namesInText, noNames, openingLines, wordsIn } from "./file-names";

/** Texts for people, by their key. */
const PROSE = /^(description|summary|title|comment|note|help|doc|documentation|message|\$comment)$/i;
/** Comments inside a text that is a script. */
const SCRIPT_COMMENT = /(^|\s)#.*$/gm;

/**
 * Reads YAML, and JSON, by its structure: compose, Kubernetes, ExternalSecret, Pulumi and ESC files among them. Keys and
 * texts of a name read, comments and sentences mention.
 *
 * @param composites names of environments of ESC that hold everything.
 * @returns undefined for a text that is not YAML, as templates are none.
 */
export function readManifest(text: string, composites: readonly string[]): FileNames | undefined {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, logLevel: "silent" });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  const found = noNames(true);
  const lineAt = (node: { range?: readonly number[] | null }) => lines.linePos(node.range?.[0] ?? 0).line;
  const take = (value: unknown, line: number, key: string) => {
    if (typeof value !== "string") return;
    if (PROSE.test(key)) found.mentions.push(...wordsIn(value, line));
    else {
      const script = value.includes("\n") ? value.replaceAll(SCRIPT_COMMENT, "") : value;
      addNames(found, { ...noNames(true), ...namesInText(script, line) });
      found.everything.push(...openingLines(script, line, composites));
    }
  };
  const visit = (node: unknown, key: string, kind: string): void => {
    if (isScalar(node)) take(node.value, lineAt(node as { range?: readonly number[] }), key);
    else if (isSeq(node)) for (const item of node.items) visit(item, key, kind);
    else if (isMap(node)) {
      const own = node.get("kind");
      const within = typeof own === "string" ? own : kind;
      for (const pair of node.items) {
        const name = isScalar(pair.key) ? String(pair.key.value) : "";
        const line = pair.key === null ? 1 : lineAt(pair.key as { range?: readonly number[] });
        take(name, line, "");
        // The whole of a store, not single keys of it (External Secrets Operator, "dataFrom").
        if (name === "dataFrom" && /ExternalSecret$/.test(within)) found.everything.push(line);
        visit(pair.value, name, within);
      }
    }
  };
  for (const document of documents) {
    const root = document.contents as Node | null;
    if (root !== null && !isAlias(root)) visit(root, "", "");
  }
  for (const [index, part] of text.split("\n").entries()) {
    const comment = /(^|\s)#(.*)$/.exec(part)?.[2];
    if (comment !== undefined) found.mentions.push(...wordsIn(comment, index + 1));
  }
  return found;
}

/** Cells of code of a Jupyter notebook. @returns undefined for a text that is none. */
export function notebookCode(text: string): string | undefined {
  try {
    const { cells } = JSON.parse(text) as { cells?: { cell_type?: string; source?: string | string[] }[] };
    if (!Array.isArray(cells)) return undefined;
    const code = cells
      .filter((each) => each.cell_type === "code")
      .map(({ source = "" }) => [source].flat().join(""));
    // Lines of IPython's own are no Python.
    return code.join("\n").replaceAll(/^\s*[%!].*$/gm, "pass");
  } catch {
    return undefined;
  }
}
