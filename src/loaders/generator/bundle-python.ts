/** A module of the Python runtime: its name without `.py`, and its text. */
export interface PythonModule {
  name: string;
  text: string;
}

interface Parsed {
  name: string;
  /** Names of the runtime's own modules that must stand before it. */
  needs: string[];
  /** Imports of the standard library. */
  imports: string[];
  /** The same, for type checkers alone. */
  typeImports: string[];
  summary: string;
  body: string;
}

/**
 * The runtime as one text, for a file that needs no package: modules in the order of their imports, without the imports
 * of each other, and the standard library's imports once, at the top.
 *
 * @throws Error where two modules define the same name at their top: one text can hold only one.
 */
export function bundlePython(modules: readonly PythonModule[], more: readonly string[] = []): string {
  const parsed = inOrder(modules.map(parseModule));
  refuseRepeats(parsed);
  const imports = merged([...more, ...parsed.flatMap((each) => each.imports)]);
  const typeImports = merged(parsed.flatMap((each) => each.typeImports));
  const checking =
    typeImports.length === 0 ? [] : ["", "if TYPE_CHECKING:", ...typeImports.map((line) => `    ${line}`)];
  const bodies = parsed.map(({ name, summary, body }) => `# --- ${name}: ${summary}\n\n${body.trim()}`);
  return `${[...imports, ...checking].join("\n")}\n\n\n${bodies.join("\n\n\n")}\n`;
}

const IMPORT = /^(?:from (\S+) import (?:\(([^)]*)\)|(.+))|import (.+))$/;

function parseModule({ name, text }: PythonModule): Parsed {
  const [, docstring = "", rest = ""] = /^"""([\s\S]*?)"""\n([\s\S]*)$/.exec(text) ?? ["", "", text];
  const parsed: Parsed = {
    name,
    needs: [],
    imports: [],
    typeImports: [],
    summary: docstring.split("\n")[0] ?? "",
    body: "",
  };
  const body: string[] = [];
  const statements = rest.replaceAll(
    /^( *from \S+ import) \(\n([\s\S]*?)\n *\)$/gm,
    (_, head: string, names: string) => `${head} ${names.replaceAll(/\s+/g, " ").trim().replace(/,$/, "")}`,
  );
  let isForChecking = false;
  for (const line of statements.split("\n")) {
    if (line === "if TYPE_CHECKING:") isForChecking = true;
    else if (isForChecking && /^ {4}\S/.test(line)) addImport(line.trim(), parsed, true);
    else if (/^(from|import) /.test(line)) addImport(line, parsed, false);
    else {
      if (line !== "") isForChecking = false;
      body.push(line);
    }
  }
  parsed.body = body.join("\n").replaceAll(/\n{4,}/g, "\n\n\n");
  return parsed;
}

function addImport(line: string, parsed: Parsed, isForChecking: boolean): void {
  const from = IMPORT.exec(line)?.[1];
  if (from === "__future__") return;
  if (from?.startsWith(".")) {
    if (!isForChecking) parsed.needs.push(from.slice(1));
    return;
  }
  (isForChecking ? parsed.typeImports : parsed.imports).push(line);
}

/** Imports, one line per module, each name once. */
function merged(lines: readonly string[]): string[] {
  const names = new Map<string, Set<string>>();
  const whole = new Set<string>();
  for (const line of lines) {
    const [, from, , listed = ""] = IMPORT.exec(line) ?? [];
    if (from === undefined) whole.add(line);
    else
      names.set(from, new Set([...(names.get(from) ?? []), ...listed.split(",").map((name) => name.trim())]));
  }
  const froms = [...names].map(([from, of]) => `from ${from} import ${[...of].sort().join(", ")}`);
  return [...[...whole].sort(), ...froms.sort()];
}

function inOrder(modules: readonly Parsed[]): Parsed[] {
  const ordered: Parsed[] = [];
  const place = (each: Parsed): void => {
    if (ordered.includes(each)) return;
    for (const name of each.needs) {
      const needed = modules.find((other) => other.name === name);
      if (needed === undefined) throw new Error(`the Python runtime has no module ${name}`);
      place(needed);
    }
    ordered.push(each);
  };
  for (const each of [...modules].sort((a, b) => (a.name < b.name ? -1 : 1))) place(each);
  return ordered;
}

function refuseRepeats(modules: readonly Parsed[]): void {
  const owners = new Map<string, string>();
  for (const { name, body } of modules) {
    for (const [, defined = ""] of body.matchAll(/^(?:def |class |async def )?([A-Za-z_]\w*)(?=\(|:| =)/gm)) {
      if (/^(if|else|try|except|for|while|with|os|return)$/.test(defined)) continue;
      const other = owners.get(defined);
      if (other !== undefined && other !== name)
        throw new Error(`the Python modules ${other} and ${name} both define ${defined}`);
      owners.set(defined, name);
    }
  }
}
