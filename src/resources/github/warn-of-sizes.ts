import type * as pulumi from "@pulumi/pulumi";
import type * as pulumiservice from "@pulumi/pulumiservice";
import type { ResolvedEntry } from "../../catalog/entry";
import type { Settings } from "../../catalog/settings";
import { isTooLarge, type Step, stepTooLarge } from "../../catalog/step-size";
import { EMPTY_LEDGER } from "../../ledger/ledger";
import { stepsOf } from "../../ledger/step-sizes";
import { warn } from "../diagnostics";
import { standingLedger } from "../esc/standing-ledger";
import type { Shards } from "./shards";

/** What tells how large secrets are. */
export interface SizeEvidence {
  secrets: readonly ResolvedEntry[];
  settings: Settings;
  shards: Promise<Shards>;
  /** Deployment environments of this stack, whose ledgers know what the sync read. */
  deployments: readonly { name: string; ledger: pulumiservice.Environment }[];
  /** Values that entries take from the stack's config, by entry name: secret. */
  values: pulumi.Output<Record<string, string>>;
}

/**
 * In a preview: a warning of carriers whose jobs would not start, because what GitHub's runner hands them is more than a
 * process can be given. Nothing is asked for it: sizes are those of the ledgers and of config. What is only declared has no
 * size, and a format no largest one but GitHub's 48 KB, which no organization has in all of its secrets.
 */
export async function warnOfSizes(evidence: SizeEvidence): Promise<void> {
  const { secrets, settings, deployments } = evidence;
  const known = deployments.map(
    async ({ name, ledger }) => [name, (await standingLedger(ledger)) ?? EMPTY_LEDGER] as const,
  );
  const [shards, ledgers, config] = await Promise.all([
    evidence.shards.catch(() => ({})),
    Promise.all(known),
    configSizes(evidence.values),
  ]);
  const steps = stepsOf(secrets, shards, new Map(ledgers)).map((step) => withConfig(step, config));
  const large = settings.carriers
    .map((carrier) => steps.filter((step) => step.carrier === carrier && isTooLarge(step)))
    .filter((found) => found.length > 0);
  await warn(...large.map((found) => stepTooLarge(found, settings.carriers)));
}

function withConfig(step: Step, config: ReadonlyMap<string, number>): Step {
  const variables = step.variables.map((each) => ({ ...each, bytes: config.get(each.name) ?? each.bytes }));
  return { ...step, variables, unknown: [] };
}

/** Sizes alone leave the output. */
function configSizes(values: pulumi.Output<Record<string, string>>): Promise<ReadonlyMap<string, number>> {
  return new Promise((done) => {
    values.apply((all) =>
      done(new Map(Object.entries(all).map(([name, text]) => [name, Buffer.byteLength(text, "utf8")]))),
    );
  });
}
