import type { Policies } from "@pulumi/policy";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { POLICIES } from "../../policies/list";

/** The SDK's own server, without its port: what a pack sees is what the engine would show it. */
const server = require("@pulumi/policy/server") as Record<
  "makeRemediateRpcFun" | "makeAnalyzeRpcFun" | "makeAnalyzeStackRpcFun",
  (pack: string, version: string, level: string, policies: Policies) => Rpc
>;
type Rpc = (call: { request: object }, done: (error: Error | null, answer: Answer) => void) => Promise<void>;
interface Answer {
  getDiagnosticsList?(): analyzer.AnalyzeDiagnostic[];
  getRemediationsList?(): unknown[];
  getNotApplicableList(): { getReason(): string }[];
}

/** Text in the place of which the engine sends one that a preview does not know (sdk resource/properties.go). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value marked secret, as it goes over the wire. */
export function secret(value: unknown): object {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** A resource as the engine tells a pack of it. */
export interface Told {
  type: string;
  name: string;
  inputs?: Record<string, unknown>;
  /** Default: the inputs. */
  outputs?: Record<string, unknown>;
  protect?: boolean;
  ignoreChanges?: readonly string[];
  /** `type::name` of its parent. */
  parent?: string;
  /** By input: `type::name` of what the program passed into it. */
  dependsOn?: Readonly<Record<string, readonly string[]>>;
  /** Config of its provider. */
  provider?: Record<string, unknown>;
}

/** What a policy reported. */
export interface Reported {
  policy: string;
  level: "mandatory" | "advisory";
  message: string;
  /** `type::name` of the resource; "" for the stack as a whole. */
  about: string;
}

type Config = Readonly<Record<string, object>>;

/** Runs the policies over a stack as `pulumi preview` and `up` do: each resource's inputs, then all outputs. */
export async function runPack(
  policies: typeof POLICIES,
  resources: readonly Told[],
  config: Config = {},
): Promise<Reported[]> {
  const pack = policies.map((policy) => withConfig(policy, config[policy.name] ?? {})) as Policies;
  const rpc = (method: keyof typeof server, request: object) => call(method, pack, request);
  const reported: Reported[] = [];
  for (const resource of resources) {
    const request = fill(new analyzer.AnalyzeRequest(), resource, resource.inputs);
    await rpc("makeRemediateRpcFun", request);
    reported.push(...(await rpc("makeAnalyzeRpcFun", request)).map((each) => reportOf(each, idOf(resource))));
  }
  const stack = new analyzer.AnalyzeStackRequest();
  stack.setResourcesList(
    resources.map((each) => fill(new analyzer.AnalyzerResource(), each, each.outputs ?? each.inputs)),
  );
  reported.push(...(await rpc("makeAnalyzeStackRpcFun", stack)).map((each) => reportOf(each, "")));
  return reported;
}

function withConfig(policy: (typeof POLICIES)[number], config: object): object {
  const bound = (work: unknown) =>
    typeof work === "function"
      ? (args: object, report: unknown) => work({ ...args, getConfig: () => config }, report)
      : work;
  return Object.fromEntries(Object.entries(policy).map(([key, value]) => [key, bound(value)]));
}

function call(
  method: keyof typeof server,
  pack: Policies,
  request: object,
): Promise<analyzer.AnalyzeDiagnostic[]> {
  return new Promise((resolve, reject) => {
    void server[method](
      "pack",
      "0.0.0",
      "mandatory",
      pack,
    )({ request }, (error, answer) => {
      if (error) reject(error);
      else if ((answer.getRemediationsList?.() ?? []).length > 0) reject(new Error("a resource was changed"));
      else resolve(answer.getDiagnosticsList?.() ?? []);
    });
  });
}

function idOf({ type, name }: Pick<Told, "type" | "name">): string {
  return `${type}::${name}`;
}

function fill<Request extends analyzer.AnalyzeRequest | analyzer.AnalyzerResource>(
  request: Request,
  resource: Told,
  properties: Record<string, unknown> = {},
): Request {
  request.setType(resource.type);
  request.setName(resource.name);
  request.setUrn(idOf(resource));
  // As the engine sends them: what is undefined is not sent.
  const sent = JSON.parse(JSON.stringify(properties)) as Parameters<typeof Struct.fromJavaScript>[0];
  request.setProperties(Struct.fromJavaScript(sent));
  const options = new analyzer.AnalyzerResourceOptions();
  options.setProtect(resource.protect === true);
  options.setIgnorechangesList([...(resource.ignoreChanges ?? [])]);
  request.setOptions(options);
  if (resource.provider !== undefined) {
    const provider = new analyzer.AnalyzerProviderResource();
    provider.setType(`pulumi:providers:${resource.type.split(":")[0]}`);
    provider.setProperties(Struct.fromJavaScript(resource.provider as typeof sent));
    request.setProvider(provider);
  }
  if (request instanceof analyzer.AnalyzerResource) {
    request.setParent(resource.parent ?? "");
    for (const [property, urns] of Object.entries(resource.dependsOn ?? {})) {
      const dependencies = new analyzer.AnalyzerPropertyDependencies();
      dependencies.setUrnsList([...urns]);
      request.getPropertydependenciesMap().set(property, dependencies);
    }
  }
  return request;
}

/** Levels as the protocol numbers them. */
const LEVELS = { 0: "advisory", 1: "mandatory" } as const;

function reportOf(diagnostic: analyzer.AnalyzeDiagnostic, resource: string): Reported {
  return {
    policy: diagnostic.getPolicyname(),
    level: LEVELS[diagnostic.getEnforcementlevel() as 0 | 1],
    message: diagnostic.getMessage(),
    about: diagnostic.getUrn() || resource,
  };
}
