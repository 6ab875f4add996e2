import { isDeepStrictEqual } from "node:util";
import type { Value } from "./expression";

export type Combination = Record<string, Value>;

/** GitHub's limit of jobs that one matrix may make. */
const MAX_COMBINATIONS = 256;

/**
 * The combinations of a resolved `strategy.matrix`, in GitHub's order: the product of the lists, less what
 * `exclude` matches; then each `include` added to every combination whose own values it does not change, or
 * standing as one of its own.
 *
 * @throws when a dimension is not a list, or more than 256 jobs would come of it.
 */
export function matrixCombinations(matrix: Value): Combination[] {
  if (matrix === null) return [{}];
  const { include, exclude, ...dimensions } = matrix as Record<string, Value>;
  const product = Object.entries(dimensions).reduce<Combination[]>(
    (combinations, [name, values]) =>
      combinations.flatMap((one) => list(name, values).map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
  const excluded = list("exclude", exclude ?? []) as Combination[];
  const base = Object.keys(dimensions).length === 0 ? [] : product;
  const kept = base.filter((one) => !excluded.some((pattern) => agrees(one, pattern)));
  const result = withIncludes(kept, list("include", include ?? []) as Combination[]);
  if (result.length > MAX_COMBINATIONS) {
    throw new Error(`The matrix makes ${result.length} jobs; GitHub allows ${MAX_COMBINATIONS}`);
  }
  return result;
}

function withIncludes(originals: Combination[], includes: Combination[]): Combination[] {
  const extended = originals.map((one) => ({ ...one }));
  const alone: Combination[] = [];
  for (const extra of includes) {
    let used = false;
    originals.forEach((original, at) => {
      const clashes = Object.keys(extra).some(
        (key) => key in original && !isDeepStrictEqual(original[key], extra[key]),
      );
      if (clashes) return;
      Object.assign(extended[at] as Combination, extra);
      used = true;
    });
    if (!used) alone.push({ ...extra });
  }
  return [...extended, ...alone];
}

function agrees(one: Combination, pattern: Combination): boolean {
  return Object.entries(pattern).every(([key, value]) => isDeepStrictEqual(one[key], value));
}

function list(name: string, value: Value): Value[] {
  if (!Array.isArray(value)) throw new Error(`The matrix value '${name}' is not a list`);
  return value;
}

/** `sync (staging, true)`: what GitHub appends to the name of a matrix job that has no name of its own. */
export function matrixSuffix(combination: Combination): string {
  const values = Object.values(combination).filter((value) => value === null || typeof value !== "object");
  return values.length === 0 ? "" : ` (${values.join(", ")})`;
}
