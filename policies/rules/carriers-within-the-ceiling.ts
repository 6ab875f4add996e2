import type { PolicyResource } from "@pulumi/policy";
import { isListOfRepositories, TYPES } from "../resource-types";
import { configOf, each, stackRule } from "../rule";

/** Organization secrets that a workflow sees: the first of those its repository may read, by name (GitHub's docs). */
const DEFAULTS = { ceiling: 100 };

/** By this stack's own secrets alone; the program's preview counts someone else's as well. */
export const carriersWithinTheCeiling = stackRule(
  {
    name: "carriers-within-the-ceiling",
    description: "No repository may read more organization secrets than a workflow sees.",
    remedy: "spread the secrets over more carriers, and narrow visibility to selected",
    enforcementLevel: "mandatory",
    config: {
      ceiling: { type: "integer", description: "Most secrets per repository", default: DEFAULTS.ceiling },
    },
  },
  function* (args) {
    const { ceiling } = configOf(args, DEFAULTS);
    const pairs = [...each(args.resources.filter(isRead), readersOf)];
    const everywhere = pairs.flatMap(({ name, reader }) => (reader === undefined ? [name] : []));
    const repositories = new Set(pairs.map(({ reader }) => reader));
    const counts = [...repositories].map((repository) => {
      const named = pairs.flatMap(({ name, reader }) => (reader === repository ? [name] : []));
      return new Set([...everywhere, ...named]).size;
    });
    const most = Math.max(0, ...counts);
    if (most <= ceiling) return;
    const cause = `a repository may read ${most} of this stack's secrets, ${most - ceiling} more than its workflow sees`;
    yield { cause };
  },
);

function isRead({ type }: PolicyResource): boolean {
  return type === TYPES.organizationSecret || isListOfRepositories(type);
}

/** Who may read a secret: repositories by id, or undefined for those that are not named. */
function* readersOf({ props }: PolicyResource): Generator<{ name: string; reader: unknown }> {
  const name = String(props.secretName).toUpperCase();
  if (props.visibility === "all" || props.visibility === "private") yield { name, reader: undefined };
  for (const reader of props.selectedRepositoryIds ?? []) yield { name, reader };
}
