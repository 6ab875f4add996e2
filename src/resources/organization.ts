import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { WORKFLOW_PATH } from "../../secrets/layout";
import type { Settings } from "../../secrets/settings";
import { buildJobCatalog } from "../sync/job-catalog";
import { Carrier } from "./carrier";
import { Slot } from "./slot";
import { slotGuards } from "./slot-guards";
import { SyncTrust } from "./sync-trust";

/** The organization-wide objects, owned by one stack: a slot per secret, the carriers' files, the trust in their jobs. */
export class Organization extends pulumi.ComponentResource {
  /** `owner/repository/.github/workflows/sync_secrets.yml` of each carrier. */
  readonly workflows: pulumi.Output<string[]>;

  constructor(
    name: string,
    args: { settings: Settings; catalog: Catalog; bundle: string; stages: readonly pulumi.Resource[] },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:Organization", name, {}, opts);
    const { settings, catalog } = args;
    const invoke = { parent: this };
    const ids = new Map<string, Promise<number>>();
    const idOf = (repository: string): Promise<number> => {
      const id = ids.get(repository) ?? repositoryId(settings.githubOrganization, repository, invoke);
      ids.set(repository, id);
      return id;
    };

    const guards = slotGuards(once(() => listSecrets(invoke)));
    for (const secret of resolveCatalog(catalog)) {
      const repositories = [...new Set([...settings.carriers, ...secret.repositories])].sort();
      const repositoryIds = Promise.all(repositories.map(idOf));
      new Slot(secret.name, { secret, guards, repositoryIds }, { parent: this });
    }

    const job = buildJobCatalog(catalog, settings);
    // After the stages: the push of the files starts a run, which writes to them.
    const after = { parent: this, dependsOn: [...args.stages] };
    const carriers = settings.carriers.map(
      (repository) => new Carrier(repository, { job, settings, bundle: args.bundle }, after),
    );
    if (settings.syncAuthentication === "oidc") {
      const identified = settings.carriers.map((repository) => ({ repository, id: idOf(repository) }));
      new SyncTrust("github-actions", { settings, job, carriers: identified }, { parent: this });
    }
    this.workflows = pulumi
      .all(carriers.map((carrier) => carrier.workflow.repository))
      .apply((all) =>
        all.map((repository) => `${settings.githubOrganization}/${repository}/${WORKFLOW_PATH}`),
      );
    this.registerOutputs({ workflows: this.workflows });
  }
}

async function repositoryId(owner: string, name: string, opts: pulumi.InvokeOptions): Promise<number> {
  try {
    return (await github.getRepository({ name }, opts)).repoId;
  } catch (error) {
    throw new pulumi.RunError(
      `repository ${owner}/${name}: GitHub does not show it (${firstLine(error)}). Remedy: create it, spell it right in carriers or in the catalog, or give the token access to it`,
    );
  }
}

async function listSecrets(opts: pulumi.InvokeOptions): Promise<ReadonlySet<string>> {
  const { secrets } = await github.getActionsOrganizationSecrets(opts);
  return new Set(secrets.map((secret) => secret.name.toUpperCase()));
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
