import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { changesOf, plannedOutputs, replacementsOf } from "./changes";
import type { CheckFailure, Live, ProviderDefinition, ResourceDefinition } from "./definition";
import { diffResponse } from "./diff-response";
import { isUnknown, type Properties, plain, secret, toStruct, unknown } from "./wire";

/** One configured provider: the engine starts a process for each. */
export class ProviderSession<Client> {
  private client: Client | undefined;

  constructor(private readonly definition: ProviderDefinition<Client>) {}

  async configure(request: rpc.ConfigureRequest): Promise<rpc.ConfigureResponse> {
    const settings = plain(request.getArgs());
    // With an unknown in its configuration nothing can be asked for yet; the engine then leaves previews to itself.
    const known = Object.values(settings).every((value) => !isUnknown(value));
    if (known) this.client = await this.definition.connect(settings);
    const response = new rpc.ConfigureResponse();
    response.setSupportspreview(true);
    // Not accepting secrets makes the engine hand over plain values and mark same-named outputs secret itself,
    // as it does for the bridged providers.
    response.setAcceptsecrets(false);
    return response;
  }

  async invoke(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
    const run = this.definition.functions[request.getTok()];
    if (run === undefined) throw new Error(this.missing("function", request.getTok()));
    const response = new rpc.InvokeResponse();
    response.setReturn(toStruct(await run(this.connected(), plain(request.getArgs()))));
    return response;
  }

  check(request: rpc.CheckRequest): rpc.CheckResponse {
    const resource = this.resource(request.getUrn());
    const { inputs: given, defaulted } = withDefaults(resource, plain(request.getNews()));
    const { inputs, failures } = resource.check?.(given) ?? { inputs: given, failures: [] };
    const marks = this.definition.bridged ? { __defaults: defaulted } : {};
    const response = new rpc.CheckResponse();
    response.setInputs(toStruct({ ...marks, ...withSecrets(resource, inputs) }));
    const all = [...this.missingInputs(resource, given), ...failures];
    response.setFailuresList(all.map((failure) => this.checkFailure(failure, request.getUrn())));
    return response;
  }

  diff(request: rpc.DiffRequest): rpc.DiffResponse {
    const resource = this.resource(request.getUrn());
    const oldInputs = plain(request.getOldInputs());
    const state = plain(request.getOlds());
    const fromState = this.definition.bridged;
    const ignored = request.getIgnorechangesList();
    const news = fromState
      ? plain(request.getNews())
      : { ...plain(request.getNews()), ...askedByState(state, ignored) };
    const changes = changesOf(resource, {
      olds: fromState ? state : oldInputs,
      oldInputs,
      news,
      ignoreChanges: fromState ? ignored : [],
      zeroMeansAbsent: fromState,
    });
    return diffResponse(
      changes,
      replacementsOf(resource, [...changes.keys()], state, news),
      resource.deleteBeforeReplace === true,
    );
  }

