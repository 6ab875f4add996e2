/** What the database can do. */
export type Statement =
  | { kind: "select"; column: string; value: "one" | "user" }
  | { kind: "alter"; user: string; password: string };

const IDENTIFIER = String.raw`(?:"(?<quoted>(?:[^"]|"")+)"|(?<bare>[A-Za-z_][\w$]*))`;
/** Plain, or `E'...'` with backslashes doubled: what `escapeLiteral` of pg writes. */
const LITERAL = `(?<escaped>E)?'(?<literal>(?:[^']|'')*)'`;
const ALTER = new RegExp(
  String.raw`^alter\s+(?:user|role)\s+${IDENTIFIER}\s+(?:with\s+)?(?:encrypted\s+)?password\s+${LITERAL}$`,
  "is",
);
const SELECTS: Record<string, Statement> = {
  "select 1": { kind: "select", column: "?column?", value: "one" },
  "select current_user": { kind: "select", column: "current_user", value: "user" },
};

/** Reads one statement; undefined for what the database cannot do. */
export function parseStatement(sql: string): Statement | undefined {
  const text = sql.trim().replace(/\s*;$/, "");
  const select = SELECTS[text.toLowerCase().replaceAll(/\s+/g, " ")];
  if (select) return select;
  const groups = ALTER.exec(text)?.groups;
  if (!groups) return undefined;
  const { quoted, bare = "", escaped, literal = "" } = groups;
  const user = quoted?.replaceAll('""', '"') ?? bare.toLowerCase();
  const plain = literal.replaceAll("''", "'");
  return { kind: "alter", user, password: escaped ? plain.replaceAll("\\\\", "\\") : plain };
}
