import { findAccessDifferences } from "../access/access-differences";
import { observeAccess } from "../access/observe-access";
import type { Doors } from "../command";
import { readStacks } from "../project";
import { type Check, checkLink } from "./check";

/** Whether Pulumi Cloud gives people what the policies say: above all, nothing by default. */
export function checkAccess(doors: Doors): Promise<Check> {
  return checkLink("access", async () => {
    const { catalog, project } = doors;
    const stacks = [...readStacks(project).values()];
    const differences = findAccessDifferences(catalog, project.settings, await observeAccess(doors), stacks);
    if (differences.length === 0)
      return { standing: "ok", what: "as the policies give, and nothing by default" };
    const told = differences.slice(0, 3).map(({ thing, what }) => `${thing}: ${what}`);
    const more = differences.length > told.length ? `; and ${differences.length - told.length} more` : "";
    const remedy = "npx sophia-secrets access says what to do for each";
    return { standing: "wrong", what: `${told.join("; ")}${more}`, remedy };
  });
}
