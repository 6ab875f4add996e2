import type { Secret } from "../../../secrets/entry";
import type { SlotName } from "../../../secrets/slots";

/**
 * Where a new value is set: by this command in the organization, by a person in GitHub environments or the stack's
 * config, by ESC itself.
 */
export type Way = "organization" | "environments" | "config" | "rotator";

/** What is compromised, and where it lives. Names, never a value. */
export interface Case {
  secret: Secret;
  way: Way;
  /** Environments whose value comes from what is replaced; none for the pipeline's own credential, which is in none. */
  environments: readonly string[];
  /** The organization's secrets to replace: its own name, and the older ones that stand in GitHub too. */
  slots: readonly SlotName[];
  /** Where GitHub environments hold it. */
  places: readonly { repository: string; environment: string }[];
  /** Carriers whose workflow syncs it. */
  carriers: readonly string[];
  /** Repositories whose workflows may read it in GitHub; a word for all, or for all private ones. */
  readers: readonly string[];
  /** GitHub's time of each name that stands there. */
  updated: Readonly<Record<string, string>>;
  /** What stands in the way, or beside: told, and kept as open questions. */
  notes: readonly string[];
  /** ESC environments to rotate, `organization/project/name`, where ESC makes it. */
  rotated?: readonly string[];
}