  async create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
    const resource = this.resource(request.getUrn());
    const inputs = unmarked(plain(request.getProperties()));
    const live: Live = request.getPreview()
      ? { id: "", outputs: plannedOutputs(resource, inputs, undefined) }
      : await resource.create(this.connected(), inputs);
    const response = new rpc.CreateResponse();
    response.setId(live.id);
    response.setProperties(
      this.outputs(
        resource,
        { ...resource.emptyOutputs, ...live.outputs },
        request.getPreview() ? unknown() : live.id,
      ),
    );
    return response;
  }

  async read(request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    const resource = this.resource(request.getUrn());
    const known = { state: plain(request.getProperties()), inputs: plain(request.getInputs()) };
    const found = await resource.read(this.connected(), request.getId(), known);
    const response = new rpc.ReadResponse();
    if (found === undefined) return response;
    const marks = this.definition.bridged ? { __defaults: known.inputs.__defaults ?? [] } : {};
    response.setId(found.id);
    response.setProperties(this.outputs(resource, found.outputs, found.id));
    response.setInputs(toStruct({ ...marks, ...withSecrets(resource, found.inputs) }));
    return response;
  }

  async update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
    const resource = this.resource(request.getUrn());
    const state = plain(request.getOlds());
    const given = unmarked(plain(request.getNews()));
    // A bridged provider plans an update from its state, and leaves there what is ignored.
    const ignored = this.definition.bridged ? request.getIgnorechangesList() : [];
    const news = { ...given, ...askedByState(state, ignored) };
    const keep = this.definition.bridged ? state : undefined;
    const outputs = request.getPreview()
      ? plannedOutputs(resource, news, keep)
      : await this.updateNow(resource, request.getId(), state, news);
    const response = new rpc.UpdateResponse();
    response.setProperties(this.outputs(resource, { ...resource.emptyOutputs, ...outputs }, request.getId()));
    return response;
  }

  async remove(request: rpc.DeleteRequest): Promise<Empty> {
    const resource = this.resource(request.getUrn());
    await resource.delete(this.connected(), request.getId(), plain(request.getProperties()));
    return new Empty();
  }

  private outputs(resource: ResourceDefinition<Client>, outputs: Properties, id: string): Struct {
    return toStruct({ ...(this.definition.bridged ? { id } : {}), ...withSecrets(resource, outputs) });
  }

  private checkFailure(failure: CheckFailure, urn: string): rpc.CheckFailure {
    const message = new rpc.CheckFailure();
    const path = `${urn.split("::")[3]}.${failure.property}`;
    const { bridged } = this.definition;
    message.setProperty(bridged ? "" : failure.property);
    message.setReason(bridged ? `${failure.reason}. Examine values at '${path}'.` : failure.reason);
    return message;
  }

  private missingInputs(resource: ResourceDefinition<Client>, inputs: Properties): CheckFailure[] {
    const reason = (name: string) =>
      this.definition.bridged
        ? `Missing required argument. The argument "${name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)}" is required, but no definition was found.`
        : `missing required property '${name}'`;
    const missing = resource.required.filter((name) => inputs[name] === undefined);
    return missing.map((name) => ({ property: name, reason: reason(name) }));
  }

  private updateNow(
    resource: ResourceDefinition<Client>,
    id: string,
    state: Properties,
    news: Properties,
  ): Promise<Properties> {
    if (resource.update === undefined) throw new Error("every change of this resource replaces it");
    return resource.update(this.connected(), id, state, news);
  }

  private connected(): Client {
    if (this.client === undefined) throw new Error(`the ${this.definition.name} provider is not configured`);
    return this.client;
  }

  private resource(urn: string): ResourceDefinition<Client> {
    const type = urn.split("::")[2]?.split("$").pop() ?? urn;
    const resource = this.definition.resources[type];
    if (resource === undefined) throw new Error(this.missing("resource", type));
    return resource;
  }

  private missing(kind: string, token: string): string {
    const { name, version } = this.definition;
    return `the stand-in for the ${name} ${version} provider has no ${kind} ${token}. Remedy: install the real plugin: pulumi plugin install resource ${name} ${version}`;
  }
}

/** Without nulls and without the names a bridged provider keeps beside the inputs. */
function unmarked(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(([name, value]) => value !== null && !name.startsWith("__")),
  );
}

function withDefaults<Client>(resource: ResourceDefinition<Client>, inputs: Properties) {
  const given = unmarked(inputs);
  const defaulted = Object.keys(resource.defaults ?? {}).filter((name) => given[name] === undefined);
  for (const name of defaulted) given[name] = resource.defaults?.[name];
  return { inputs: given, defaulted };
}

function withSecrets<Client>(resource: ResourceDefinition<Client>, properties: Properties): Properties {
  const marked = { ...properties };
  for (const name of resource.secrets ?? []) {
    if (marked[name] !== undefined && marked[name] !== null) marked[name] = secret(marked[name]);
  }
  return marked;
}

/**
 * What pulumi-go-provider (`infer/resource.go`, `diff`) takes for asked where changes are ignored: the state's values.
 * One that the vendor filled in, and no input ever had, is then a change, ignored as it is.
 */
function askedByState(state: Properties, ignored: readonly string[]): Properties {
  return Object.fromEntries(ignored.filter((name) => name in state).map((name) => [name, state[name]]));
}
