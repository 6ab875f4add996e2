import { fstatSync } from "node:fs";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ProviderDefinition } from "./definition";
import { providerService } from "./provider-service";

/** The engine's own limit for a message (sdk/go/common/util/rpcutil, 400 MB). */
const maxMessageBytes = 400 * 1024 * 1024;

/**
 * Serves a provider on a port the system chooses.
 *
 * @returns the port, and a way to end it.
 */
export async function serveProvider<Client>(
  definition: ProviderDefinition<Client>,
): Promise<{ port: number; close(): void }> {
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(ResourceProviderService, providerService(definition));
  const port = await new Promise<number>((done, fail) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? done(bound) : fail(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

/** A plugin's whole life: print the port on stdout's first line, serve, end with the engine. */
export async function main<Client>(definition: ProviderDefinition<Client>): Promise<void> {
  const { port } = await serveProvider(definition);
  process.stdout.write(`${port}\n`);
  const stop = () => process.exit(0);
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // The engine holds the other end of stdin: without this a killed engine would leave its plugins running.
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.resume().once("end", stop).once("error", stop);
}
