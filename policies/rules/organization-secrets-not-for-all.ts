import { isOrganizationSecret } from "../resource-types";
import { configOf, resourceRule, texts } from "../rule";

const DEFAULTS = { allowed: [] as string[] };

/** `private` is a choice that the catalog's entry declares: for private repositories, which people of the organization make. */
export const organizationSecretsNotForAll = resourceRule(
  {
    name: "organization-secrets-not-for-all",
    description:
      "An organization secret is for named repositories, or for the private ones, never for all of them.",
    remedy: 'give it the visibility "selected" and name the repositories that need it',
    enforcementLevel: "mandatory",
    config: { allowed: texts("Names of resources that may be for all repositories", DEFAULTS.allowed) },
  },
  isOrganizationSecret,
  function* (args) {
    if (configOf(args, DEFAULTS).allowed.includes(args.name)) return;
    const { visibility } = args.props;
    if (visibility === "all") yield "every repository of the organization may read it";
    else if (visibility !== "selected" && visibility !== "private") yield "its visibility is not declared";
  },
);
