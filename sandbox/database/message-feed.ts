import type { Socket } from "node:net";
import type { PostgresConnection } from "pg-gateway";

/** Bytes of the longest message: a statement is far shorter, and what is not PostgreSQL claims gigabytes. */
const LONGEST = 64 * 1024;
const LENGTH_BYTES = 4;

/**
 * Hands a connection its messages one at a time. The library (0.2.4) takes only the first message of what arrives at
 * once for whole, and loses what arrives while it still works on what came before.
 */
export function feedMessages(connection: PostgresConnection, socket: Socket): void {
  connection.removeSocketHandlers(socket);
  let pending = Buffer.alloc(0);
  let last = Promise.resolve();
  const work = async () => {
    for (;;) {
      // Once a client has introduced itself, each message begins with a letter that says its kind.
      const kind = connection.hasStarted ? 1 : 0;
      if (pending.length < kind + LENGTH_BYTES) return;
      const end = kind + pending.readUInt32BE(kind);
      if (end < kind + LENGTH_BYTES || end > LONGEST) {
        socket.destroy();
        return;
      }
      if (pending.length < end) return;
      const message = Buffer.from(pending.subarray(0, end));
      pending = pending.subarray(end);
      await connection.handleData(message);
    }
  };
  socket.on("data", (data) => {
    pending = Buffer.concat([pending, data]);
    last = last.then(work);
  });
}
