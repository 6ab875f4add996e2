import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GitRepository } from "./git-repository";
import type { GitHubSeed } from "./github-seed";
import type { Repository } from "./github-state";

/** The folder of all bare repositories: the service's own, or a temporary one that `close` removes. */
export class GitRepositories {
  private readonly folder: string;
  private readonly temporary: boolean;

  constructor(folder: string | undefined) {
    this.temporary = folder === undefined;
    this.folder = folder === undefined ? mkdtempSync(join(tmpdir(), "sandbox-github-")) : join(folder, "git");
  }

  of(repository: Pick<Repository, "owner" | "name">): GitRepository {
    return new GitRepository(join(this.folder, repository.owner, `${repository.name}.git`));
  }

  /** Makes every repository with its first commit: the seed's files, or a README as GitHub offers one. */
  seed(repositories: Repository[], seed: GitHubSeed): void {
    const files = new Map(
      seed.organizations.flatMap((organization) =>
        organization.repositories.map((each) => [`${organization.login}/${each.name}`, each.files] as const),
      ),
    );
    for (const repository of repositories)
      this.begin(repository, files.get(`${repository.owner}/${repository.name}`));
  }

  /** Makes one with its first commit. */
  begin(repository: Repository, texts: Record<string, string> = {}): void {
    const git = this.of(repository);
    git.create(repository.defaultBranch);
    const all = Object.keys(texts).length > 0 ? texts : { "README.md": `# ${repository.name}\n` };
    const changes = Object.fromEntries(Object.entries(all).map(([path, text]) => [path, Buffer.from(text)]));
    const who = { name: repository.owner, email: "noreply@github.com", date: repository.createdAt };
    git.write(repository.defaultBranch, changes, "Initial commit", who, who);
  }

  /** Takes one to its new address. */
  move(from: Pick<Repository, "owner" | "name">, to: Pick<Repository, "owner" | "name">): void {
    const { gitDir } = this.of(to);
    mkdirSync(dirname(gitDir), { recursive: true, mode: 0o700 });
    renameSync(this.of(from).gitDir, gitDir);
  }

  remove(repository: Pick<Repository, "owner" | "name">): void {
    rmSync(this.of(repository).gitDir, { recursive: true, force: true });
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  close(): void {
    if (this.temporary) this.clear();
  }
}
