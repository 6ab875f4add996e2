/**
 * Reads what a step wrote to GITHUB_ENV, GITHUB_OUTPUT or GITHUB_STATE: `NAME=value` lines and
 * `NAME<<DELIMITER` blocks. Later pairs win. Rules: `EnvFileKeyValuePairs` of GitHub's runner.
 *
 * @throws on a line of neither form and on a block without its end; the message holds the name at most, never
 *   the rest of the line, which may be a value (GitHub's own message prints the line).
 */
export function parseEnvironmentFile(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  const lines = text.split("\n");
  const ended = lines.at(-1) === "";
  if (ended) lines.pop();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
    } else if (heredoc > 0 && line.length > heredoc + 2) {
      const name = line.slice(0, heredoc);
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
      if (end < 0) throw new Error(`Invalid value of '${name}'. Matching delimiter not found`);
      pairs.push([name, lines.slice(at + 1, end).join("\n")]);
      at = end;
    } else throw new Error(`Invalid format in line ${at + 1}. Expected NAME=value or NAME<<DELIMITER`);
  }
  return pairs;
}
