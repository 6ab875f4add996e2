import * as pulumi from "@pulumi/pulumi";
import { describeRule, digestOf, type FoundRule, mergeRules, whyNotKept } from "../../access/trust-of-others";
import { messageOf, type Problem } from "../../errors";
import type { AskedOrganization } from "../access/open-organization";
import { Refusal } from "../diagnostics";
import type { StackState } from "../stack-state";
import { type IssuerPlan, notSendable, recordedIn, SUBJECT, unknownRules } from "./issuer-plan";

/** What the guards go by. */
interface Guarded {
  /** Pulumi Cloud; undefined when there is no token for it. */
  cloud: AskedOrganization | undefined;
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
  /** What this run declares. */
  plan: Promise<IssuerPlan | undefined>;
}

/**
 * The hooks that keep rules of others at the moment of a write. The provider replaces the whole list, and the service has
 * no condition for that. So they ask again right before the provider writes. What someone adds between that answer and
 * the provider's third request is lost; docs/SECURITY.md says so.
 *
 * The state keeps the hooks' names, so every run registers them, whatever it declares.
 */
export function guardTrust({ cloud, state, plan }: Guarded): pulumi.ResourceHookBinding {
  const othersAt = async (id: string): Promise<FoundRule[]> => {
    if (cloud === undefined) throw new Refusal(unknownRules("there is no token to ask with"));
    const standing = await cloud.rulesById(id.split("/").at(-1) ?? id).catch((error: unknown) => {
      throw new Refusal(unknownRules(messageOf(error)));
    });
    const ours = [...recordedIn(await state), ...((await plan)?.ours ?? [])];
    return mergeRules([], ours, standing).kept;
  };
  const keep = new pulumi.ResourceHook("keep-trust-of-others", async ({ id, newInputs = {} }) => {
    const sent = new Set(((newInputs.policies ?? []) as FoundRule[]).map(digestOf));
    for (const rule of await othersAt(id)) {
      if (whyNotKept(rule) !== undefined) throw new Refusal(notSendable(rule));
      if (!sent.has(digestOf(rule))) throw new Refusal(addedMeanwhile(rule));
    }
  });
  const refuse = new pulumi.ResourceHook("refuse-to-delete-trust-of-others", async ({ id }) => {
    const [first] = await othersAt(id);
    if (first !== undefined) throw new Refusal(deletionRefused(first, id));
  });
  return { beforeUpdate: [keep], beforeDelete: [refuse] };
}

function addedMeanwhile(rule: FoundRule): Problem {
  return {
    code: "trust-changed-meanwhile",
    subject: SUBJECT,
    cause: `someone added a rule since this run began (${digestOf(rule)}: ${describeRule(rule)}), and the update would delete it`,
    remedy: "run pulumi up again",
  };
}

function deletionRefused(rule: FoundRule, id: string): Problem {
  return {
    code: "trust-of-others",
    subject: SUBJECT,
    cause: `the issuer ${id} also has rules of others (${digestOf(rule)}: ${describeRule(rule)}), and its deletion would end them`,
    remedy:
      "delete this program's rules in Pulumi Cloud (Settings, OIDC issuers), then take the issuer out of the state: pulumi state delete URN",
  };
}
