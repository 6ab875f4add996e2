import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

/** Where a secret stands, as a slot's inputs say it: an environment's names its repository as well. */
export interface SecretPlace {
  secretName?: unknown;
  repository?: unknown;
  environment?: unknown;
}

/** A secret as GitHub lists it: names in upper case. */
export interface ListedSecret {
  name: string;
  visibility: string;
}

/** Secrets that GitHub holds, each list asked for at most once per run, and only when needed. */
export class GitHubSecrets {
  private organization: Promise<ListedSecret[]> | undefined;
  private readonly environments = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(private readonly opts: pulumi.InvokeOptions) {}

  /** Whether GitHub has a secret of that name there, in whatever case it is spelled. */
  async has({ secretName, repository, environment }: SecretPlace): Promise<boolean> {
    const name = String(secretName).toUpperCase();
    if (environment === undefined) return (await this.ofOrganization()).some((each) => each.name === name);
    const place = `${repository}/${environment}`;
    const list = this.environments.get(place) ?? this.askEnvironment(String(repository), String(environment));
    this.environments.set(place, list);
    return (await list).has(name);
  }

  /**
   * The organization's secrets; a call per hundred.
   *
   * @throws pulumi.RunError when the token may not see them.
   */
  ofOrganization(): Promise<ListedSecret[]> {
    this.organization ??= this.askOrganization();
    return this.organization;
  }

  private async askOrganization(): Promise<ListedSecret[]> {
    try {
      const { secrets = [] } = await github.getActionsOrganizationSecrets(this.opts);
      return secrets.map(({ name, visibility }) => ({ name: name.toUpperCase(), visibility }));
    } catch (error) {
      const said = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
      throw new pulumi.RunError(
        `organization secrets: GitHub does not list them (${said}). Remedy: give GITHUB_TOKEN the scope admin:org, of an owner of the organization`,
      );
    }
  }

  private async askEnvironment(name: string, environment: string): Promise<ReadonlySet<string>> {
    try {
      const { secrets } = await github.getActionsEnvironmentSecrets({ name, environment }, this.opts);
      return new Set(secrets.map((secret) => secret.name.toUpperCase()));
    } catch (error) {
      // An environment that is not there yet, as in the first preview, has none.
      if (error instanceof Error && /\b404\b/.test(error.message)) return new Set();
      throw error;
    }
  }
}
