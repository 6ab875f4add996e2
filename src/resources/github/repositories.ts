import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import { type NamedRepository, repositoryProblem, repositoryRemedy } from "../../catalog/github-names";
import { programError, warn } from "../diagnostics";
import { saidByProvider } from "../provider-answers";
import { shownNames } from "./shown-names";
import { tokenProblem } from "./token-problem";

interface Repository {
  id: number;
  defaultBranch: string;
  isPublic: boolean;
}

/** Repositories of the organization. Each is asked for at most once per run. */
export class Repositories {
  private readonly known = new Map<string, Promise<Repository>>();

  /**
   * @param owner GitHub organization.
   * @param named those that config and catalog name, with who does.
   * @param opts how the provider is called.
   * @param hasToken whether GITHUB_TOKEN is set.
   */
  constructor(
    private readonly owner: string,
    private readonly named: readonly NamedRepository[],
    private readonly opts: pulumi.InvokeOptions,
    private readonly hasToken: boolean,
  ) {}

  /** @throws pulumi.RunError for the first that GitHub does not show, spells otherwise, or has archived. */
  async refuseUnknown(): Promise<void> {
    await Promise.all(this.named.map(({ name }) => this.once(name)));
  }

  /** @throws as above. */
  async idOf(name: string): Promise<number> {
    return (await this.once(name)).id;
  }

  /**
   * Warns of each carrier whose default branch is not `branch`. GitHub starts workflows on a schedule and by hand only
   * from the default branch ("Events that trigger workflows"), so only a push would bring a rotated value.
   */
  async warnOfBranch(carriers: readonly string[], branch: string): Promise<void> {
    for (const name of carriers) {
      // A repository that GitHub does not show is reported where its id is needed.
      const found = await this.once(name).catch(() => undefined);
      if (found === undefined || found.defaultBranch === branch) continue;
      await warn({
        code: "carrier-branch-differs",
        subject: `carrier ${this.owner}/${name}`,
        cause: `its default branch is ${found.defaultBranch}, and the workflow is committed to ${branch}: GitHub starts it there neither daily nor by hand`,
        remedy: `set branch to ${found.defaultBranch} in every stack's config, or make ${branch} the repository's default branch`,
      });
    }
  }

  /** Whether everyone may read it. @throws as `refuseUnknown`. */
  async isPublic(name: string): Promise<boolean> {
    return (await this.once(name)).isPublic;
  }

  private once(name: string): Promise<Repository> {
    const repository = this.known.get(name) ?? this.ask(name);
    this.known.set(name, repository);
    return repository;
  }

  private async ask(name: string): Promise<Repository> {
    const found = await github.getRepository({ name }, this.opts).catch(async (error: unknown) => {
      throw await this.hidden(name, saidByProvider(error));
    });
    // The provider also answers for a repository that does not exist, with nothing in it.
    if (!found.repoId) throw await this.hidden(name, "404");
    const named = this.named.find((each) => each.name === name);
    const shown = { fullName: found.fullName, isArchived: found.archived === true };
    const wrong = named && repositoryProblem(this.owner, named, shown);
    if (wrong !== undefined) throw programError(wrong);
    const { repoId: id, defaultBranch, visibility } = found;
    return { id, defaultBranch, isPublic: visibility === "public" };
  }

  private async hidden(name: string, said: string): Promise<pulumi.RunError> {
    const named = this.named.find((each) => each.name === name);
    const shown = await shownNames(this.owner, "repos", "name", this.opts);
    return programError(
      tokenProblem(said, this.hasToken) ?? {
        code: "github-repository-not-shown",
        subject: `repository ${this.owner}/${name}`,
        cause: `${named === undefined ? "" : `${named.where} names it; `}GitHub does not show it (${said})`,
        remedy:
          named === undefined
            ? "create it, give GITHUB_TOKEN access to it, or spell it right"
            : repositoryRemedy(named, shown),
      },
    );
  }
}
