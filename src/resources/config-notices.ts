import * as pulumi from "@pulumi/pulumi";
import { describeWidening, sharedValues, wideningsOf } from "../access/shared-values";
import type { ResolvedCatalog } from "../catalog/entry";
import type { Settings } from "../catalog/settings";
import { inform, warn } from "./diagnostics";
import { warnOfLacking } from "./esc/oversight";
import { warnOfWebhookHost } from "./esc/webhook-host";

/** One stack's config and the catalog, which nothing refuses. */
interface Accepted {
  settings: Settings;
  catalog: ResolvedCatalog;
  /** Config `webhookUrl`; "" where there is none. */
  webhookUrl: string;
  /** Whether https goes by a proxy. */
  hasProxy: boolean;
  /** UTC: YYYY-MM-DD. */
  today: string;
}

/** Says what a person should know of a config that is accepted. */
export function tellOfConfig({ settings, catalog, webhookUrl, hasProxy, today }: Accepted): void {
  warnOfLacking(settings, catalog.rotators);
  warnOfPins(settings);
  if (!pulumi.runtime.isDryRun()) return;
  tellShared(catalog, today);
  void warnOfWebhookHost(webhookUrl, hasProxy);
}

/** Warns, in every preview and every up, of the applications that do not get what the sync brings. */
function warnOfPins({ compositeTags }: Pick<Settings, "compositeTags">): void {
  const pins = Object.entries(compositeTags).map(([environment, tag]) => `${environment} to ${tag}`);
  if (pins.length === 0) return;
  void warn({
    code: "composites-pinned",
    subject: "config compositeTags",
    cause: `pins ${pins.join(", ")}; applications there get no newer value. If a group lacks the tag, up is refused and they keep what they have`,
    remedy: "change or remove the tag, then pulumi up",
  });
}

/** Tells, in every preview, what access policies open beyond what they name; each is acknowledged in the catalog. */
function tellShared(catalog: ResolvedCatalog, today: string): void {
  void inform(
    ...wideningsOf(sharedValues(catalog, today)).map((widening) => ({
      code: "values-shared",
      subject: `access policy ${widening.policy}`,
      cause: `${describeWidening(widening)}. The catalog says why`,
    })),
  );
}
