import * as pulumi from "@pulumi/pulumi";
import { compositeEnvironment, pathOf } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { AccessRules } from "../access/access-rules";
import { Refusal } from "../diagnostics";

/** What is known of a run when it is about to delete a composite environment. */
interface Guarded {
  /** The stack's config: its deployment environments. */
  settings: Settings;
  /** What the access policies make of them. */
  access: AccessRules;
}

/**
 * The hook of every composite environment. It refuses to delete one that this run declares: applications and people open
 * it, and newer engines lift `protect` (`pulumi destroy --ignore-protect`). A composite of a policy that left the
 * catalog may go.
 *
 * The state keeps the hook's name, and the engine runs what is registered under it, so each run makes it.
 */
export function guardComposites({ settings, access }: Guarded): pulumi.ResourceHook {
  const declared = new Set(
    settings.environments
      .flatMap((deployment) => [
        compositeEnvironment(settings, deployment),
        ...access.of(deployment).audiences.map(({ environment }) => environment),
      ])
      .map(pathOf),
  );
  return new pulumi.ResourceHook(
    "refuse-to-delete-composite",
    ({ oldInputs = {} }) => {
      const path = `${oldInputs.project}/${oldInputs.name}`;
      if (!declared.has(path)) return;
      throw new Refusal({
        code: "composite-deletion-refused",
        subject: path,
        cause:
          "applications or people open this environment, and the catalog still declares it. Nothing of it was deleted",
        remedy: "undo the change of the catalog or of the config that removes it",
      });
    },
    { onDryRun: true },
  );
}
