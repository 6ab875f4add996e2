import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { saidByProvider } from "./said-by-provider";

/** Repositories of the organization, each asked for at most once per run. */
export class Repositories {
  private readonly known = new Map<string, Promise<number>>();

  constructor(
    private readonly owner: string,
    private readonly opts: pulumi.InvokeOptions,
  ) {}

  /** @throws pulumi.RunError when GitHub does not show it. */
  idOf(name: string): Promise<number> {
    const repository = this.known.get(name) ?? this.ask(name);
    this.known.set(name, repository);
    return repository;
  }

  private async ask(name: string): Promise<number> {
    const found = await github.getRepository({ name }, this.opts).catch((error: unknown) => {
      throw this.hidden(name, saidByProvider(error));
    });
    // The provider answers for one that is not there as well, with nothing in it.
    if (!found.repoId) throw this.hidden(name, "404");
    return found.repoId;
  }

  private hidden(name: string, said: string): pulumi.RunError {
    return new pulumi.RunError(
      `repository ${this.owner}/${name}: GitHub does not show it (${said}). Remedy: create it, spell it right in carriers or in the catalog, or give the token access to it`,
    );
  }
}
