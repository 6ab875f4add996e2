import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type AccessPolicy, accessOf, type EnvironmentAccess, type Grant } from "../../secrets/access";
import { DEFAULT_IS_UNKNOWN, describeWindow, describeWithoutTeams } from "../../secrets/access-notices";
import type { Catalog } from "../../secrets/entry";
import { pathOf } from "../../secrets/layout";
import { oversightOf } from "../../secrets/oversight";
import { describeProblems, type Problem } from "../../secrets/problem";
import { type Rotator, withRotators } from "../../secrets/rotators";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../secrets/settings";
import { saidByProvider } from "./said-by-provider";

/** Who may do what in one run of the program, and what preview has to say about it. */
export class AccessRules {
  /**
   * For every permission: says when one is replaced. The state keeps a hook's name, and the engine runs what is
   * registered under it, so each run makes it.
   */
  readonly sayWindow: pulumi.ResourceHook;
  private readonly policies: readonly AccessPolicy[];
  private readonly groups: readonly string[];
  private readonly rotators: readonly Rotator[];
  private checked: Promise<void> | undefined;

  constructor(
    catalog: Catalog,
    private readonly settings: Settings,
  ) {
    this.policies = catalog.accessPolicies ?? [];
    this.groups = Object.keys(catalog.groups).sort();
    this.rotators = catalog.rotators ?? [];
    this.sayWindow = new pulumi.ResourceHook(
      "say-window-of-access",
      ({ oldInputs = {} }) => this.announceWindow(oldInputs),
      { onDryRun: true },
    );
    if (pulumi.runtime.isDryRun()) this.announceLimits();
  }

  /** What the policies come to in one environment; nothing where the edition has no teams. */
  of(environment: string): EnvironmentAccess {
    if (!this.hasTeams) return { teams: [], audiences: [] };
    const access = accessOf(this.settings, environment, this.groups, this.policies);
    const { approvals } = oversightOf(this.settings);
    return withRotators(access, this.settings, environment, { rotators: this.rotators, approvals });
  }

  /**
   * Logins, once Pulumi Cloud has said that it knows all those of this stack's policies. Asked once a run.
   *
   * @throws pulumi.RunError naming every policy and login that has no account.
   */
  async confirmed(logins: readonly string[], opts: pulumi.InvokeOptions): Promise<string[]> {
    this.checked ??= this.check(opts);
    await this.checked;
    return [...logins];
  }

  private get hasTeams(): boolean {
    return EDITIONS_WITH_TEAMS.includes(this.settings.edition);
  }

  private async check(opts: pulumi.InvokeOptions): Promise<void> {
    const { pulumiOrganization: organizationName, environments } = this.settings;
    const members = await pulumiservice
      .getOrganizationMembers({ organizationName }, opts)
      .then((found) => new Set(found.members.map(({ username }) => username)))
      .catch((error: unknown) => {
        const said = saidByProvider(error);
        void pulumi.log.warn(
          `access: Pulumi Cloud does not list its members (${said}); logins are not checked`,
        );
      });
    if (members === undefined) return;
    const here = this.policies.filter((policy) =>
      policy.environments.some((each) => environments.includes(each)),
    );
    const problems = here.flatMap((policy) => strangersIn(policy, members, organizationName));
    if (problems.length > 0) throw new pulumi.RunError(describeProblems("Access policies", problems));
  }

  /** Says in preview what this program cannot decide, and what the edition takes away. */
  private announceLimits(): void {
    if (this.hasTeams) void pulumi.log.info(DEFAULT_IS_UNKNOWN);
    else void pulumi.log.warn(describeWithoutTeams(this.settings, this.policies));
  }

  private announceWindow(old: Readonly<Record<string, unknown>>): void {
    const grant = this.grantTo(old);
    if (grant === undefined || !pulumi.runtime.isDryRun()) return;
    const { permission, maxOpenDuration } = old as { permission?: string; maxOpenDuration?: string };
    const before = { level: String(permission), maxOpenDuration };
    void pulumi.log.warn(describeWindow(String(old.team), before, grant));
  }

  /** What is declared now for the team and environment of a permission. */
  private grantTo(old: Readonly<Record<string, unknown>>): Grant | undefined {
    const path = `${old.project}/${old.environment}`;
    return this.settings.environments
      .flatMap((environment) => this.of(environment).teams)
      .filter(({ team }) => team === old.team)
      .flatMap(({ onValues, onComposites }) => [...onValues, ...onComposites])
      .find(({ environment }) => pathOf(environment) === path);
  }
}

function strangersIn(policy: AccessPolicy, members: ReadonlySet<string>, organization: string): Problem[] {
  return policy.identities
    .filter(({ type, name }) => type === "user" && !members.has(name))
    .map(({ name }) => ({
      thing: `access policy ${policy.name}`,
      cause: `names ${name}, who has no account in the Pulumi Cloud organization ${organization}`,
      remedy: "invite them there, or spell the login as its list of members has it",
    }));
}
