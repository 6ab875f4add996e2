import { type handleServerStreamingCall, type ServerWritableStream, status } from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { ended, startChild, startNode, stopChild } from "./child-processes";
import { type NodeCommand, pluginCommand } from "./node-command";

/** `RunPlugin`: a policy pack or plugin package in its own node; answers with its output and its exit code. */
export const runPlugin: handleServerStreamingCall<language.RunPluginRequest, language.RunPluginResponse> = (
  call,
) => {
  const respond = (write: (response: language.RunPluginResponse) => void) => {
    const response = new language.RunPluginResponse();
    write(response);
    call.write(response);
  };
  streamChild(call, () => startNode(pluginCommand(call.request, process.env), ["ignore", "pipe", "pipe"]), {
    stdout: (bytes) => respond((response) => response.setStdout(bytes)),
    stderr: (bytes) => respond((response) => response.setStderr(bytes)),
    exit: (code) => respond((response) => response.setExitcode(code)),
  });
};

/** `InstallDependencies`, called by `pulumi install`: npm, whatever package manager the options name. */
export const installDependencies: handleServerStreamingCall<
  language.InstallDependenciesRequest,
  language.InstallDependenciesResponse
> = (call) => {
  const cwd = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const command: NodeCommand = { args: ["install", "--no-fund", "--no-audit"], cwd, env: process.env };
  const respond = (write: (response: language.InstallDependenciesResponse) => void) => {
    const response = new language.InstallDependenciesResponse();
    write(response);
    call.write(response);
  };
  streamChild(call, () => startChild("npm", command, ["ignore", "pipe", "pipe"]), {
    stdout: (bytes) => respond((response) => response.setStdout(bytes)),
    stderr: (bytes) => respond((response) => response.setStderr(bytes)),
    exit: (code) => {
      if (code !== 0)
        call.emit("error", { code: status.UNKNOWN, details: `npm install in ${cwd} ended with ${code}` });
    },
  });
};

interface ChildSink {
  stdout(bytes: Buffer): void;
  stderr(bytes: Buffer): void;
  exit(code: number): void;
}

/** Sends a child's output as it comes, then its exit code, and stops the child when the engine hangs up. */
async function streamChild(
  call: ServerWritableStream<unknown, unknown>,
  start: () => ReturnType<typeof startNode>,
  sink: ChildSink,
): Promise<void> {
  try {
    const child = start();
    call.once("cancelled", () => void stopChild(child));
    child.stdout?.on("data", sink.stdout);
    child.stderr?.on("data", sink.stderr);
    const { code } = await ended(child);
    if (!call.cancelled) sink.exit(code ?? 1);
  } catch (error) {
    // On stderr, with node's own words: the engine looks there for a missing run-policy-pack module.
    sink.stderr(Buffer.from(`${(error as Error).message}\n`));
    sink.exit(1);
  }
  call.end();
}
