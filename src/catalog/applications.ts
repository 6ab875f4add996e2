import {
  applicationTeam,
  audienceEnvironment,
  compositeEnvironment,
  type EscEnvironmentId,
  type Naming,
  scopedApplicationTeam,
} from "./layout";

/** Languages that a loader is generated for. */
export const LANGUAGES = ["python", "typescript"] as const;
export type Language = (typeof LANGUAGES)[number];

/** A service account of a Kubernetes cluster, which the application's pods in one deployment environment run as. */
export interface ServiceAccount<EnvironmentName extends string = string> {
  /** Deployment environment of the application. */
  environment: EnvironmentName;
  /**
   * Address of the cluster's issuer, which Pulumi Cloud must be able to read:
   * `kubectl get --raw /.well-known/openid-configuration` names it.
   */
  issuer: string;
  namespace: string;
  /** Name of the service account. */
  serviceAccount: string;
}

/** An application of the organization that loads secrets. `pulumi up` commits its loader to its repository. */
export interface Application<GroupName extends string = string, EnvironmentName extends string = string> {
  /** Lower case, digits and hyphens: what people call it. */
  name: string;
  /** Repository of the organization, without its owner. */
  repository: string;
  language: Language;
  /** Path of the loader's file in the repository. */
  path: string;
  /** Branch that the file is committed to. Default: the branch of the stacks' config. */
  branch?: string;
  /**
   * The file arrives by a pull request, which people review and merge, and which `pulumi up` keeps current. Default:
   * `pulumi up` commits it to the branch.
   */
  pullRequest?: true;
  /** Deployment environments it runs in. Default: all of the catalog's. */
  environments?: readonly EnvironmentName[];
  /**
   * Groups whose secrets it loads. Default: all. With fewer it opens an environment of its own that imports these alone,
   * as a team of its own.
   */
  groups?: readonly GroupName[];
  /**
   * `included`: the file needs nothing installed. `package`: it imports the package of `make loaders`, which the
   * application installs from the organization's own index. Default: included.
   */
  runtime?: "included" | "package";
  /**
   * A workflow of the repository whose jobs load secrets. Its job in the GitHub environment named like a deployment
   * environment, on the branch, gets the application's short token (`github_actions()`, `githubActions()`).
   */
  githubActions?: { readonly workflow: string };
  /**
   * Service accounts of Kubernetes whose pods load secrets. Each gets the application's short token of its deployment
   * environment (`kubernetes()`).
   */
  kubernetes?: readonly ServiceAccount<EnvironmentName>[];
  /** Python alone: the file also has `Settings`, a BaseSettings of pydantic-settings, which the application then installs. */
  pydantic?: true;
}

/** A field of a grouping: an app key, a public text, or fields of its own. */
export type GroupingField = string | { readonly constant: string } | Grouping;

/** Secrets that applications ask for together, by field: `get_docker_hub_config()["username"]`. */
export interface Grouping {
  readonly [field: string]: GroupingField;
}

export type Groupings = Readonly<Record<string, Grouping>>;

/** What a field is, told apart once for every renderer and check. */
export type FieldKind =
  | { kind: "key"; key: string }
  | { kind: "constant"; text: string }
  | { kind: "fields"; fields: Grouping };

export function kindOf(field: GroupingField): FieldKind {
  if (typeof field === "string") return { kind: "key", key: field };
  const { constant } = field;
  if (typeof constant === "string" && Object.keys(field).length === 1)
    return { kind: "constant", text: constant };
  return { kind: "fields", fields: field as Grouping };
}

/** App keys that a grouping asks for, its inner fields' too. */
export function keysIn(grouping: Grouping): string[] {
  return Object.values(grouping).flatMap((field) => {
    const found = kindOf(field);
    if (found.kind === "key") return [found.key];
    return found.kind === "fields" ? keysIn(found.fields) : [];
  });
}

/** What decides where an application's loader looks. Without a name it opens the whole composite, whatever its groups. */
export type Loading = Pick<Application, "groups" | "environments"> & { name?: string };

/** Groups of an application, of those there are. */
export function groupsOfApplication({ groups }: Loading, all: readonly string[]): readonly string[] {
  return groups === undefined ? all : all.filter((group) => groups.includes(group));
}

/** Deployment environments of an application, of those there are. */
export function environmentsOfApplication({ environments }: Loading, all: readonly string[]): string[] {
  return all.filter((each) => environments?.includes(each) ?? true);
}

/** Whether an application loads some of the groups and not all, and so opens a composite of its own. */
export function isScoped(application: Loading, groups: readonly string[]): boolean {
  return application.name !== undefined && groupsOfApplication(application, groups).length < groups.length;
}

/** What an application's loader opens in one deployment environment, and the team that it works as. */
export function openingOf(
  naming: Naming,
  deployment: string,
  application: Loading,
  groups: readonly string[],
): { environment: EscEnvironmentId; team: string } {
  const { name = "" } = application;
  return isScoped(application, groups)
    ? {
        environment: audienceEnvironment(naming, deployment, name),
        team: scopedApplicationTeam(naming, deployment, name),
      }
    : { environment: compositeEnvironment(naming, deployment), team: applicationTeam(naming, deployment) };
}
