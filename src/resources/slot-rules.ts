import type * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { slotNames } from "../../secrets/slots";
import { announceTombstones } from "./announce-tombstones";
import { GitHubSecrets } from "./github-secrets";
import { NewNames } from "./new-names";
import { type SlotGuards, slotGuards } from "./slot-guards";

/** What holds for every slot of a run. */
export interface SlotRules {
  guards: SlotGuards;
  /** UTC: YYYY-MM-DD. What is due by it is not declared any more. */
  today: string;
  /** Values that entries take from the stack's config, by name. */
  values: pulumi.Output<Record<string, string>>;
  inGitHub: GitHubSecrets;
  newNames: NewNames;
  /** How GitHub is asked outside a resource. */
  invoke: pulumi.InvokeOptions;
}

/** Registers the guards, which every run needs whatever it declares, and says what is about to leave. */
export function slotRules(
  catalog: Catalog,
  values: SlotRules["values"],
  provider: github.Provider,
  today: string,
): SlotRules {
  const slots = slotNames(resolveCatalog(catalog));
  const invoke = { provider };
  const inGitHub = new GitHubSecrets(invoke);
  announceTombstones(slots, today);
  const newNames = new NewNames(inGitHub, today);
  const guards = slotGuards({
    exists: (inputs) => inGitHub.has(inputs),
    whyKept: (slot, inputs) => newNames.whyKept(slot, inputs),
    slots,
    today,
  });
  return { guards, today, values, inGitHub, newNames, invoke };
}
