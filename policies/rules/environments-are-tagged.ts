import { environmentId } from "../esc-text";
import { isEnvironment, TYPES } from "../resource-types";
import { configOf, each, stackRule, texts } from "../rule";
import { environmentKey } from "../stage";

/** The environment and the group are in the name. */
const DEFAULTS = { tags: ["owner"] };
/** Names of tags by the key of their ESC environment; tags do not name theirs in outputs. */
const tagged = new Map<string, Set<string>>();

export const environmentsAreTagged = stackRule(
  {
    name: "environments-are-tagged",
    description: "An ESC environment has tags that say what it is for and who owns it.",
    remedy:
      "declare an EnvironmentTag (pulumiservice:api/esc) for each, or name other tags in the pack's config",
    enforcementLevel: "advisory",
    config: { tags: texts("Names of the tags that each ESC environment carries", DEFAULTS.tags) },
  },
  function* (args) {
    const { tags } = configOf(args, DEFAULTS);
    const declared = args.resources.filter(({ type }) => isEnvironment(type));
    yield* each(declared, function* ({ urn, props }) {
      const names = tagged.get(environmentKey(environmentId(props)));
      const missing = tags.filter((tag) => !names?.has(tag));
      if (missing.length > 0) yield { cause: `it lacks the tags ${missing.join(", ")}`, urn };
    });
  },
  ({ type, props }) => {
    if (type === TYPES.stack) tagged.clear(); // A run begins.
    if (type !== TYPES.environmentTag || String(props.value ?? "").trim() === "") return;
    const key = environmentKey({
      organization: props.orgName,
      project: props.projectName,
      name: props.envName,
    });
    tagged.set(key, (tagged.get(key) ?? new Set()).add(props.name));
  },
);
