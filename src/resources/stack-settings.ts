import type { Rotator } from "../catalog/rotators";
import type { Settings } from "../catalog/settings";
import type { AccessRules } from "./access/access-rules";

/** A stack's config, who may do what by it, what ESC rotates, and every stack of the project. */
export type StackSettings = Settings & {
  access: AccessRules;
  stacks: readonly string[];
  rotators: readonly Rotator[];
};
