import Module from "node:module";
import { join, relative, sep } from "node:path";

const ROOT = join(__dirname, "../..");
const SRC = join(ROOT, "src") + sep;
const OWN = join(ROOT, "test") + sep;

/** A change of a module's compiled text: `from` stands there once, wherever its lines break. */
export interface Edit {
  /** Path below src/, without its ending. */
  file: string;
  from: string;
  to: string;
}

interface Compiling {
  _compile(code: string, filename: string): unknown;
}
interface Extensions {
  _extensions: Record<string, (module: Compiling, filename: string) => void>;
}

/** Compiled once, evaluated for each mutation. */
const compiled = new Map<string, string>();
const prototype = Module.prototype as unknown as Compiling;
const compile = prototype._compile;

const isOurs = (filename: string) => filename.startsWith(SRC) || filename.startsWith(OWN);

/**
 * Works with a module that was loaded with everything that it imports of src/ and test/ again, at first or later, and with
 * some of their texts changed. What others have loaded stays as it is.
 *
 * @throws Error where an edit does not fit: the guard has moved, and its row here with it.
 */
export async function withMutated<Exports, Result>(
  path: string,
  edits: readonly Edit[],
  work: (exports: Exports) => Promise<Result>,
): Promise<Result> {
  const kept = new Map(Object.entries(require.cache).filter(([filename]) => isOurs(filename)));
  const { _extensions: extensions } = Module as unknown as Extensions;
  const load = extensions[".ts"];
  if (load === undefined) throw new Error("nothing loads TypeScript here");
  const left = new Set(edits);
  prototype._compile = function (this: Compiling, code: string, filename: string) {
    compiled.set(filename, code);
    return compile.call(this, edited(code, filename, left), filename);
  };
  extensions[".ts"] = (module, filename) => {
    const code = isOurs(filename) ? compiled.get(filename) : undefined;
    if (code === undefined) load(module, filename);
    else compile.call(module, edited(code, filename, left), filename);
  };
  for (const filename of kept.keys()) delete require.cache[filename];
  try {
    const result = await work(require(path) as Exports);
    for (const { file } of left) throw new Error(`${file} was not loaded`);
    return result;
  } finally {
    prototype._compile = compile;
    extensions[".ts"] = load;
    for (const filename of Object.keys(require.cache)) if (isOurs(filename)) delete require.cache[filename];
    for (const [filename, module] of kept) require.cache[filename] = module;
  }
}

function edited(code: string, filename: string, left: Set<Edit>): string {
  let text = code;
  for (const edit of left) {
    const { file, from, to } = edit;
    if (relative(SRC, filename) !== `${file.replaceAll("/", sep)}.ts`) continue;
    const found = [...text.matchAll(spaced(from))];
    if (found.length !== 1) throw new Error(`${file} has ${found.length} times: ${from}`);
    text = text.replace(spaced(from), () => to);
    left.delete(edit);
  }
  return text;
}

/** A text wherever the compiler breaks its lines. */
function spaced(text: string): RegExp {
  const words = text.split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(words.join("\\s*"), "g");
}
