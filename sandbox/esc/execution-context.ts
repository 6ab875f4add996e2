import { valueFromJson } from "./builtins";
import type { Json } from "./go-json";
import { missingNode, type Value } from "./value";

/** The value of `${context}` inside one environment: what the caller gave, and the environments' names. */
export function executionContext(given: Map<string, Json>, currentName: string, rootName: string): Value {
  const named = (name: string) => new Map<string, Json>([["name", name]]);
  const context = new Map<string, Json>([
    ...given,
    ["currentEnvironment", named(currentName)],
    ["rootEnvironment", named(rootName)],
  ]);
  return valueFromJson(context, { ...missingNode(""), state: "done" }, false);
}
