import type { AccessPolicy } from "../src/catalog/access-policy";
import { ENVIRONMENTS } from "./environments";
import type { GROUPS } from "./groups";

/**
 * Who may do what with values in ESC, besides the pipeline itself. People are named by their login in Pulumi Cloud.
 * `./sophia-secrets access` shows the result.
 *
 * To give somebody access: add a name to `identities`, or a policy with its reason, then `pulumi up`.
 */
export const ACCESS_POLICIES = [
  {
    name: "admin-access",
    why: "Sophia's guide, Access Control: its administrator opens every group everywhere, in an emergency too",
    groups: "all",
    environments: ENVIRONMENTS,
    identities: [{ type: "user", name: "platform-engineer" }],
    level: "open",
  },
  {
    name: "developers",
    why: "Developers run the application on their own machines, with development's values",
    groups: "all",
    environments: ["development"],
    identities: [{ type: "user", name: "developer" }],
    level: "open",
  },
  {
    name: "database-admin",
    why: "Sophia's rotation table: the Database Admin rotates database credentials and sees that they arrived",
    groups: ["database-credentials"],
    environments: ["production"],
    identities: [{ type: "user", name: "database-admin" }],
    level: "open",
    maxOpenDuration: "1h",
  },
  {
    name: "audit",
    why: "Sophia's guide, Regular Audits: quarterly review of rotation and access, without a value",
    groups: "all",
    environments: ["production"],
    identities: [{ type: "user", name: "auditor" }],
    level: "read",
  },
] as const satisfies readonly AccessPolicy<keyof typeof GROUPS, (typeof ENVIRONMENTS)[number]>[];
