import * as pulumi from "@pulumi/pulumi";
import { declaredAccess, permissionReplaced, withoutTeams } from "../../access/declared-access";
import type { EnvironmentAccess, Grant } from "../../access/team-access";
import type { AccessPolicy } from "../../catalog/access-policy";
import type { ResolvedCatalog } from "../../catalog/entry";
import { pathOf } from "../../catalog/layout";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { warn } from "../diagnostics";
import { confirmAccess } from "./confirm-access";
import type { AskedOrganization } from "./open-organization";

/** Who may do what in one run of the program, and what preview has to tell about it. */
export class AccessRules {
  /**
   * For every permission: tells when one is replaced. The state keeps a hook's name, and the engine runs what is
   * registered under it, so each run makes it.
   */
  readonly announceWindow: pulumi.ResourceHook;
  private readonly policies: readonly AccessPolicy[];
  private confirmed: Promise<void> | undefined;

  /**
   * @param settings the stack's config.
   * @param organization what Pulumi Cloud answers; undefined when there is no token for it.
   */
  constructor(
    private readonly catalog: ResolvedCatalog,
    private readonly settings: Settings,
    private readonly organization: AskedOrganization | undefined,
  ) {
    this.policies = catalog.accessPolicies;
    this.announceWindow = new pulumi.ResourceHook(
      "say-window-of-access",
      ({ oldInputs = {} }) => this.warnOfWindow(oldInputs),
      { onDryRun: true },
    );
    if (!this.hasTeams && pulumi.runtime.isDryRun()) void warn(withoutTeams(this.settings, this.policies));
  }

  /** What the policies come to in one deployment environment. Nothing when the edition has no teams. */
  of(deployment: string): EnvironmentAccess {
    if (!this.hasTeams) return { teams: [], audiences: [] };
    return declaredAccess(this.catalog, this.settings, deployment);
  }

  /**
   * Asks once a run whether everybody exists whom this stack's policies name. In a preview it also asks what the
   * organization gives to everybody by default.
   *
   * @throws pulumi.RunError naming every policy and every login or team that does not exist.
   */
  confirm(opts: pulumi.InvokeOptions): Promise<void> {
    const { policies, settings, organization } = this;
    this.confirmed ??= confirmAccess({ policies, settings, organization }, opts);
    return this.confirmed;
  }

  private get hasTeams(): boolean {
    return EDITIONS_WITH_TEAMS.includes(this.settings.edition);
  }

  private warnOfWindow(old: Readonly<Record<string, unknown>>): void {
    const grant = this.grantTo(old);
    if (grant === undefined || !pulumi.runtime.isDryRun()) return;
    const { permission, maxOpenDuration } = old as { permission?: string; maxOpenDuration?: string };
    const before = { level: String(permission), maxOpenDuration };
    void warn(permissionReplaced(String(old.team), before, grant));
  }

  /** What is declared now for the team and ESC environment of a permission. */
  private grantTo(old: Readonly<Record<string, unknown>>): Grant | undefined {
    const path = `${old.project}/${old.environment}`;
    return this.settings.environments
      .flatMap((deployment) => this.of(deployment).teams)
      .filter(({ team }) => team === old.team)
      .flatMap(({ onValues, onComposites }) => [...onValues, ...onComposites])
      .find(({ environment }) => pathOf(environment) === path);
  }
}
