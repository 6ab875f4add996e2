/** Something that is not as declared. */
export interface AccessDifference {
  kind: "default" | "account" | "team" | "member" | "missing" | "permission";
  /** An organization, a login, a team. */
  thing: string;
  what: string;
  remedy: string;
  /** The ESC environments it is about, `project/name`; absent where it is about none of them alone. */
  paths?: readonly string[];
}

export interface Terms {
  level: string;
  maxOpenDuration?: string;
}

/** A right in words: `open`, `open for 8h`. */
export function termsOf({ level, maxOpenDuration }: Terms): string {
  return maxOpenDuration === undefined ? level : `${level} for ${maxOpenDuration}`;
}
