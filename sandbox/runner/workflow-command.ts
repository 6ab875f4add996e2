/** A line of output that speaks to the runner: `::error title=Bad::text`, or the older `##[error]text`. */
export interface WorkflowCommand {
  name: string;
  properties: Record<string, string>;
  data: string;
}

/** Commands that GitHub's runner acts on (`ActionCommandManager.cs`); any other line is plain output. */
export const COMMAND_NAMES: ReadonlySet<string> = new Set([
  "add-mask",
  "add-matcher",
  "add-path",
  "debug",
  "echo",
  "endgroup",
  "error",
  "group",
  "notice",
  "remove-matcher",
  "save-state",
  "set-env",
  "set-output",
  "stop-commands",
  "warning",
]);

/**
 * Reads a command out of an output line as the runner does: `::` first after leading blanks, or `##[` anywhere.
 *
 * @param resumeToken token that ends `::stop-commands::`; it counts as a command name while it is set.
 * @returns undefined for plain output.
 */
export function parseCommand(line: string, resumeToken: string | undefined): WorkflowCommand | undefined {
  const parts = splitNew(line) ?? splitOld(line);
  if (parts === undefined) return undefined;
  const [, name = "", properties = ""] = /^(\S*) ?(.*)$/s.exec(parts.head) ?? [];
  const known = COMMAND_NAMES.has(name.toLowerCase()) || name.toLowerCase() === resumeToken?.toLowerCase();
  if (!known) return undefined;
  return {
    name: name.toLowerCase(),
    properties: readProperties(properties, parts.escapes),
    data: unescaped(parts.data, parts.dataEscapes),
  };
}

interface CommandParts {
  head: string;
  data: string;
  dataEscapes: Escapes;
  escapes: Escapes;
}

/** Percent forms and what they stand for; `%25` last, so that nothing is decoded twice. */
type Escapes = [escaped: string, character: string][];

const DATA_ESCAPES: Escapes = [
  ["%0D", "\r"],
  ["%0A", "\n"],
  ["%25", "%"],
];
const PROPERTY_ESCAPES: Escapes = [["%3A", ":"], ["%2C", ","], ...DATA_ESCAPES];
const OLD_ESCAPES: Escapes = [["%3B", ";"], ["%5D", "]"], ...DATA_ESCAPES];

function splitNew(line: string): CommandParts | undefined {
  const [, head, data] = /^\s*::(.*?)::(.*)$/s.exec(line) ?? [];
  if (head === undefined || data === undefined) return undefined;
  return { head, data, dataEscapes: DATA_ESCAPES, escapes: PROPERTY_ESCAPES };
}

function splitOld(line: string): CommandParts | undefined {
  const [, head, data] = /##\[([^\]]*)\](.*)$/s.exec(line) ?? [];
  if (head === undefined || data === undefined) return undefined;
  return { head, data, dataEscapes: OLD_ESCAPES, escapes: OLD_ESCAPES };
}

function readProperties(text: string, escapes: Escapes): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of text.trim().split(escapes === OLD_ESCAPES ? ";" : ",")) {
    const [, name, value] = /^([^=]+)=(.+)$/s.exec(pair.trim()) ?? [];
    if (name !== undefined && value !== undefined) properties[name] = unescaped(value, escapes);
  }
  return properties;
}

function unescaped(text: string, escapes: Escapes): string {
  return escapes.reduce((result, [escaped, character]) => result.replaceAll(escaped, character), text);
}
