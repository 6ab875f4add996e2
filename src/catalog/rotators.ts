import type { EscEnvironmentId, Naming } from "./layout";

/** Kinds of credentials that ESC changes by itself: the vendor's rotators that this program knows. */
export const ROTATOR_KINDS = ["mysql", "password", "postgres"] as const;

/** A database as ESC reaches it. */
export interface RotatedDatabase {
  host: string;
  port: number;
  /** Name of the database itself. */
  database: string;
}

interface RotatorBasics<GroupName extends string> {
  /** Lower case, digits and hyphens: part of the name of its ESC environment. */
  name: string;
  /** Whoever may open this group's values may open these; whoever may write them may write these, and so rotate. */
  group: GroupName;
  /** When ESC rotates: cron, five fields, UTC, at most once a day. Less often than applications load their secrets. */
  schedule: string;
}

/**
 * Logins of a database. Of two users one is current; a rotation gives the other a new password and makes it current, so
 * that what was loaded before still works until the next one. Both must be there, with the same rights, and a managing
 * user who may change their passwords.
 */
export interface DatabaseRotator<GroupName extends string = string, EnvironmentName extends string = string>
  extends RotatorBasics<GroupName> {
  kind: "mysql" | "postgres";
  users: readonly [string, string];
  /** The database of each environment that has it. */
  databases: Readonly<Partial<Record<EnvironmentName, RotatedDatabase>>>;
  /** Name of the current user's login: an environment variable, and in lower case the app key. */
  username: string;
  /** Name of its password, likewise. */
  password: string;
}

/** A random text that nobody outside has to be told: what signs sessions, for instance. */
export interface PasswordRotator<GroupName extends string = string, EnvironmentName extends string = string>
  extends RotatorBasics<GroupName> {
  kind: "password";
  /** Environments that have it. Default: all of the catalog's. */
  environments?: readonly EnvironmentName[];
  /** Characters, 8 to 100; letters and digits. Default: 64. */
  length?: number;
  /** Name of the value: an environment variable, and in lower case the app key. */
  value: string;
  /** Name of the one before, for what was signed with it; absent before the second rotation. */
  previous?: string;
}

/** Credentials that have no slot in GitHub and are not synced: ESC itself makes them, and rotates them by its clock. */
export type Rotator<GroupName extends string = string, EnvironmentName extends string = string> =
  | DatabaseRotator<GroupName, EnvironmentName>
  | PasswordRotator<GroupName, EnvironmentName>;

/** One value that a rotator makes. */
export interface RotatedValue {
  /** Name of its environment variable. */
  name: string;
  /** What application code asks for, and its path below the root key in ESC. */
  appKey: string;
  /** Steps from the rotator's output. */
  from: readonly string[];
  /** Whether it is there from the first rotation on. */
  required: boolean;
}

/** What stands in the place of a password before the first rotation: no loader takes it for one. */
export const UNROTATED =
  "__NOT_ROTATED_YET__ (placeholder by sophia-secrets; the first rotation replaces it)";

/** Values of a rotator, in the order of their names. */
export function rotatedValues(rotator: Rotator): RotatedValue[] {
  const value = (name: string, from: readonly string[], required = true) => ({
    name,
    appKey: name.toLowerCase(),
    from,
    required,
  });
  if (rotator.kind !== "password")
    return [
      value(rotator.password, ["current", "password"]),
      value(rotator.username, ["current", "username"]),
    ];
  const { previous } = rotator;
  const current = value(rotator.value, ["current"]);
  return previous === undefined ? [current] : [current, value(previous, ["previous"], false)];
}

/** Whether an environment has a rotator. */
export function isIn(rotator: Rotator, deployment: string): boolean {
  if (rotator.kind === "password") return rotator.environments?.includes(deployment) ?? true;
  return rotator.databases[deployment] !== undefined;
}

/** Rotators of some groups that an environment has, by name. */
export function rotatorsIn(
  rotators: readonly Rotator[],
  deployment: string,
  groups?: readonly string[],
): Rotator[] {
  return rotators
    .filter((each) => isIn(each, deployment) && (groups?.includes(each.group) ?? true))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `default/app-production-rotated-orders`: what ESC writes the credentials to. */
export function rotatedEnvironment(naming: Naming, deployment: string, { name }: Rotator): EscEnvironmentId {
  return { project: naming.escProject, name: `${naming.application}-${deployment}-rotated-${name}` };
}

/** `default/app-production-managing-orders`: the managing user. Nobody but administrators may open it. */
export function managingEnvironment(naming: Naming, deployment: string, { name }: Rotator): EscEnvironmentId {
  return { project: naming.escProject, name: `${naming.application}-${deployment}-managing-${name}` };
}
