import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import { programError } from "../diagnostics";
import { saidByProvider } from "../provider-answers";
import { tokenProblem } from "./token-problem";

/** Where a secret is, in the words of its resource's inputs: an environment secret names its repository too. */
export interface SecretPlace {
  secretName?: unknown;
  repository?: unknown;
  environment?: unknown;
}

/** A secret as GitHub lists it: names in upper case. */
export interface ListedSecret {
  name: string;
  visibility: string;
  createdAt: string;
  updatedAt: string;
}

/** The same for a secret of a GitHub environment. */
type EnvironmentSecret = Omit<ListedSecret, "visibility">;

/** A secret in the words of GitHub's REST API. */
interface RestSecret {
  name: string;
  created_at: string;
  updated_at: string;
}

/** GitHub's largest page. */
const PAGE = 100;

/** Secrets that GitHub holds. Each list is asked for at most once per run, and only when needed. */
export class GitHubSecrets {
  private organization: Promise<ListedSecret[]> | undefined;
  private readonly environments = new Map<string, Promise<EnvironmentSecret[]>>();

  /**
   * @param owner GitHub organization.
   * @param opts how the provider is called.
   * @param hasToken whether GITHUB_TOKEN is set.
   */
  constructor(
    private readonly owner: string,
    private readonly opts: pulumi.InvokeOptions,
    private readonly hasToken: boolean,
  ) {}

  /** Whether GitHub has a secret of that name there, whatever the case it is spelled in. */
  async has(place: SecretPlace): Promise<boolean> {
    return (await this.find(place)) !== undefined;
  }

  /** Whether nothing has changed it since it was created. True also when GitHub has none. */
  async isUntouched(place: SecretPlace): Promise<boolean> {
    const found = await this.find(place);
    return found === undefined || found.createdAt === found.updatedAt;
  }

  private async find({
    secretName,
    repository,
    environment,
  }: SecretPlace): Promise<EnvironmentSecret | undefined> {
    const name = String(secretName).toUpperCase();
    if (environment === undefined) return (await this.ofOrganization()).find((each) => each.name === name);
    const path = `${this.owner}/${repository}/environments/${encodeURIComponent(String(environment))}/secrets`;
    const list = this.environments.get(path) ?? this.listEnvironment(path);
    this.environments.set(path, list);
    return (await list).find((each) => each.name === name);
  }

  /**
   * The organization's secrets; a call per hundred.
   *
   * @throws pulumi.RunError when the token may not see them.
   */
  ofOrganization(): Promise<ListedSecret[]> {
    this.organization ??= this.listOrganization();
    return this.organization;
  }

  /**
   * Names of all organization secrets that a repository may read, whoever made them; a call per hundred. The provider
   * has no function for this list, and passes on what GitHub's REST API answers.
   *
   * @param repository its name in the organization.
   * @throws pulumi.RunError when GitHub does not list them.
   */
  async readableBy(repository: string): Promise<string[]> {
    return this.namesIn(repository, "organization-secrets");
  }

  /** Names of a repository's own secrets: each hides the organization's of the same name from its workflows. @throws as above. */
  async ownOf(repository: string): Promise<string[]> {
    return this.namesIn(repository, "secrets");
  }

  /** The time by GitHub's clock. Undefined when the answer has none. @throws pulumi.RunError when it does not answer. */
  async time(): Promise<string | undefined> {
    const answer = await github.getRestApi({ endpoint: "rate_limit" }, this.opts).catch((error: unknown) => {
      throw programError({
        code: "github-time-unknown",
        subject: "the time at GitHub",
        cause: `GitHub does not answer (${saidByProvider(error)}), and a tombstone of the catalog depends on its clock`,
        remedy: "check GITHUB_TOKEN and the network, then run again",
      });
    });
    // Go's http.Header: each name has a list. The provider gives no answer at all of one without a request id.
    return (JSON.parse(answer.headers ?? "{}") as { Date?: string[] }).Date?.[0];
  }

  private async namesIn(repository: string, list: string): Promise<string[]> {
    const secrets = await this.listAll(`${this.owner}/${repository}/actions/${list}`);
    if (secrets === undefined) throw this.unlisted(`${this.owner}/${repository}`, "404");
    return secrets.map(({ name }) => name.toUpperCase());
  }

  private async listOrganization(): Promise<ListedSecret[]> {
    try {
      const { secrets = [] } = await github.getActionsOrganizationSecrets(this.opts);
      return secrets.map((secret) => ({ ...secret, name: secret.name.toUpperCase() }));
    } catch (error) {
      const said = saidByProvider(error);
      throw programError(
        tokenProblem(said, this.hasToken) ?? {
          code: "github-secrets-not-listed",
          subject: "organization secrets",
          cause: `GitHub does not list them (${said})`,
          remedy: "give GITHUB_TOKEN the scope admin:org, of an owner of the organization",
        },
      );
    }
  }

  /** None when the environment does not exist yet, as in the first preview. */
  private async listEnvironment(path: string): Promise<EnvironmentSecret[]> {
    const secrets = (await this.listAll(path)) ?? [];
    return secrets.map(({ name, created_at, updated_at }) => ({
      name: name.toUpperCase(),
      createdAt: created_at,
      updatedAt: updated_at,
    }));
  }

  /** Every secret of a list below a repository. Undefined when GitHub answers 404. */
  private async listAll(path: string): Promise<RestSecret[] | undefined> {
    const all: RestSecret[] = [];
    for (let page = 1; ; page += 1) {
      const secrets = await this.listPage(path, page);
      if (secrets === undefined) return undefined;
      all.push(...secrets);
      if (secrets.length < PAGE) return all;
    }
  }

  private async listPage(path: string, page: number): Promise<RestSecret[] | undefined> {
    const endpoint = `repos/${path}?per_page=${PAGE}&page=${page}`;
    const answer = await github.getRestApi({ endpoint }, this.opts).catch((error: unknown) => {
      throw this.unlisted(path.split("/", 2).join("/"), saidByProvider(error));
    });
    // The provider makes no error of a 404, and no answer at all of one without a request id.
    if (answer.code !== 200) return undefined;
    return (JSON.parse(answer.body) as { secrets: RestSecret[] }).secrets;
  }

  private unlisted(repository: string, said: string): pulumi.RunError {
    return programError(
      tokenProblem(said, this.hasToken) ?? {
        code: "github-secrets-not-listed",
        subject: `repository ${repository}`,
        cause: `GitHub does not list the secrets its workflows can use (${said})`,
        remedy:
          "create it, spell it right in carriers, or give GITHUB_TOKEN the scope repo and write access to it",
      },
    );
  }
}
