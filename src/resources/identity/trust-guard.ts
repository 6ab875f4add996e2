import * as pulumi from "@pulumi/pulumi";
import { trustIn } from "../../access/issuers";
import { describeRule, digestOf, type FoundRule, mergeRules, whyNotKept } from "../../access/trust-of-others";
import { messageOf, type Problem } from "../../errors";
import type { AskedOrganization } from "../access/open-organization";
import { Refusal } from "../diagnostics";
import type { StackState } from "../stack-state";
import { type IssuerPlan, recordedIn } from "./issuer-plan";
import { notSendable, unknownRules } from "./standing-rules";

/** What the guards go by. */
interface Guarded {
  /** Pulumi Cloud; undefined when there is no token for it. */
  cloud: AskedOrganization | undefined;
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
  /** What this run declares. */
  plans: Promise<readonly IssuerPlan[]>;
}

/**
 * The hooks that keep rules of others at the moment of a write. The provider replaces the whole list, and the service has
 * no condition for that. So they ask again right before the provider writes. What someone adds between that answer and
 * the provider's third request is lost; docs/SECURITY.md says so.
 *
 * The state keeps the hooks' names, so every run registers them, whatever it declares.
 */
export function guardTrust({ cloud, state, plans }: Guarded): pulumi.ResourceHookBinding {
  const othersAt = async (resource: string, id: string): Promise<FoundRule[]> => {
    if (cloud === undefined) throw new Refusal(unknownRules(resource, "there is no token to ask with"));
    const standing = await cloud.rulesById(id.split("/").at(-1) ?? id).catch((error: unknown) => {
      throw new Refusal(unknownRules(resource, messageOf(error)));
    });
    const plan = (await plans).find((each) => each.resource === resource);
    const ours = [...recordedIn(await state, resource), ...(plan?.ours ?? [])];
    return mergeRules([], ours, standing).kept;
  };
  const keep = new pulumi.ResourceHook("keep-trust-of-others", async ({ id, name, newInputs = {} }) => {
    const sent = new Set(((newInputs.policies ?? []) as FoundRule[]).map(digestOf));
    for (const rule of await othersAt(name, id)) {
      if (whyNotKept(rule) !== undefined) throw new Refusal(notSendable(name, rule));
      if (!sent.has(digestOf(rule))) throw new Refusal(addedMeanwhile(name, rule));
    }
  });
  const refuse = new pulumi.ResourceHook("refuse-to-delete-trust-of-others", async ({ id, name }) => {
    const [first] = await othersAt(name, id);
    if (first !== undefined) throw new Refusal(deletionRefused(name, first, id));
  });
  return { beforeUpdate: [keep], beforeDelete: [refuse] };
}

function addedMeanwhile(resource: string, rule: FoundRule): Problem {
  return {
    code: "trust-changed-meanwhile",
    subject: trustIn(resource),
    cause: `someone added a rule since this run began (${digestOf(rule)}: ${describeRule(rule)}), and the update would delete it`,
    remedy: "run pulumi up again",
  };
}

function deletionRefused(resource: string, rule: FoundRule, id: string): Problem {
  return {
    code: "trust-of-others",
    subject: trustIn(resource),
    cause: `the issuer ${id} also has rules of others (${digestOf(rule)}: ${describeRule(rule)}), and its deletion would end them`,
    remedy:
      "delete this program's rules in Pulumi Cloud (Settings, OIDC issuers), then take the issuer out of the state: pulumi state delete URN",
  };
}
