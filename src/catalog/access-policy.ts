/** Pulumi ESC's levels, least first; each includes those before it. */
export const LEVELS = ["read", "open", "write", "admin"] as const;
export type Level = (typeof LEVELS)[number];

/** Somebody a policy is for: a login of Pulumi Cloud, or a team that people made there. */
export interface Identity {
  type: "user" | "team";
  name: string;
}

/** Who may do what with which values, and why. */
export interface AccessPolicy<GroupName extends string = string, EnvironmentName extends string = string> {
  /** Lower case, digits and hyphens: part of the names of its teams. */
  name: string;
  /** One sentence: why these people need it. Stands in the matrix and in Pulumi Cloud. */
  why: string;
  groups: "all" | readonly GroupName[];
  environments: readonly EnvironmentName[];
  identities: readonly Identity[];
  /** read: names and history. open: values as well. write: change values by hand. admin: delete as well. */
  level: Level;
  /** How long values stay open at most, as Go writes durations: `8h`, `1h30m`. Default: no limit. */
  maxOpenDuration?: string;
}

/** Groups of a policy, of those there are. */
export function groupsOf({ groups }: AccessPolicy, all: readonly string[]): readonly string[] {
  return groups === "all" ? all : all.filter((group) => groups.includes(group));
}

/** The higher of two levels. */
export function higher(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b;
}
