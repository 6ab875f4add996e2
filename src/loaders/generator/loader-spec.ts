/**
 * What a loader is generated for: names of one organization's environments and secrets, no value. The contract's cases
 * (src/loaders/contract/cases.yaml) write one down; the Python package has it as `Spec`.
 */
export interface LoaderSpec {
  /** Pulumi Cloud organization. */
  organization: string;
  /** Environment variable that names the deployment environment. */
  variable: string;
  /** Key below which the values stand. */
  root: string;
  /** What a new organization secret holds until someone sets it. */
  placeholder: string;
  /** What stands for a credential that ESC rotates until its first rotation. */
  unrotated: string;
  /** Path of the sync workflow, for remedies. */
  workflow: string;
  environments: Readonly<Record<string, LoaderPlace>>;
  /** In the order of the GitHub names. */
  entries: readonly LoaderEntry[];
}

/** Where one deployment environment's secrets are. */
export interface LoaderPlace {
  /** The ESC environment to open, `project/name`. */
  opens: string;
  /** ESC environments that it imports: a change of one of them is a change of the secrets. */
  watches: readonly string[];
  /** The team for which an identity is traded for a token. */
  team: string;
}

/** One secret. */
export interface LoaderEntry {
  /** Name of the GitHub secret, which errors tell people. */
  name: string;
  /** The app key, then its aliases. */
  keys: readonly string[];
  /** Path below the root key. */
  path: string;
  /** Deployment environments in which the loader refuses to go on without a value. */
  requiredIn: readonly string[];
}

/** Whether every deployment environment of the spec has a value under a key: its type is then a text, never none. */
export function isCertain(spec: LoaderSpec, key: string): boolean {
  const entry = spec.entries.find(({ keys }) => keys.includes(key));
  return Object.keys(spec.environments).every((environment) => entry?.requiredIn.includes(environment));
}

/** App keys and aliases that type-check, in alphabetical order. */
export function keysOf(spec: LoaderSpec): string[] {
  return spec.entries.flatMap(({ keys }) => keys).sort();
}
