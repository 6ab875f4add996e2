/** A finding as GitHub's code scanning and editors take it. */
export interface SarifResult {
  rule: string;
  message: string;
  level: "error" | "warning" | "note";
  /** The place; none of a finding that lies in no file. */
  path?: string;
  line?: number;
  column?: number;
  /** By this a tool knows a finding again when lines move. Never made of a value. */
  fingerprint?: string;
}

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/**
 * A SARIF 2.1.0 log of one run (OASIS, "Static Analysis Results Interchange Format").
 *
 * @param rules descriptions by id, for those that have one.
 */
export function sarifOf(
  command: string,
  results: readonly SarifResult[],
  rules: Readonly<Record<string, string>> = {},
): string {
  const ids = [...new Set(results.map(({ rule }) => rule))].sort();
  const run = {
    tool: {
      driver: {
        name: `sophia-secrets ${command}`,
        rules: ids.map((id) => ({ id, shortDescription: { text: rules[id] ?? id } })),
      },
    },
    columnKind: "utf16CodeUnits",
    results: results.map(({ rule, message, level, path, line, column, fingerprint }) => ({
      ruleId: rule,
      ruleIndex: ids.indexOf(rule),
      level,
      message: { text: message },
      ...(path === undefined ? {} : { locations: [locationOf(path, line, column)] }),
      ...(fingerprint === undefined ? {} : { partialFingerprints: { "sophiaSecrets/v1": fingerprint } }),
    })),
  };
  return JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] });
}

function locationOf(path: string, line: number | undefined, column: number | undefined) {
  const uri = path.split("/").map(encodeURIComponent).join("/");
  const region =
    line === undefined
      ? {}
      : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  return { physicalLocation: { artifactLocation: { uri }, ...region } };
}
