import * as pulumi from "@pulumi/pulumi";
import { oversightOf, unapproved } from "../../secrets/oversight";
import type { Rotator } from "../../secrets/rotators";
import type { Settings } from "../../secrets/settings";
import { declareApprovals } from "./approvals";
import type { StageEnvironments } from "./stage-environments";
import { declareWebhooks } from "./webhooks";

/**
 * Webhooks and approval rules of one environment. The ledger has neither: the sync writes it with every change. What ESC
 * rotates has no rule, and its managing user none (docs/DECISIONS.md, 26).
 */
export function declareOversight(
  name: string,
  { values, rotators, composite, audiences }: StageEnvironments,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): void {
  const { webhooks, approvals } = oversightOf(settings);
  const forPeople = Object.entries(audiences).map(([policy, each]) => [`for-${policy}`, each] as const);
  const told = { ...values, ...rotators, composite, ...Object.fromEntries(forPeople) };
  if (webhooks) declareWebhooks(name, told, settings, opts);
  if (approvals) declareApprovals(name, values, settings, opts);
}

/** Says what the config asks for and is not done: the edition lacks it, or ESC acts by itself. */
export function warnOfLacking(settings: Settings, rotators: readonly Rotator[]): void {
  const { lacking } = oversightOf(settings);
  if (lacking.length > 0) void pulumi.log.warn(`not enforced: ${lacking.join("; ")}`);
  const left = unapproved(settings, rotators);
  if (left !== undefined && pulumi.runtime.isDryRun()) void pulumi.log.info(`approvers: ${left}`);
}
