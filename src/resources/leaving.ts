import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../catalog/settings";
import { Refusal, warn } from "./diagnostics";
import type { DeploymentEnvironment } from "./esc/deployment-environment";
import { Carrier } from "./github/carrier";

/** What the guard of a stack's destruction goes by. */
export interface DestroyGuardArgs {
  settings: Pick<Settings, "leaving">;
  /** Parts of them are declared late. */
  deployments: readonly DeploymentEnvironment[];
  /** What has a value per deployment environment. */
  environmentSecrets: Promise<pulumi.Resource[]>;
  /** What is left where an entry moved: declared late, too. */
  leftovers: Promise<unknown>;
  /** Absent in a stack that does not own the organization. */
  organization:
    | (pulumi.Resource & { readonly whole: Promise<readonly pulumi.ComponentResource[]> })
    | undefined;
}

/**
 * Keeps `pulumi destroy --run-program` from deleting anything, unless the config says `leaving`. The engine deletes what
 * nothing depends on first, and stops at the first refusal. This component depends on every resource of the stack, so its
 * refusal comes before all deletions, with --continue-on-error and --ignore-protect too. `pulumi destroy` without the
 * program is refused by the engine itself, because resources have delete hooks.
 *
 * A component of its own, never protected: --exclude-protected would leave it out and delete the rest.
 */
export class DestroyGuard extends pulumi.ComponentResource {
  /**
   * @param name the application's name.
   * @param opts a parent: nothing depends on components, and the engine deletes a parent after its children.
   */
  constructor(
    name: string,
    { settings, deployments, environmentSecrets, leftovers, organization }: DestroyGuardArgs,
    opts: { parent: pulumi.Resource },
  ) {
    // The state keeps the hook's name, and the engine runs what is registered under it, so each run makes it.
    const refuse = new pulumi.ResourceHook(
      "refuse-to-destroy-stack",
      () => {
        if (!settings.leaving) throw destroyRefused(pulumi.getStack());
      },
      { onDryRun: true },
    );
    const guarded = Promise.all([environmentSecrets, leftovers, organization?.whole]).then(
      async ([each, , records = []]) =>
        [...deployments, ...each, organization, ...(await Promise.all(records.map(byUrn)))].filter(
          (resource) => resource !== undefined,
        ),
    );
    const dependsOn = pulumi.all(deployments.map(({ whole }) => whole)).apply(() => guarded);
    super(
      "sophia-secrets:stack:DestroyGuard",
      name,
      {},
      { ...opts, dependsOn, hooks: { beforeDelete: [refuse] } },
    );
    this.registerOutputs({});
  }
}

/**
 * A component as a dependency. The SDK takes a component's children for it, so one without any would not be waited for,
 * and the engine would forget it before the guard refuses.
 */
async function byUrn(component: pulumi.ComponentResource): Promise<pulumi.Resource> {
  const urn = await new Promise<string>((known) => component.urn.apply(known));
  return new pulumi.DependencyResource(urn);
}

function destroyRefused(stack: string): Refusal {
  return new Refusal({
    code: "destroy-refused",
    subject: `stack ${stack}`,
    cause: "destroying it would delete the sync, teams and their permissions. Nothing was deleted",
    remedy: `to stop using this program and keep every value, follow docs/LEAVING.md, which begins with pulumi config set leaving true -s ${stack}`,
  });
}

/**
 * For config `leaving`: lets everything be forgotten and nothing be deleted in GitHub and Pulumi Cloud, except the files
 * and rulesets of the carriers. The guards that refuse deletions are lifted; those against overwriting a value stay.
 * To be called before anything is declared.
 */
export function leaveEverything(): void {
  void warn({
    code: "stack-leaving",
    subject: "config leaving",
    cause:
      "is true, so pulumi destroy --run-program deletes the sync's files and rulesets and forgets everything else, which stays as it is",
    remedy: `to go on with this program: pulumi config rm leaving -s ${pulumi.getStack()}`,
  });
  pulumi.runtime.registerStackTransformation(({ props, opts }) => ({
    props,
    opts: {
      ...opts,
      protect: false,
      retainOnDelete: opts.retainOnDelete === true || !(opts.parent instanceof Carrier),
      ...(opts.hooks === undefined ? {} : { hooks: { ...opts.hooks, beforeDelete: [] } }),
    },
  }));
}
