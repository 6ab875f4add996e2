import * as pulumi from "@pulumi/pulumi";
import type * as pulumiservice from "@pulumi/pulumiservice";
import type { Group } from "../../catalog/entry";
import { declaredComposite } from "../../catalog/esc-environments";
import {
  compositeEnvironment,
  type EscEnvironmentId,
  ledgerEnvironment,
  pathOf,
  valuesEnvironment,
} from "../../catalog/layout";
import type { Rotator } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import { EMPTY_LEDGER_TEXT } from "../../ledger/ledger";
import type { AccessRules } from "../access/access-rules";
import { DeploymentAccess } from "../access/deployment-access";
import {
  declareDeletionProtection,
  declareEscEnvironment,
  declareKeptEnvironment,
  type EscEnvironmentArgs,
} from "./esc-environment";
import { declareOversight } from "./oversight";
import { declareRotators } from "./rotated-environment";

/** Text of a values environment before its first sync. */
const NO_VALUES = "values: {}\n";

export interface DeploymentEnvironmentArgs {
  /** The stack's config: how things are named, who approves changes, which tag the composite imports. */
  settings: Settings;
  /** The catalog's groups: each has a values environment. */
  groups: Readonly<Record<string, Group>>;
  /** Credentials that ESC makes and rotates by itself. */
  rotators: readonly Rotator[];
  /** What the access policies give to which teams. */
  access: AccessRules;
  /** The hook that keeps every run from deleting a composite that it declares. */
  compositeGuard: pulumi.ResourceHook;
}

/**
 * One deployment environment in Pulumi ESC: a values environment per group, the ledger, the composite that applications
 * open, and the teams that may.
 */
export class DeploymentEnvironment extends pulumi.ComponentResource {
  /** `default/app-production`. */
  readonly composite: string;
  /** When and by which run each value was synced. */
  readonly ledger: pulumiservice.Environment;
  /** Known once everything below it is declared: some of it waits for the ids of ESC environments. */
  readonly whole: pulumi.Output<unknown>;

  private readonly byPath = new Map<string, pulumiservice.Environment>();

  /** @param name development, staging, production. */
  constructor(
    readonly name: string,
    private readonly args: DeploymentEnvironmentArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:Stage", name, {}, opts);
    const { settings, access: rules, rotators } = args;
    const groups = Object.keys(args.groups).sort();
    const values = Object.fromEntries(
      groups.map((group) => [group, this.keep(group, valuesEnvironment(settings, name, group), NO_VALUES)]),
    );
    this.ledger = this.keep("ledger", ledgerEnvironment(settings, name), EMPTY_LEDGER_TEXT);
    const keep = this.keep.bind(this);
    const rotated = declareRotators(name, { settings, rotators, keep }, { parent: this });

    const access = new DeploymentAccess(name, { rules, settings }, { parent: this });
    const dependsOn = [
      ...Object.values(values),
      ...Object.values(rotated),
      ...access.grantOnValues(this.byPath),
    ];
    const id = compositeEnvironment(settings, name);
    // A rename would delete it before the new one exists, and every application would lose its secrets.
    const composite = this.compose("composite", id, groups, { dependsOn, protect: true });
    const organization = settings.pulumiOrganization;
    const place = { organization, id, environment: composite };
    declareDeletionProtection(`${name}-composite`, place, { parent: this });
    const audiences = Object.fromEntries(
      access.audiences.map(({ policy, environment: own, groups: some }) => {
        const part = `for-${policy}`;
        return [part, this.compose(part, own, some, { dependsOn })];
      }),
    );
    access.grantOnComposites(this.byPath);
    declareOversight(
      name,
      { settings, approved: values, watched: { ...values, ...rotated, composite, ...audiences } },
      { parent: this },
    );
    this.composite = pathOf(id);
    this.whole = pulumi.all([...this.byPath.values()].map((each) => each.id));
    this.registerOutputs({ composite: this.composite });
  }

  private keep(
    part: string,
    id: EscEnvironmentId,
    text: string,
    opts: pulumi.CustomResourceOptions = {},
  ): pulumiservice.Environment {
    return this.declare(declareKeptEnvironment, part, { id, text }, opts);
  }

  private compose(
    part: string,
    id: EscEnvironmentId,
    groups: readonly string[],
    opts: pulumi.CustomResourceOptions,
  ): pulumiservice.Environment {
    const { settings, rotators } = this.args;
    const text = declaredComposite(settings, rotators, this.name, groups);
    const guarded = { ...opts, hooks: { beforeDelete: [this.args.compositeGuard] } };
    return this.declare(declareEscEnvironment, part, { id, text }, guarded);
  }

  private declare(
    how: typeof declareEscEnvironment,
    part: string,
    { id, text }: Pick<EscEnvironmentArgs, "id" | "text">,
    opts: pulumi.CustomResourceOptions,
  ): pulumiservice.Environment {
    const { settings, groups } = this.args;
    const organization = settings.pulumiOrganization;
    const owner = groups[part]?.owner ?? settings.application;
    const declared = how(
      `${this.name}-${part}`,
      { organization, id, text, owner },
      { parent: this, ...opts },
    );
    this.byPath.set(pathOf(id), declared);
    return declared;
  }
}
