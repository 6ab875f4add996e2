import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { connectPlugin, type Plugin } from "./plugin-client";

/** The real plugin in the user's plugin cache; undefined where it is not installed. */
export function installedPlugin(name: string, version: string): string | undefined {
  const home = process.env.PULUMI_HOME || join(homedir(), ".pulumi");
  const path = join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
  return existsSync(path) ? path : undefined;
}

/** Starts a real plugin the way the engine does, with an engine that swallows its log. */
export async function startRealPlugin(name: string, path: string): Promise<Plugin> {
  const engine = await startEngine();
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, PULUMI_ACCESS_TOKEN: "t" };
  const child = spawn(path, [`127.0.0.1:${engine.port}`], { stdio: ["pipe", "pipe", "ignore"], env });
  const port = await portOf(child);
  return connectPlugin(name, port, () => {
    child.kill();
    engine.close();
  });
}

async function startEngine(): Promise<{ port: number; close(): void }> {
  const server = new Server();
  const log: UntypedServiceImplementation = {
    log: (_call: unknown, done: (error: null, answer: Empty) => void) => done(null, new Empty()),
  };
  server.addService(EngineService as unknown as ServiceDefinition, log);
  const port = await new Promise<number>((done, fail) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? done(bound) : fail(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once("exit", (code) => fail(new Error(`the plugin ended with ${code} before it printed its port`)));
    child.stdout?.once("data", (line: Buffer) => done(Number(line.toString().trim())));
  });
}
