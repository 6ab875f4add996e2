import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../catalog/settings";
import { programError } from "../diagnostics";
import { saidByProvider } from "../provider-answers";
import type { StackState } from "../stack-state";

const ENVIRONMENT = "github:index/repositoryEnvironment:RepositoryEnvironment";
const BRANCH_RULE =
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";

/** What GitHub has of an environment that the state does not have: the provider's ids to import it by. */
export interface StandingEnvironment {
  importId?: string;
  /** That of the rule which lets jobs of the branch use it. */
  branchRuleId?: string;
}

/**
 * GitHub environments that stand already, because a person or a job made them. Creating one is a PUT, which takes away
 * the reviewers and the timer that a person gave it; and a branch rule that exists cannot be created. So both are
 * imported.
 */
export class StandingEnvironments {
  /**
   * @param settings the stack's config.
   * @param state undefined: nobody knows what it has, and nothing is imported.
   * @param opts how the provider is called.
   */
  constructor(
    private readonly settings: Pick<Settings, "githubOrganization" | "branch">,
    private readonly state: StackState | undefined,
    private readonly opts: pulumi.InvokeOptions,
  ) {}

  /**
   * Two calls at most, and none once the state has it.
   *
   * @throws pulumi.RunError when GitHub does not tell.
   */
  async of(repository: string, environment: string): Promise<StandingEnvironment> {
    const name = `${repository}/${environment}`;
    const lacks = (type: string) => this.state !== undefined && !this.state.has(type, name);
    const id = `${repository}:${environment}`;
    const found: StandingEnvironment = {};
    if (lacks(ENVIRONMENT) && (await this.ask(repository, environment, "")) !== undefined)
      found.importId = id;
    if (!lacks(BRANCH_RULE)) return found;
    const rules = (await this.ask(repository, environment, "/deployment-branch-policies?per_page=100")) as
      | { branch_policies?: { id: number; name: string; type?: string }[] }
      | undefined;
    const rule = rules?.branch_policies?.find(
      (each) => each.name === this.settings.branch && each.type !== "tag",
    );
    return rule === undefined ? found : { ...found, branchRuleId: `${id}:${rule.id}` };
  }

  /** @returns undefined when GitHub has none. */
  private async ask(repository: string, environment: string, path: string): Promise<unknown> {
    const { githubOrganization } = this.settings;
    const endpoint = `repos/${githubOrganization}/${repository}/environments/${encodeURIComponent(environment)}${path}`;
    const answer = await github.getRestApi({ endpoint }, this.opts).catch((error: unknown) => {
      throw programError({
        code: "github-environment-not-shown",
        subject: `environment ${environment} of ${githubOrganization}/${repository}`,
        cause: `GitHub does not show its rules (${saidByProvider(error)}), and creating it would replace them`,
        remedy: "give GITHUB_TOKEN the scope repo and access to the repository",
      });
    });
    // The provider makes no error of a 404.
    return answer.code === 200 ? (JSON.parse(answer.body) as unknown) : undefined;
  }
}

/** The option that imports what stands; none where nothing does. */
export function importOf(id: string | undefined): pulumi.CustomResourceOptions {
  return id === undefined ? {} : { import: id };
}
