import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { saidByProvider } from "./said-by-provider";

interface Repository {
  id: number;
  defaultBranch: string;
}

/** Repositories of the organization, each asked for at most once per run. */
export class Repositories {
  private readonly known = new Map<string, Promise<Repository>>();

  constructor(
    private readonly owner: string,
    private readonly opts: pulumi.InvokeOptions,
  ) {}

  /** @throws pulumi.RunError when GitHub does not show it. */
  async idOf(name: string): Promise<number> {
    return (await this.once(name)).id;
  }

  /** @throws pulumi.RunError when GitHub does not show it. */
  async defaultBranchOf(name: string): Promise<string> {
    return (await this.once(name)).defaultBranch;
  }

  private once(name: string): Promise<Repository> {
    const repository = this.known.get(name) ?? this.ask(name);
    this.known.set(name, repository);
    return repository;
  }

  private async ask(name: string): Promise<Repository> {
    const found = await github.getRepository({ name }, this.opts).catch((error: unknown) => {
      throw this.hidden(name, saidByProvider(error));
    });
    // The provider answers for one that is not there as well, with nothing in it.
    if (!found.repoId) throw this.hidden(name, "404");
    return { id: found.repoId, defaultBranch: found.defaultBranch };
  }

  private hidden(name: string, said: string): pulumi.RunError {
    return new pulumi.RunError(
      `repository ${this.owner}/${name}: GitHub does not show it (${said}). Remedy: create it, spell it right in carriers or in the catalog, or give the token access to it`,
    );
  }
}
