import { stringify } from "yaml";
import { type Naming, pathOf, valuesEnvironment } from "./layout";

/**
 * The text of a composite environment: it imports one values environment per group, and nothing else.
 *
 * The variables for `pulumi env run` are mapped where the values stand, by the sync job, which alone knows which
 * exist: a mapping here would name secrets nobody has set yet, and ESC then refuses to open the whole
 * environment, or, had they a default of null, exports them as empty strings.
 *
 * @returns YAML as ESC returns it, so that a refresh shows no change.
 */
export function renderComposite(naming: Naming, environment: string, groups: readonly string[]): string {
  const imports = [...groups].sort().map((group) => pathOf(valuesEnvironment(naming, environment, group)));
  return stringify({ imports });
}
