import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changesOf } from "./changes";
import type { ProviderDefinition } from "./definition";
import { diffResponse } from "./diff-response";
import { ProviderSession } from "./provider-session";
import { rpcFailure, unary } from "./rpc-answer";
import { fromStruct, plain, toStruct } from "./wire";

/**
 * `pulumirpc.ResourceProvider` for one definition. The SDK's own server (`@pulumi/pulumi/provider`) hides the
 * provider's configuration, previews, old inputs and ignored changes, which the imitated faults depend on.
 */
export function providerService<Client>(
  definition: ProviderDefinition<Client>,
): UntypedServiceImplementation {
  const session = new ProviderSession(definition);
  const describeRead = (error: Error, request: rpc.ReadRequest) =>
    rpcFailure(
      error,
      `${definition.bridged ? `refreshing ${request.getUrn()}: ` : ""}${definition.describeError(error)}`,
    );
  const describeInvoke = (error: Error, request: rpc.InvokeRequest) =>
    rpcFailure(
      error,
      `${definition.bridged ? `invoking ${request.getTok()}: ` : ""}${definition.describeError(error)}`,
    );
  const describe = (error: Error) => rpcFailure(error, definition.describeError(error));
  return {
    getPluginInfo: unary<Empty, PluginInfo>(() => {
      const info = new PluginInfo();
      info.setVersion(definition.version);
      return info;
    }, describe),
    getSchema: unary<rpc.GetSchemaRequest, rpc.GetSchemaResponse>(() => {
      const response = new rpc.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: definition.name, version: definition.version }));
      return response;
    }, describe),
    checkConfig: unary<rpc.CheckRequest, rpc.CheckResponse>((request) => {
      const response = new rpc.CheckResponse();
      response.setInputs(toStruct(definition.checkSettings(fromStruct(request.getNews()))));
      return response;
    }, describe),
    diffConfig: unary<rpc.DiffRequest, rpc.DiffResponse>((request) => diffSettings(request), describe),
    configure: unary<rpc.ConfigureRequest, rpc.ConfigureResponse>((r) => session.configure(r), describe),
    invoke: unary<rpc.InvokeRequest, rpc.InvokeResponse>((r) => session.invoke(r), describeInvoke),
    check: unary<rpc.CheckRequest, rpc.CheckResponse>((r) => session.check(r), describe),
    diff: unary<rpc.DiffRequest, rpc.DiffResponse>((r) => session.diff(r), describe),
    create: unary<rpc.CreateRequest, rpc.CreateResponse>((r) => session.create(r), describe),
    read: unary<rpc.ReadRequest, rpc.ReadResponse>((r) => session.read(r), describeRead),
    update: unary<rpc.UpdateRequest, rpc.UpdateResponse>((r) => session.update(r), describe),
    delete: unary<rpc.DeleteRequest, Empty>((r) => session.remove(r), describe),
    cancel: unary<Empty, Empty>(() => new Empty(), describe),
    attach: unary<unknown, Empty>(() => new Empty(), describe),
  };
}

/** A changed provider configuration is an update of the provider, never a replacement of what it made. */
function diffSettings(request: rpc.DiffRequest): rpc.DiffResponse {
  const changes = changesOf(
    {},
    {
      olds: plain(request.getOldInputs()),
      oldInputs: plain(request.getOldInputs()),
      news: plain(request.getNews()),
      ignoreChanges: request.getIgnorechangesList(),
      zeroMeansAbsent: false,
    },
  );
  return diffResponse(changes, [], false);
}
