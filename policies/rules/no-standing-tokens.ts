import { TYPES } from "../resource-types";
import { configOf, resourceRule, texts } from "../rule";

const DEFAULTS = { allowed: [] as string[] };

const TOKENS: Readonly<Record<string, string>> = {
  [TYPES.personalToken]: "a person's token, with all of that person's rights",
  [TYPES.personalTokenByApi]: "a person's token, with all of that person's rights",
  [TYPES.teamToken]: "a team's token",
  [TYPES.teamTokenByApi]: "a team's token",
  [TYPES.organizationToken]: "an organization's token",
  [TYPES.organizationTokenByApi]: "an organization's token",
};

/** A job's identity is traded for a token that ends by itself; one that is declared stands in the stack's state. */
export const noStandingTokens = resourceRule(
  {
    name: "no-standing-tokens",
    description:
      "No stack makes an access token, or a key that pushes: both work until somebody revokes them.",
    remedy:
      "trust the identity of the job that needs it (OidcIssuer, with the least token), and let people log in themselves",
    enforcementLevel: "mandatory",
    config: { allowed: texts("Names of resources that may be such a token", DEFAULTS.allowed) },
  },
  (type) => Object.hasOwn(TOKENS, type) || type === TYPES.deployKey,
  function* (args) {
    if (configOf(args, DEFAULTS).allowed.includes(args.name)) return;
    if (args.type !== TYPES.deployKey) yield `it is ${TOKENS[args.type]}, and the stack's state holds it`;
    else if (args.props.readOnly === false) yield "it is a key that can push to the repository";
  },
);
