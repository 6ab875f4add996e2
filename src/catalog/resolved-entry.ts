import type { FormatName } from "./formats";

/** Who may read an organization secret in GitHub; GitHub's own words. */
export type Visibility = "selected" | "private" | "all";

/** One secret with every default filled in. */
export interface ResolvedEntry {
  name: string;
  group: string;
  aliases: readonly string[];
  appKey: string;
  appKeyAliases: readonly string[];
  path: string;
  owner: string;
  rotationDays: number;
  credential: boolean;
  expires: string | undefined;
  page: string | undefined;
  format: FormatName;
  visibility: Visibility;
  repositories: readonly string[];
  environments: readonly string[];
  perEnvironment: boolean;
  sharedBecause: string | undefined;
  leftoverUntil: string | undefined;
  required: boolean;
  default: string | undefined;
  value: "person" | "config";
  pulumiConfig: string | undefined;
  bootstrap: boolean;
  tombstone: string | undefined;
  renamedFrom: FormerName | undefined;
}

/** A name that is about to go. */
export interface FormerName {
  name: string;
  /** Its app key where that is none of the entry's otherwise: among `appKeyAliases` for as long. */
  key: string | undefined;
  tombstone: string | undefined;
}
