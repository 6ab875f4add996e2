import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** One resource as the program declared it: what the engine is told, not what the mocks answer. */
export interface Declared {
  type: string;
  name: string;
  /** URN of the parent. */
  parent: string;
  custom: boolean;
  /** Values in plain text, secrets unwrapped. */
  inputs: Record<string, unknown>;
  /** As sent: secrets keep their mark. */
  wire: string;
  protect: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  /** Hook names by when they run. */
  hooks: { beforeCreate: string[]; beforeUpdate: string[]; others: string[] };
  /** URNs this one waits for. */
  dependencies: string[];
  /** URNs by the input that needs them. */
  inputDependencies: Record<string, string[]>;
  aliases: number;
  /** The provider's id of what is imported; empty where nothing is. */
  importId: string;
}

/** A hook as the program registered it. */
export interface Hook {
  name: string;
  onDryRun: boolean;
}

/** Reads the request that registers a resource. */
export async function declaredOf(request: RegisterResourceRequest): Promise<Declared> {
  const sent = request.getObject();
  const hooks = request.getHooks();
  const others = [
    hooks?.getAfterCreateList(),
    hooks?.getAfterUpdateList(),
    hooks?.getBeforeDeleteList(),
    hooks?.getAfterDeleteList(),
  ];
  const pairs: [string, string[]][] = [];
  request.getPropertydependenciesMap().forEach((value, key) => {
    pairs.push([key, value.getUrnsList()]);
  });
  return {
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    custom: request.getCustom(),
    inputs:
      sent === undefined
        ? {}
        : ((await plain(pulumi.runtime.deserializeProperties(sent))) as Record<string, unknown>),
    wire: JSON.stringify(sent?.toJavaScript() ?? {}),
    protect: request.getProtect() === true,
    retainOnDelete: request.getRetainondelete() === true,
    ignoreChanges: request.getIgnorechangesList(),
    hooks: {
      beforeCreate: hooks?.getBeforeCreateList() ?? [],
      beforeUpdate: hooks?.getBeforeUpdateList() ?? [],
      others: others.flatMap((each) => each ?? []),
    },
    dependencies: request.getDependenciesList(),
    inputDependencies: Object.fromEntries(pairs),
    importId: request.getImportid(),
    aliases: request.getAliasesList().length + request.getAliasurnsList().length,
  };
}

/** Texts of assets in the place of the assets; secrets unwrapped. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof pulumi.asset.StringAsset) return value.text;
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== "object" || value === null) return value;
  if (pulumi.runtime.isRpcSecret(value)) return plain(pulumi.runtime.unwrapRpcSecret(value));
  const pairs = Object.entries(value).map(async ([key, each]) => [key, await plain(each)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

/** Resources of one type, by name. */
export function ofType(resources: readonly Declared[], type: string): Declared[] {
  return resources.filter((each) => each.type === type).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const TYPES = {
  slot: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
  slotRepositories: "pulumi-nodejs:dynamic/github:SecretRepositories",
  environmentSecret: "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
  repositoryEnvironment: "github:index/repositoryEnvironment:RepositoryEnvironment",
  deploymentPolicy:
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
  file: "github:index/repositoryFile:RepositoryFile",
  environment: "pulumiservice:index:Environment",
  team: "pulumiservice:index:Team",
  permission: "pulumiservice:index:TeamEnvironmentPermission",
  issuer: "pulumiservice:index:OidcIssuer",
} as const;
