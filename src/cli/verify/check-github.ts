import { dayOf } from "../../../secrets/tombstone";
import type { Doors } from "../command";
import { findDrift, isDrift } from "../drift/find-drift";
import { observeAll } from "../drift/observe-github";
import { namesIn } from "../names-in";
import { spreadOf } from "../values/spread";
import { type Check, checkLink } from "./check";

/** Whether GitHub has the secrets that the catalog declares, for those who may read them. */
export function checkGitHub(doors: Doors): Promise<Check> {
  return checkLink("secrets in GitHub", async () => {
    const github = doors.github();
    const [seen, spread] = await Promise.all([observeAll(doors, github), spreadOf(doors, github, true)]);
    const { catalog, project } = doors;
    const declaration = { catalog, settings: project.settings, spread, today: dayOf(doors.now()) };
    const drift = findDrift(declaration, seen).filter(isDrift);
    if (drift.length === 0) return { standing: "ok", what: `${seen.secrets.length} there, read as declared` };
    const what = `${drift.length} differ from the catalog: ${namesIn([...new Set(drift.map(({ name }) => name))])}`;
    return { standing: "wrong", what, remedy: "npx sophia-secrets drift says what to do for each" };
  });
}
