import { equal, ok } from "node:assert/strict";
import type { RegisterResourceOutputsRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { type ProgramOptions, runProgram } from "../program/run-program";
import type { Told } from "./run-pack";

/** Text of an asset, which the provider takes out and marks secret. */
const ASSET_TEXT = "c44067f5952c0a294b673a41bacd8c17";

/**
 * What the engine would tell a pack of one stack of the program: the resources as it declares them, secrets marked, and
 * what its components give out.
 */
export async function toldByProgram(options: ProgramOptions): Promise<Told[]> {
  const outputs = new Map<string, Record<string, unknown>>();
  const register = MockMonitor.prototype.registerResourceOutputs;
  MockMonitor.prototype.registerResourceOutputs = function (request: RegisterResourceOutputsRequest, done) {
    outputs.set(idOf(request.getUrn()), request.getOutputs()?.toJavaScript() ?? {});
    return register.call(this, request, done);
  };
  try {
    const { resources, error } = await runProgram(options);
    equal(error, undefined);
    ok(resources.length > 50);
    return resources.map(({ type, name, wire, parent, custom, protect, ignoreChanges }) => {
      const inputs = withTexts(JSON.parse(wire)) as Record<string, unknown>;
      const given = custom ? {} : { outputs: outputs.get(`${type}::${name}`) ?? {} };
      return { type, name, inputs, protect, ignoreChanges, parent: idOf(parent), ...given };
    });
  } finally {
    MockMonitor.prototype.registerResourceOutputs = register;
  }
}

/** `type::name` of a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function idOf(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  return `${types.split("$").at(-1)}::${name.join("::")}`;
}

function withTexts(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withTexts);
  const fields = value as Record<string, unknown>;
  if (Object.values(fields).includes(ASSET_TEXT) && typeof fields.text === "string") return fields.text;
  return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, withTexts(each)]));
}
