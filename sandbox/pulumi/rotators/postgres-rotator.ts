import { randomBytes } from "node:crypto";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { JsonNumber } from "../../esc/json-number";
import {
  type Rotator,
  type RotatorData,
  type RotatorObject,
  type RotatorSchema,
  SecretText,
} from "../../esc/rotator";

const text: RotatorSchema = { type: "string" };
const number: RotatorSchema = { type: "number" };
const credential = objectOf({ username: text, password: text });
const database = {
  ...objectOf({ database: text, host: text, port: number, managingUser: credential }),
  // Which inputs of the vendor's rotator are rotate-only is not documented: these are what readers must not need.
  rotateOnly: ["managingUser", "connector"],
};

/** Milliseconds until a database that does not answer counts as unreachable. */
const TIMEOUT_MS = 5000;
const PASSWORD_BYTES = 24;

/**
 * The vendor's `postgres` rotator, as documented: of two users the one that was current stays as it is and becomes
 * previous; the other gets a new password, from the managing user, and becomes current. Without a state `username1` is
 * the first, and there is no previous: nobody knows the other one's password. Connectors are not supported: the database
 * must be reachable from here.
 */
export const postgresRotator: Rotator = {
  inputs: objectOf({ database, rotateUsers: objectOf({ username1: text, username2: text }) }),
  state: { ...objectOf({ current: credential, previous: credential }), required: ["current"] },
  open: (_inputs, state) => {
    const users = Object.entries(state ?? {}).map(([key, user]) => [key, shown(user)]);
    return Object.fromEntries(users);
  },
  rotate: async (inputs, state) => {
    const users = objectAt(inputs, "rotateUsers");
    const [first, second] = [textAt(users, "username1"), textAt(users, "username2")];
    const current = state && textAt(objectAt(state, "current"), "username");
    const username = current === first ? second : first;
    const password = randomBytes(PASSWORD_BYTES).toString("base64url");
    await changePassword(objectAt(inputs, "database"), username, password);
    const next = { username, password: new SecretText(password) };
    return { current: next, ...(state && { previous: shown(state.current) }) };
  },
};

function objectOf(properties: Record<string, RotatorSchema>): RotatorSchema {
  return { type: "object", properties, required: Object.keys(properties).sort() };
}

/** @throws Error that says what was tried and PostgreSQL's code, never its message: that may quote the statement. */
async function changePassword(database: RotatorObject, username: string, password: string): Promise<void> {
  if (database.connector !== undefined) throw new Error("the sandbox has no connectors; connect directly");
  const manager = objectAt(database, "managingUser");
  const client = new Client({
    host: textAt(database, "host"),
    port: Number(textAt(database, "port")),
    database: textAt(database, "database"),
    user: textAt(manager, "username"),
    password: textAt(manager, "password"),
    ssl: false,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on("error", () => {}); // a connection that breaks also fails the call that waits for it
  try {
    await client.connect();
    await client.query(`ALTER USER ${escapeIdentifier(username)} WITH PASSWORD ${escapeLiteral(password)}`);
  } catch (error) {
    const { code = "no answer" } = error as { code?: string };
    throw new Error(`Error rotating user '${username}': the database refused (${code})`);
  } finally {
    await client.end().catch(() => {});
  }
}

function shown(credential: RotatorData | undefined): RotatorObject {
  const given = credential as RotatorObject;
  return { username: textAt(given, "username"), password: new SecretText(textAt(given, "password")) };
}

/** The evaluator has checked the schema: it is there. */
function objectAt(object: RotatorObject, key: string): RotatorObject {
  return object[key] as RotatorObject;
}

function textAt(object: RotatorObject, key: string): string {
  const data = object[key];
  return data instanceof SecretText || data instanceof JsonNumber ? data.text : String(data);
}
