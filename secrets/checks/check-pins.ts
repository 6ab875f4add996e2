import type { Problem } from "../problem";
import type { Settings } from "../settings";

/** A tag of revisions: what begins with a digit ESC takes for a revision's number, and `latest` is the service's own. */
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/;

/** Tags that the composites of this stack's environments are to import. Whether they exist only ESC knows. */
export function checkPins({ compositeTags, environments }: Settings): Problem[] {
  return Object.entries(compositeTags).flatMap(([environment, tag]) => {
    const thing = `config compositeTags.${environment}`;
    const problems: Problem[] = [];
    if (!environments.includes(environment)) {
      problems.push({
        thing,
        cause: "this stack does not own the environment, so the tag would be without effect",
        remedy: `name one of ${environments.join(", ")}, or set it in the stack that owns it`,
      });
    }
    if (!TAG.test(tag) || tag === "latest") {
      problems.push({
        thing,
        cause: `is no tag that all groups can have: ${tag}`,
        remedy: `npx sophia-secrets history ${environment} lists tags such as run-123; leave it out for the newest values`,
      });
    }
    return problems;
  });
}
