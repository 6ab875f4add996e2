import { own } from "./cloud";
import { badRequest, notFound } from "./service-error";

const STEP = /\.?([A-Za-z_$][\w$-]*)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/gy;

/**
 * The value of an opened environment at a Pulumi property path: `a.b["weird.key"][0]`.
 *
 * @param environment the vendor's JSON: `properties`, whose values are `{value, secret?, trace}`.
 * @throws 400 for what is not a path, 404 when nothing is there.
 */
export function valueAt(environment: unknown, path: string): unknown {
  let current: unknown = { value: (environment as { properties?: unknown }).properties ?? {} };
  for (const step of stepsOf(path)) {
    const { value } = current as { value?: unknown };
    if (typeof value === "object" && value !== null) current = own(value as Record<string, unknown>, step);
    else current = undefined;
    if (current === undefined) throw notFound(`property '${path}'`);
  }
  return current;
}

/** The steps of a property path. @param what stands in the refusal of what is none. */
export function stepsOf(path: string, what = "the query parameter property"): string[] {
  const steps: string[] = [];
  let end = 0;
  for (const match of path.matchAll(STEP)) {
    steps.push(match[1] ?? match[2]?.replaceAll(/\\(.)/g, "$1") ?? match[3] ?? "");
    end = match.index + match[0].length;
  }
  if (end !== path.length) throw badRequest(`${what} is not a property path`);
  return steps;
}
