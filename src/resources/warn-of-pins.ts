import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../secrets/settings";

/** Says, in every preview and every up, which applications do not get what the sync brings. */
export function warnOfPins({ compositeTags }: Pick<Settings, "compositeTags">): void {
  const pins = Object.entries(compositeTags).map(([environment, tag]) => `${environment} to ${tag}`);
  if (pins.length === 0) return;
  void pulumi.log.warn(
    `pinned (compositeTags): ${pins.join(", ")}; applications there get no newer value until the tag is changed or taken out. Where a group lacks the tag, up is refused and they keep what they have`,
  );
}
