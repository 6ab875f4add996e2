import type { PostgresConnection } from "pg-gateway";
import type { Store } from "../core/store";
import { parseStatement, type Statement } from "./statement";
import { type DatabaseState, storedPassword, userOf } from "./users";

// The first byte of each message: https://www.postgresql.org/docs/current/protocol-message-formats.html
const QUERY = "Q";
const SYNC = "S";
const TERMINATE = "X";
const HEADER_BYTES = 5;
const TEXT_TYPE = 25;

/**
 * Answers one message of a client that is logged in as `login`. Only the simple query protocol is spoken.
 *
 * @returns true when the message is dealt with.
 */
export function answerMessage(
  connection: PostgresConnection,
  data: Uint8Array,
  login: string,
  store: Store<DatabaseState>,
): boolean {
  const kind = String.fromCharCode(data[0] ?? 0);
  if (kind === TERMINATE) return false;
  if (kind === QUERY) {
    // The text ends in a zero byte.
    const sql = Buffer.from(data.subarray(HEADER_BYTES, data.length - 1)).toString("utf8");
    answerQuery(connection, sql, login, store);
    connection.sendReadyForQuery("idle");
  } else if (kind === SYNC) {
    refuse(connection, "0A000", "only simple queries are supported");
    connection.sendReadyForQuery("idle");
  }
  return true;
}

function answerQuery(
  connection: PostgresConnection,
  sql: string,
  login: string,
  store: Store<DatabaseState>,
): void {
  const statement = parseStatement(sql);
  if (statement === undefined) refuse(connection, "0A000", "the sandbox's database cannot do that");
  else if (statement.kind === "select") sendRow(connection, statement, login);
  else changePassword(connection, statement, login, store);
}

function changePassword(
  connection: PostgresConnection,
  { user: name, password }: Statement & { kind: "alter" },
  login: string,
  store: Store<DatabaseState>,
): void {
  const user = userOf(store.state, name);
  if (name !== login && userOf(store.state, login)?.isManager !== true) {
    refuse(connection, "42501", "permission denied to alter role");
  } else if (user === undefined) {
    refuse(connection, "42704", "role does not exist");
  } else {
    user.stored = storedPassword(name, password);
    store.save();
    sendComplete(connection, "ALTER ROLE");
  }
}

/** An error that names neither the statement nor anything in it. */
function refuse(connection: PostgresConnection, code: string, message: string): void {
  connection.sendError({ severity: "ERROR", code, message });
}

function sendRow(
  connection: PostgresConnection,
  statement: Statement & { kind: "select" },
  login: string,
): void {
  const { writer } = connection;
  writer.addInt16(1).addCString(statement.column);
  writer.addInt32(0).addInt16(0).addInt32(TEXT_TYPE).addInt16(-1).addInt32(-1).addInt16(0);
  connection.sendData(writer.flush("T".charCodeAt(0)));
  writer.addInt16(1).addInt32PrefixedString(statement.value === "user" ? login : "1");
  connection.sendData(writer.flush("D".charCodeAt(0)));
  sendComplete(connection, "SELECT 1");
}

function sendComplete(connection: PostgresConnection, tag: string): void {
  connection.sendData(connection.writer.addCString(tag).flush("C".charCodeAt(0)));
}
