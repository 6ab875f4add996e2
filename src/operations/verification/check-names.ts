import type { Context } from "../context";
import { wrongNames } from "../observation/github-names";
import { type Check, check, firstOf, ok, wrong } from "./check";

/** Whether GitHub has what config and catalog name, under the same spelling: trust compares names by letter. */
export function checkNames(context: Context): Promise<Check> {
  return check("names in GitHub", async () => {
    const problems = await wrongNames(context);
    const [first] = problems;
    if (first === undefined) return ok("github-names-match", "all there, as config and catalog spell them");
    const causes = problems.map(({ subject, cause }) => `${subject}: ${cause}`);
    return wrong(first.code, firstOf(causes), firstOf([...new Set(problems.map(({ remedy }) => remedy))]));
  });
}
