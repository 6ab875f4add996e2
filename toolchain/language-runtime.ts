import { type handleUnaryCall, status } from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ended, startNode, stopChildren } from "./child-processes";
import { programCommand } from "./node-command";
import { programDependencies } from "./program-dependencies";
import { installDependencies, runPlugin } from "./streaming-calls";

/** The SDK's runner ends with this code when it has told the user everything (cmd/run/index.js). */
const errorAlreadyReported = 32;

/** The methods of `pulumirpc.LanguageRuntime` that the engine calls for Node.js programs and policy packs.
 * What is missing answers UNIMPLEMENTED, which the engine treats as "nothing to do" or reports by name. */
export function languageRuntime(commandLineEngineAddress: string): Partial<ILanguageRuntimeServer> {
  let engineAddress = commandLineEngineAddress;
  return {
    handshake: unary<language.LanguageHandshakeRequest, language.LanguageHandshakeResponse>((request) => {
      engineAddress = request.getEngineAddress() || engineAddress;
      return new language.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary<Empty, PluginInfo>(() => new PluginInfo()),
    // Empty: the toolchain puts the plugins into PULUMI_HOME itself, and the SDK names each one's version.
    getRequiredPackages: unary<language.GetRequiredPackagesRequest, language.GetRequiredPackagesResponse>(
      () => new language.GetRequiredPackagesResponse(),
    ),
    getRequiredPlugins: unary<language.GetRequiredPluginsRequest, language.GetRequiredPluginsResponse>(
      () => new language.GetRequiredPluginsResponse(),
    ),
    about: unary<language.AboutRequest, language.AboutResponse>(() => {
      const response = new language.AboutResponse();
      response.setExecutable(process.execPath);
      response.setVersion(process.version);
      return response;
    }),
    getProgramDependencies: unary<
      language.GetProgramDependenciesRequest,
      language.GetProgramDependenciesResponse
    >((request) => programDependencies(request.getInfo()?.getProgramDirectory() ?? request.getPwd())),
    run: unary<language.RunRequest, language.RunResponse>((request) => run(request, engineAddress)),
    runPlugin: runPlugin,
    installDependencies: installDependencies,
    cancel: unary<Empty, Empty>(async () => {
      await stopChildren();
      return new Empty();
    }),
  };
}

function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: Error) => callback({ code: status.UNKNOWN, details: error.message }),
      );
  };
}

async function run(request: language.RunRequest, engineAddress: string): Promise<language.RunResponse> {
  const child = startNode(programCommand(request, engineAddress, process.env), [
    "ignore",
    "inherit",
    "inherit",
  ]);
  const { code, signal } = await ended(child);
  const response = new language.RunResponse();
  if (code === errorAlreadyReported) response.setBail(true);
  else if (signal) response.setError(`the program was ended by ${signal}`);
  else if (code !== 0) response.setError(`the program ended with exit code ${code}`);
  return response;
}
