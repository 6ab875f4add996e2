import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type * as pulumiservice from "@pulumi/pulumiservice";
import { isDue } from "../../catalog/dates";
import type { SlotName } from "../../catalog/slots";
import { parseLedger } from "../../ledger/ledger";
import { saidByProvider, textOf } from "../provider-answers";

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
  createdAt: string;
  updatedAt: string;
}

/** The same of an environment's. */
type EnvironmentSecret = Omit<ListedSecret, "visibility">;

/** GitHub's largest page. */
const PAGE = 100;

/** Secrets that GitHub holds, each list asked for at most once per run, and only when needed. */
export class GitHubSecrets {
  private organization: Promise<ListedSecret[]> | undefined;
  private readonly environments = new Map<string, Promise<EnvironmentSecret[]>>();

  constructor(private readonly opts: pulumi.InvokeOptions) {}

  /** Whether GitHub has a secret of that name there, in whatever case it is spelled. */
  async has(place: SecretPlace): Promise<boolean> {
    return (await this.find(place)) !== undefined;
  }

  /** Whether nothing has touched it since it was created; also where GitHub has none. */
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
    const place = `${repository}/${environment}`;
    const list = this.environments.get(place) ?? this.askEnvironment(String(repository), String(environment));
    this.environments.set(place, list);
    return (await list).find((each) => each.name === name);
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

  /**
   * Names of all organization secrets that a repository may read, whoever made them; a call per hundred. The provider
   * has no function for this list and passes it through as GitHub's REST API has it.
   *
   * @param repository `owner/name`.
   * @throws pulumi.RunError when GitHub does not say.
   */
  readableBy(repository: string): Promise<string[]> {
    return this.namesIn(repository, "organization-secrets");
  }

  /** Names of a repository's own secrets: each hides the organization's of the same name from its workflows. @throws as above. */
  ownOf(repository: string): Promise<string[]> {
    return this.namesIn(repository, "secrets");
  }

  private async namesIn(repository: string, list: string): Promise<string[]> {
    const names: string[] = [];
    for (let page = 1; ; page += 1) {
      const secrets = await this.askPage(repository, list, page);
      names.push(...secrets.map(({ name }) => name.toUpperCase()));
      if (secrets.length < PAGE) return names;
    }
  }

  private async askPage(repository: string, list: string, page: number): Promise<{ name: string }[]> {
    const endpoint = `repos/${repository}/actions/${list}?per_page=${PAGE}&page=${page}`;
    let said: string;
    try {
      const { code, body } = await github.getRestApi({ endpoint }, this.opts);
      if (code === 200) return (JSON.parse(body) as { secrets: { name: string }[] }).secrets;
      // Of a repository that is not there or not shown the provider makes no error.
      said = String(code ?? 404);
    } catch (error) {
      said = saidByProvider(error);
    }
    throw new pulumi.RunError(
      `repository ${repository}: GitHub does not list the organization secrets it may read (${said}). Remedy: create it, spell it right in carriers, or give GITHUB_TOKEN the scope repo and write access to it`,
    );
  }

  private async askOrganization(): Promise<ListedSecret[]> {
    try {
      const { secrets = [] } = await github.getActionsOrganizationSecrets(this.opts);
      return secrets.map((secret) => ({ ...secret, name: secret.name.toUpperCase() }));
    } catch (error) {
      throw new pulumi.RunError(
        `organization secrets: GitHub does not list them (${saidByProvider(error)}). Remedy: give GITHUB_TOKEN the scope admin:org, of an owner of the organization`,
      );
    }
  }

  private async askEnvironment(name: string, environment: string): Promise<EnvironmentSecret[]> {
    try {
      const { secrets } = await github.getActionsEnvironmentSecrets({ name, environment }, this.opts);
      return secrets.map((secret) => ({ ...secret, name: secret.name.toUpperCase() }));
    } catch (error) {
      // An environment that is not there yet, as in the first preview, has none.
      if (error instanceof Error && /\b404\b/.test(error.message)) return [];
      throw error;
    }
  }
}

/**
 * Whether a renamed secret has its value under the new name, before the old one is deleted. GitHub tells no value, so
 * there are two witnesses: an environment's ledger, which says under which name a value was read; and the times of a
 * secret that nothing has touched since it was created.
 */
export class NewNames {
  private readonly environments = new Set<string>();
  /** Names under which values were read, a list for each ledger. */
  private readonly sources: Promise<string[]>[] = [];

  constructor(
    private readonly inGitHub: GitHubSecrets,
    private readonly today: string,
  ) {}

  /** Takes the ledgers of the stack's environments for witnesses: as the last refresh saw them. */
  trust(environments: readonly string[], ledgers: readonly pulumiservice.Environment[]): void {
    for (const environment of environments) this.environments.add(environment);
    for (const ledger of ledgers) this.sources.push(sourcesOf(ledger));
  }

  /**
   * Why the former name of a secret has to stay, though its tombstone's day has come; undefined when it may go.
   *
   * @param inputs of the former name's slot.
   */
  async whyKept({ name, secret }: SlotName, inputs: SecretPlace): Promise<string | undefined> {
    const goesWhole = name === secret.name || isDue(secret.tombstone, this.today);
    if (goesWhole || secret.value === "config") return undefined;
    const ofOrganization = inputs.environment === undefined;
    if (
      ofOrganization &&
      !secret.bootstrap &&
      secret.environments.some((each) => this.environments.has(each))
    )
      return (await this.wasSource(secret.name))
        ? undefined
        : `no sync has read a value of ${secret.name}, its new name, as far as the last refresh saw`;
    const untouched = await this.inGitHub.isUntouched({ ...inputs, secretName: secret.name });
    return untouched ? `nobody has set ${secret.name}, its new name, since it was created` : undefined;
  }

  private async wasSource(name: string): Promise<boolean> {
    return (await Promise.all(this.sources)).flat().includes(name);
  }
}

async function sourcesOf({ yaml }: pulumiservice.Environment): Promise<string[]> {
  // Part of every output, left out of its type. In a preview the text of a ledger that is not there yet never comes.
  const { isKnown } = yaml as unknown as { isKnown: Promise<boolean> };
  if (!(await isKnown)) return [];
  const text = await new Promise<string>((done) => {
    yaml.apply(async (asset) => done(await textOf(asset)));
  });
  return Object.values(parseLedger(text).secrets).map(({ source }) => source);
}
