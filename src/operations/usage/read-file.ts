import { grammarOf } from "./code-grammars";
import { type FileNames, noNames, openingLines, type Surroundings, wordsIn } from "./file-names";
import { readCode } from "./read-code";
import { notebookCode, readManifest } from "./read-manifest";
import { readPlain } from "./read-plain";
import { readWorkflow, type WorkflowNames } from "./read-workflow";

/** Texts for people, and lists of names without a reader behind them. */
const NO_READER =
  /\.(md|mdx|rst|adoc|asciidoc)$|(^|\/)(README|CHANGELOG|LICENSE|NOTICE)[^/]*$|(^|\/)\.?env[._-](example|template|sample)$|(^|\/)\.env\.(example|template|sample|dist)$/i;
const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;

/** What one file has to do with names; of a workflow also what it takes from `secrets`. */
export type ReadFile = FileNames | WorkflowNames;

/**
 * Reads a file by its language. Where that has no reader here, or the file is not well formed, every word of it counts as
 * one that reads, and `parsed` is false.
 */
export async function readFileNames(path: string, text: string, around: Surroundings): Promise<ReadFile> {
  if (NO_READER.test(path)) return { ...noNames(true), mentions: wordsIn(text, 1) };
  if (WORKFLOW.test(path)) return readWorkflow(path, text, around.composites);
  return (await bySyntax(path, text, around)) ?? byWords(text, around);
}

async function bySyntax(path: string, text: string, around: Surroundings): Promise<FileNames | undefined> {
  if (/\.ipynb$/.test(path)) {
    const code = notebookCode(text);
    return code === undefined ? undefined : readCode("python", code, around);
  }
  if (/\.(ya?ml|json|json5|jsonc|template)$/.test(path)) return readManifest(text, around.composites);
  const grammar = grammarOf(path, text.slice(0, 200).split("\n")[0] ?? "");
  if (grammar !== undefined) return readCode(grammar, text, around);
  const found = readPlain(path, text, around.composites);
  return found.parsed ? found : undefined;
}

function byWords(text: string, around: Surroundings): FileNames {
  const everything = openingLines(text, 1, around.composites);
  return { ...noNames(false), reads: wordsIn(text, 1), everything };
}
