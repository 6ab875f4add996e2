import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { PostgresConnection } from "pg-gateway";
import { Store } from "../core/store";
import { answerMessage } from "./answers";
import { feedMessages } from "./message-feed";
import { type DatabaseState, type DatabaseUser, fits, storedPassword, userOf } from "./users";

/** The logins a database starts with. */
export interface DatabaseSeed {
  name: string;
  users: readonly {
    name: string;
    /** Left out: nobody can log in as this user until a manager gives it a password. */
    password?: string;
    /** May change other users' passwords. */
    isManager?: boolean;
  }[];
}

/** A running database. */
export interface Database {
  host: string;
  port: number;
  name: string;
  /** Back to the seed; connections that are open stay open, as PostgreSQL's do when a password changes. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

/**
 * A database on loopback that speaks PostgreSQL's protocol and knows logins alone: md5 password authentication,
 * `ALTER USER x WITH PASSWORD '...'`, `SELECT 1` and `SELECT current_user`. Enough for a rotation to be real: after it
 * the new password logs in and the one it replaced does not. Neither passwords nor statements are ever printed.
 *
 * @param options.file where its users are kept, readable by their owner alone; undefined keeps them in memory.
 * @param options.port 0 lets the system choose.
 * @throws when the port is taken, naming it.
 */
export async function startDatabase(options: {
  seed: DatabaseSeed;
  file?: string | undefined;
  port?: number | undefined;
}): Promise<Database> {
  const { seed, file, port = 0 } = options;
  const store = new Store<DatabaseState>(file, () => initialState(seed));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.setNoDelay(true); // answers of several messages would each wait 40 ms
    serve(socket, seed.name, store);
  });
  await listen(server, port);
  return {
    host: HOST,
    port: (server.address() as AddressInfo).port,
    name: seed.name,
    reset: async () => store.reset(),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: Socket, name: string, store: Store<DatabaseState>): void {
  const connection: PostgresConnection = new PostgresConnection(socket, {
    serverVersion: "16.0 (sandbox)",
    authMode: "md5Password",
    onStartup: ({ clientInfo }) => {
      const wanted = clientInfo?.parameters.database ?? clientInfo?.parameters.user;
      if (wanted === name) return false;
      connection.sendError({ severity: "FATAL", code: "3D000", message: "database does not exist" });
      socket.end();
      return true;
    },
    validateCredentials: (credentials) => {
      if (credentials.authMode !== "md5Password") return false;
      return fits(userOf(store.state, credentials.user), credentials.hash, credentials.salt);
    },
    // Every message of a client that is logged in ends here: the library itself would print the statement.
    onMessage: (data, { isAuthenticated, clientInfo }) => {
      if (!isAuthenticated || clientInfo === undefined) return false;
      return answerMessage(connection, data, clientInfo.parameters.user, store);
    },
  });
  feedMessages(connection, socket);
}

function initialState({ users }: DatabaseSeed): DatabaseState {
  const entries = users.map(({ name, password, isManager = false }): [string, DatabaseUser] => [
    name,
    { isManager, ...(password !== undefined && { stored: storedPassword(name, password) }) },
  ]);
  return { users: Object.fromEntries(entries) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const remedy = "stop that process, or leave the port out so that the system chooses one";
      const taken = `Port ${port} for the sandbox's database is taken by another process. Remedy: ${remedy}`;
      fail(error.code === "EADDRINUSE" ? new Error(taken) : error);
    });
    server.listen(port, HOST, () => done());
  });
}
