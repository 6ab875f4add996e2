import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { accessOf } from "../../secrets/access";
import { renderComposite } from "../../secrets/composite";
import {
  compositeEnvironment,
  type EnvironmentId,
  ledgerEnvironment,
  pathOf,
  valuesEnvironment,
} from "../../secrets/layout";
import { EMPTY_LEDGER_TEXT } from "../../secrets/ledger";
import type { Settings } from "../../secrets/settings";
import { protectFromDeletion } from "./deletion-protection";
import { TeamAccess } from "./team-access";

/** Text of a values environment before its first sync. */
const NO_VALUES = "values: {}\n";

/** The ESC environments of one environment. */
export interface StageEnvironments {
  /** By group; the sync job writes them. */
  values: Readonly<Record<string, pulumiservice.Environment>>;
  ledger: pulumiservice.Environment;
  composite: pulumiservice.Environment;
}

/**
 * One environment of the pipeline in Pulumi ESC: a values environment per group, the ledger, the composite that
 * applications open, and the teams that may.
 */
export class Stage extends pulumi.ComponentResource {
  /** `default/sophia-ai-production`. */
  readonly composite: string;
  readonly ledger: pulumiservice.Environment;
  readonly environments: StageEnvironments;

  constructor(
    environment: string,
    args: { settings: Settings; groups: readonly string[] },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:Stage", environment, {}, opts);
    const { settings } = args;
    const groups = [...args.groups].sort();
    const declare = (name: string, id: EnvironmentId, yaml: string, options: pulumi.CustomResourceOptions) =>
      new pulumiservice.Environment(
        `${environment}-${name}`,
        {
          organization: settings.pulumiOrganization,
          project: id.project,
          name: id.name,
          yaml: new pulumi.asset.StringAsset(yaml),
        },
        { parent: this, ...options },
      );

    // The sync writes these; an update from here would undo it, for the provider sends no ETag. Protected: a deleted
    // environment takes its values along.
    const synced = { ignoreChanges: ["yaml"], protect: true, retainOnDelete: true };
    const keep = (name: string, id: EnvironmentId, yaml: string) => {
      const kept = declare(name, id, yaml, synced);
      const place = { organization: settings.pulumiOrganization, id, environment: kept };
      protectFromDeletion(`${environment}-${name}`, place, { parent: this });
      return kept;
    };
    const values = Object.fromEntries(
      groups.map((group) => [group, keep(group, valuesEnvironment(settings, environment, group), NO_VALUES)]),
    );
    this.ledger = keep("ledger", ledgerEnvironment(settings, environment), EMPTY_LEDGER_TEXT);

    const id = compositeEnvironment(settings, environment);
    const composite = declare("composite", id, renderComposite(settings, environment, groups), {
      dependsOn: Object.values(values),
      // A rename would delete it before the new one is there, and every application with it.
      protect: true,
    });
    this.environments = { values, ledger: this.ledger, composite };
    const environments = [...Object.values(values), this.ledger, composite];
    for (const declared of environments) refuseUnwritten(declared);

    for (const access of accessOf(settings, environment, groups)) {
      new TeamAccess(
        access.team,
        { access, organization: settings.pulumiOrganization },
        { parent: this, dependsOn: environments },
      );
    }
    this.composite = pathOf(id);
    this.registerOutputs({ composite: this.composite });
  }
}

/**
 * The provider reports an update of an environment that the service refused as a success, with revision 0, and
 * calls it unchanged ever after.
 */
function refuseUnwritten(environment: pulumiservice.Environment): void {
  pulumi.all([environment.name, environment.revision]).apply(([name, revision]) => {
    if (revision !== 0) return;
    throw new pulumi.RunError(
      `${name}: Pulumi Cloud refused its text, though the provider reported success. Remedy: check the token's right to write it, then pulumi up --refresh`,
    );
  });
}
