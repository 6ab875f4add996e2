import * as pulumi from "@pulumi/pulumi";
import { oversightOf } from "../../secrets/oversight";
import type { Settings } from "../../secrets/settings";
import { declareApprovals } from "./approvals";
import type { StageEnvironments } from "./stage-environments";
import { declareWebhooks } from "./webhooks";

/** Webhooks and approval rules of one environment. The ledger has neither: the sync writes it with every change. */
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

/** Says once in every preview what the config asks for and the organization's edition lacks. */
export function warnOfLacking(settings: Settings): void {
  const { lacking } = oversightOf(settings);
  if (lacking.length > 0) void pulumi.log.warn(`not enforced: ${lacking.join("; ")}`);
}
