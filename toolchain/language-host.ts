/**
 * The Node.js language host: `pulumi-language-nodejs` for a CLI that was built from its Go module, where the
 * official host is not published. The engine starts it as `pulumi-language-nodejs [flags] ENGINE-ADDRESS`,
 * reads the port from the first line of stdout, and talks gRPC to it.
 *
 * It does not import the index of @pulumi/pulumi: that alone would add half a second to every preview.
 */
import { fstatSync } from "node:fs";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { stopChildren } from "./child-processes";
import { languageRuntime } from "./language-runtime";

/** The engine's own limit for a message (sdk/go/common/util/rpcutil, 400 MB). */
const maxMessageBytes = 400 * 1024 * 1024;

function main(): void {
  const engineAddress = process.argv.at(-1) ?? "";
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(LanguageRuntimeService, languageRuntime(engineAddress) as UntypedServiceImplementation);
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      console.error(`the language host cannot listen on 127.0.0.1: ${error.message}`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
  stopWithTheEngine();
}

function stopWithTheEngine(): void {
  const stop = () => void stopChildren().finally(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // The engine holds the other end of stdin. When it is killed, nothing else would tell this process, and
  // the program it runs would go on alone.
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.resume().once("end", stop).once("error", stop);
}

main();
