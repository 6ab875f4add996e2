import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { ProviderDefinition } from "../../toolchain/plugins/provider/definition";
import { serveProvider } from "../../toolchain/plugins/provider/serve-provider";
import { fromStruct, type Properties, reveal, toStruct } from "../../toolchain/plugins/provider/wire";

const { DIFF_NONE } = rpc.DiffResponse.DiffChanges;

/** A resource as the engine remembers it. */
export interface Stored {
  id: string;
  inputs: Properties;
  state: Properties;
}

/** A served provider, asked over gRPC the way the engine asks it. */
export interface Plugin {
  configure(settings: Properties): Promise<void>;
  check(type: string, inputs: Properties): Promise<{ inputs: Properties; failures: string[] }>;
  /** Changed inputs; those that replace have `!` at the end, and `deleteFirst` is told apart. */
  diff(
    type: string,
    stored: Stored,
    news: Properties,
    ignore?: string[],
  ): Promise<{ changed: string[]; deleteFirst: boolean }>;
  create(type: string, inputs: Properties, preview?: boolean): Promise<Stored>;
  update(type: string, stored: Stored, news: Properties, preview?: boolean): Promise<Stored>;
  /** Undefined when the resource is gone. */
  refresh(type: string, stored: Stored): Promise<Stored | undefined>;
  import(type: string, id: string): Promise<Stored | undefined>;
  delete(type: string, stored: Stored): Promise<void>;
  invoke(token: string, args: Properties): Promise<Properties>;
  close(): void;
}

/** Serves a stand-in in this process. */
export async function startPlugin<Client>(definition: ProviderDefinition<Client>): Promise<Plugin> {
  const server = await serveProvider(definition);
  return connectPlugin(definition.name, server.port, server.close);
}

/** Talks to a plugin that listens on a port of this machine. */
export function connectPlugin(name: string, port: number, stop: () => void): Plugin {
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const read = async (type: string, id: string, inputs?: Properties, state?: Properties) => {
    const request = message(rpc.ReadRequest, type, id);
    request.setInputs(inputs && toStruct(inputs));
    request.setProperties(state && toStruct(state));
    const found = await call<rpc.ReadResponse>((done) => client.read(request, done));
    if (found.getId() === "") return undefined;
    return {
      id: found.getId(),
      inputs: kept(found.getInputs()),
      state: kept(found.getProperties()),
    };
  };
  return {
    async configure(settings) {
      const request = new rpc.ConfigureRequest();
      request.setArgs(toStruct(settings));
      request.setAcceptsecrets(true);
      request.setSendsOldInputs(true);
      request.setSendsOldInputsToDelete(true);
      for (const [key, value] of Object.entries(settings)) {
        request.getVariablesMap().set(`${name}:config:${key}`, String(reveal(value)));
      }
      await call<rpc.ConfigureResponse>((done) => client.configure(request, done));
    },
    async check(type, inputs) {
      const request = message(rpc.CheckRequest, type);
      request.setNews(toStruct(inputs));
      const checked = await call<rpc.CheckResponse>((done) => client.check(request, done));
      const failures = checked
        .getFailuresList()
        .map((one) => `${one.getProperty()}: ${one.getReason()}`)
        .sort();
      return { inputs: kept(checked.getInputs()), failures };
    },
    async diff(type, stored, news, ignore = []) {
      const request = message(rpc.DiffRequest, type, stored.id);
      request.setOlds(toStruct(stored.state));
      request.setOldInputs(toStruct(stored.inputs));
      request.setNews(toStruct(news));
      request.setIgnorechangesList(ignore);
      const diff = await call<rpc.DiffResponse>((done) => client.diff(request, done));
      const replaces = diff.getReplacesList();
      const changed = diff
        .getDiffsList()
        .map((name) => (replaces.includes(name) ? `${name}!` : name))
        .sort();
      if ((diff.getChanges() === DIFF_NONE) !== (changed.length === 0))
        throw new Error("the diff contradicts itself");
      return { changed, deleteFirst: replaces.length > 0 && diff.getDeletebeforereplace() };
    },
    async create(type, inputs, preview = false) {
      const request = message(rpc.CreateRequest, type);
      request.setProperties(toStruct(inputs));
      request.setPreview(preview);
      const created = await call<rpc.CreateResponse>((done) => client.create(request, done));
      return { id: created.getId(), inputs, state: kept(created.getProperties()) };
    },
    async update(type, stored, news, preview = false) {
      const request = message(rpc.UpdateRequest, type, stored.id);
      request.setOlds(toStruct(stored.state));
      request.setOldInputs(toStruct(stored.inputs));
      request.setNews(toStruct(news));
      request.setPreview(preview);
      const updated = await call<rpc.UpdateResponse>((done) => client.update(request, done));
      return { id: stored.id, inputs: news, state: kept(updated.getProperties()) };
    },
    refresh: (type, stored) => read(type, stored.id, stored.inputs, stored.state),
    import: (type, id) => read(type, id),
    async delete(type, stored) {
      const request = message(rpc.DeleteRequest, type, stored.id);
      request.setProperties(toStruct(stored.state));
      request.setOldInputs(toStruct(stored.inputs));
      await call((done) => client.delete(request, done));
    },
    async invoke(token, args) {
      const request = new rpc.InvokeRequest();
      request.setTok(token);
      request.setArgs(toStruct(args));
      return fromStruct((await call<rpc.InvokeResponse>((done) => client.invoke(request, done))).getReturn());
    },
    close() {
      client.close();
      stop();
    },
  };
}

/** As the engine keeps them: without nulls, be they secret or not. */
function kept(struct: Parameters<typeof fromStruct>[0]): Properties {
  const entries = Object.entries(fromStruct(struct)).filter(([, value]) => (reveal(value) ?? null) !== null);
  return Object.fromEntries(entries);
}

interface Addressed {
  setUrn(urn: string): void;
  setName(name: string): void;
  setType(type: string): void;
  setId?(id: string): void;
}

function message<Request extends Addressed>(kind: new () => Request, type: string, id?: string): Request {
  const request = new kind();
  request.setUrn(`urn:pulumi:dev::test::${type}::it`);
  request.setName("it");
  request.setType(type);
  if (id !== undefined) request.setId?.(id);
  return request;
}

function call<Response>(
  run: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((done, fail) => {
    run((error, response) => (error === null ? done(response) : fail(new Error(error.details))));
  });
}
