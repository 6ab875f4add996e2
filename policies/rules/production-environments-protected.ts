import { composesOthers, environmentId } from "../esc-text";
import { isEnvironment, TYPES } from "../resource-types";
import { configOf, each, ifKnown, stackRule, texts } from "../rule";
import { environmentKey, isFor } from "../stage";

const DEFAULTS = { environments: ["production", "prod"] };
/** Keys of the ESC environments that the program has Pulumi Cloud protect; settings do not name theirs in outputs. */
const kept = new Set<string>();

/**
 * For those that hold values or the ledger. Left out is one that composes others alone and whose text is the stack's: it
 * holds nothing that the stack could not write again. Where the stack ignores the text (ignoreChanges), somebody else
 * writes it, and what the program declares says nothing of it. Settings are asked for once the environment is there, for
 * it has none until then.
 */
export const productionEnvironmentsProtected = stackRule(
  {
    name: "production-environments-protected",
    description: "Neither this program nor a person can delete an ESC environment of production by mistake.",
    remedy:
      "give it protect: true, and declare its EnvironmentSettings (pulumiservice:api/esc) with deletionProtected: true",
    enforcementLevel: "mandatory",
    config: { environments: texts("Environments that count as production", DEFAULTS.environments) },
  },
  function* (args) {
    const { environments } = configOf(args, DEFAULTS);
    const declared = args.resources.filter(({ type }) => isEnvironment(type));
    yield* each(declared, function* (environment) {
      const { urn, opts, props } = environment;
      if (!isFor(environment, environments)) return;
      if (composesOthers(props.yaml) && !opts.ignoreChanges.includes("yaml")) return;
      if (!opts.protect) yield { cause: "it is not protected in the stack", urn };
      const isThere = Boolean(ifKnown(() => props.environmentId));
      if (isThere && !kept.has(environmentKey(environmentId(props))))
        yield { cause: "Pulumi Cloud lets anyone with the right delete it", urn };
    });
  },
  ({ type, props }) => {
    if (type === TYPES.stack) kept.clear(); // A run begins.
    if (type !== TYPES.environmentSettings) return;
    const key = environmentKey({
      organization: props.orgName,
      project: props.projectName,
      name: props.envName,
    });
    if (props.deletionProtected === true) kept.add(key);
    else kept.delete(key);
  },
);
