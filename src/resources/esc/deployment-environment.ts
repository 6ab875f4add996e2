import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Group } from "../../catalog/entry";
import { declaredComposite } from "../../catalog/esc-environments";
import {
  compositeEnvironment,
  type EscEnvironment,
  ledgerEnvironment,
  pathOf,
  valuesEnvironment,
} from "../../catalog/layout";
import { EMPTY_LEDGER_TEXT } from "../../ledger/ledger";
import { StageAccess } from "../access/team-access";
import type { StackSettings } from "../stack-settings";
import { protectFromDeletion, tagOwner } from "./environment-settings";
import { declareOversight } from "./oversight";
import { declareRotators } from "./rotated-environment";
import type { StageEnvironments } from "./stage-environments";

/** Text of a values environment before its first sync. */
const NO_VALUES = "values: {}\n";

/**
 * One environment of the pipeline in Pulumi ESC: a values environment per group, the ledger, the composite that
 * applications open, and the teams that may.
 */
export class DeploymentEnvironment extends pulumi.ComponentResource {
  /** `default/sophia-ai-production`. */
  readonly composite: string;
  readonly ledger: pulumiservice.Environment;
  readonly environments: StageEnvironments;

  private readonly settings: StackSettings;
  private readonly groups: Readonly<Record<string, Group>>;
  private readonly byPath = new Map<string, pulumiservice.Environment>();

  constructor(
    private readonly environment: string,
    args: { settings: StackSettings; groups: Readonly<Record<string, Group>> },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:Stage", environment, {}, opts);
    this.settings = args.settings;
    this.groups = args.groups;
    const { settings, byPath } = this;
    const groups = Object.keys(args.groups).sort();
    const values = Object.fromEntries(
      groups.map((group) => [
        group,
        this.keep(group, valuesEnvironment(settings, environment, group), NO_VALUES),
      ]),
    );
    this.ledger = this.keep("ledger", ledgerEnvironment(settings, environment), EMPTY_LEDGER_TEXT);
    const rotators = declareRotators(environment, settings, (...kept) => this.keep(...kept), {
      parent: this,
    });

    const access = new StageAccess(environment, settings, { parent: this });
    const after = [...Object.values(values), ...Object.values(rotators), ...access.grantOnValues(byPath)];
    const id = compositeEnvironment(settings, environment);
    // A rename would delete it before the new one is there, and every application with it.
    const composite = this.compose("composite", id, groups, { dependsOn: after, protect: true });
    const audiences = Object.fromEntries(
      access.audiences.map(({ policy, environment: own, groups: some }) => [
        policy,
        this.compose(`for-${policy}`, own, some, { dependsOn: after }),
      ]),
    );
    access.grantOnComposites(byPath);
    this.environments = { values, ledger: this.ledger, rotators, composite, audiences };
    declareOversight(environment, this.environments, settings, { parent: this });
    this.composite = pathOf(id);
    this.registerOutputs({ composite: this.composite });
  }

  /**
   * An environment whose text the sync writes, or ESC itself: an update from here would undo it, for the provider sends no ETag.
   * Protected: a deleted environment takes its values along.
   */
  private keep(
    name: string,
    id: EscEnvironment,
    yaml: string,
    options: pulumi.CustomResourceOptions = {},
  ): pulumiservice.Environment {
    const synced = { ...options, ignoreChanges: ["yaml"], protect: true, retainOnDelete: true };
    const kept = this.declare(name, id, yaml, synced);
    const place = { organization: this.settings.pulumiOrganization, id, environment: kept };
    protectFromDeletion(`${this.environment}-${name}`, place, { parent: this });
    return kept;
  }

  private compose(
    name: string,
    id: EscEnvironment,
    groups: readonly string[],
    options: pulumi.CustomResourceOptions,
  ): pulumiservice.Environment {
    const { settings, environment } = this;
    const text = declaredComposite(settings, settings.rotators, environment, groups);
    return this.declare(name, id, text, options);
  }

  private declare(
    name: string,
    id: EscEnvironment,
    yaml: string,
    options: pulumi.CustomResourceOptions,
  ): pulumiservice.Environment {
    const declared = new pulumiservice.Environment(
      `${this.environment}-${name}`,
      {
        organization: this.settings.pulumiOrganization,
        project: id.project,
        name: id.name,
        yaml: new pulumi.asset.StringAsset(yaml),
      },
      { parent: this, ...options },
    );
    this.byPath.set(pathOf(id), declared);
    refuseUnwritten(declared);
    const owner = this.groups[name]?.owner ?? this.settings.application;
    const place = { organization: this.settings.pulumiOrganization, id, owner, environment: declared };
    tagOwner(`${this.environment}-${name}`, place, { parent: this });
    return declared;
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
