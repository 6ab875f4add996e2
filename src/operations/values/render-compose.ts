import { stringify } from "yaml";
import type { Context } from "../context";
import { variablesOf } from "./open-values";

/**
 * A Compose file that gives a service every secret of a deployment environment, and holds no value. Compose takes them
 * from the variables that it is started with, and stops where a required one is not set (`:?`, Compose's interpolation).
 */
export function renderCompose(
  context: Pick<Context, "catalog" | "now">,
  environment: string,
  service: string,
): string {
  const variables = variablesOf(context, environment).map(({ name, required }) => [
    name,
    required ? `\${${name}:?is not set}` : `\${${name}:-}`,
  ]);
  const document = { services: { [service]: { environment: Object.fromEntries(variables) } } };
  return stringify(document, { lineWidth: 0 });
}
