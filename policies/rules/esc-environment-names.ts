import type { PolicyResource } from "@pulumi/policy";
import { isEnvironment } from "../resource-types";
import { each, stackRule } from "../rule";
import { stageOf } from "../stage";

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)+$/;

/** `APPLICATION-ENVIRONMENT` is what applications open, `APPLICATION-ENVIRONMENT-GROUP` what it imports. */
export const escEnvironmentNames = stackRule(
  {
    name: "esc-environment-names",
    description: "An ESC environment is called APPLICATION-ENVIRONMENT or APPLICATION-ENVIRONMENT-GROUP.",
    remedy:
      "take its name from the application, the environment and the group, in lower case, with dashes between",
    enforcementLevel: "mandatory",
  },
  function* (args) {
    const declared = args.resources.filter(({ type }) => isEnvironment(type));
    yield* each(declared, function* (environment) {
      const { urn, props } = environment;
      if (!NAME.test(String(props.name))) yield { cause: "its name is not of parts in lower case", urn };
      else if (applicationOf(environment) === "")
        yield { cause: "its name does not say its environment", urn };
    });
    const applications = new Set(declared.map(applicationOf).filter((each) => each));
    if (applications.size > 1)
      yield { cause: "the ESC environments of this stack begin with different applications" };
  },
);

/** What stands before its environment; "" where the name lacks it, undefined where no component says which it is. */
function applicationOf(environment: PolicyResource): string | undefined {
  const stage = stageOf(environment);
  if (stage === undefined) return undefined;
  const [application = "", ...rest] = `${environment.props.name}-`.split(`-${stage}-`);
  return rest.length === 0 ? "" : application;
}
