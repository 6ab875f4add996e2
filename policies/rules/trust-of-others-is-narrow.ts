import { configOf, each, resourceRule, texts } from "../rule";
import { digestOf, ownersOf } from "../standing-trust";
import { policiesOf } from "../trust-policy";
import { policyCauses } from "./no-admin-permission";
import { looseCauses } from "./oidc-rules-are-exact";

const DEFAULTS = { accepted: [] as string[] };

/**
 * What others have at the same issuer stands whether this stack is updated or not, so it stops no update. The mandatory
 * rules judge everything else.
 */
export const trustOfOthersIsNarrow = resourceRule(
  {
    name: "trust-of-others-is-narrow",
    description: "A trust policy that others have at the stack's issuer is exact and gives no admin.",
    remedy:
      "ask its owner to narrow it, delete in Pulumi Cloud (Settings, OIDC issuers) what nobody knows, or name its digest in the pack's config",
    enforcementLevel: "advisory",
    config: { accepted: texts("Digests of policies of others that are known", DEFAULTS.accepted) },
  },
  (type) => policiesOf(type, {}) !== undefined,
  async function* (args) {
    const { accepted } = configOf(args, DEFAULTS);
    const ownerOf = await ownersOf(args);
    yield* each(policiesOf(args.type, args.props) ?? [], function* (policy) {
      const owner = ownerOf(policy);
      const digest = digestOf(policy);
      if (owner === "program" || accepted.includes(digest)) return;
      const causes = [...looseCauses(policy), ...policyCauses(policy, [])];
      if (causes.length === 0) return;
      const whose = owner === "others" ? "of others" : "of others, if it exists, which up checks";
      yield `${policy.path} (${digest}, ${whose}) ${causes.join(", ")}`;
    });
  },
);
