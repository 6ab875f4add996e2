import { TYPES } from "../resource-types";
import { configOf, each, resourceRule, texts } from "../rule";
import { exact, isGitHub, isId, type Rules } from "../trust-policy";

const DEFAULTS = { administrators: [] as string[] };
/** TeamStackPermission's number for admin (enum TeamStackPermissionScope). */
const STACK_ADMIN = 103;

type Props = Readonly<Record<string, unknown>>;

/**
 * A program that declares teams and trust needs an administrator to run it. The config names the GitHub environments of
 * those jobs, and each must be pinned down to its workflow file, so that the exception is one job and not a repository.
 */
export const noAdminPermission = resourceRule(
  {
    name: "no-admin-permission",
    description: "No team, role, token or identity is given admin, but for the jobs that the config names.",
    remedy:
      "give the least that does; a job that must administer pins repository, repository_id, ref, environment and workflow_ref, and the pack's config names its GitHub environment",
    enforcementLevel: "mandatory",
    config: {
      administrators: texts(
        "GitHub environments whose jobs may be administrators, each by its whole name",
        DEFAULTS.administrators,
      ),
    },
  },
  (type) => Object.hasOwn(CAUSES, type),
  function* (args) {
    yield* CAUSES[args.type]?.(args.props, configOf(args, DEFAULTS).administrators) ?? [];
  },
);

const CAUSES: Readonly<
  Record<string, (props: Props, administrators: readonly string[]) => Iterable<string>>
> = {
  [TYPES.environmentPermission]: function* ({ permission }) {
    if (permission === "admin") yield "it gives a team admin on an ESC environment";
    else if (permission === undefined) yield "its permission is not declared";
  },
  [TYPES.stackPermission]: function* ({ permission }) {
    if (Number(permission) === STACK_ADMIN) yield "it gives a team admin on a stack";
    else if (permission === undefined) yield "its permission is not declared";
  },
  [TYPES.role]: function* ({ permissions }) {
    for (const scope of new Set(scopesIn(permissions)))
      if (administers(scope)) yield `its role administers the organization: ${scope}`;
  },
  [TYPES.organizationToken]: function* ({ admin }) {
    if (admin === true) yield "it is a token that administers the organization, until somebody revokes it";
  },
  [TYPES.issuer]: ({ url, policies }, administrators) =>
    each(Object.entries(policies ?? {}), function* ([index, policy]) {
      for (const cause of policyCauses(policy as Props, isGitHub(url), administrators))
        yield `policies[${index}] ${cause}`;
    }),
};

/** Every scope that stands anywhere in what a role grants: `{ permissions: ["team:read"] }`, alone or in groups. */
function scopesIn(descriptor: unknown): string[] {
  if (typeof descriptor !== "object" || descriptor === null) return [];
  return Object.entries(descriptor).flatMap(([key, value]) =>
    key === "permissions" && Array.isArray(value) ? value.map(String) : scopesIn(value),
  );
}

/** Scopes are `object:action`; those of stacks, environments and accounts are about these alone (docs, RBAC scopes). */
function administers(scope: string): boolean {
  return !/^(stack|environment|insights|account)/.test(scope) && !/:(read|list)$/.test(scope);
}

function* policyCauses(policy: Props, ofGitHub: boolean, administrators: readonly string[]) {
  if (policy.decision === "deny") return;
  if (policy.tokenType === "personal")
    yield "gives the identity a person's token, with all of that person's rights";
  if (![policy.authorizedPermissions].flat().includes("admin")) return;
  const rules = (policy.rules ?? {}) as Rules;
  const named = administrators.some((each) => each === rules.environment);
  if (!ofGitHub || !named) yield "gives the identity admin on the organization";
  else for (const cause of looseIn(rules)) yield `gives admin to more than one job: it ${cause}`;
}

/** Why an administrator's rule fits more than jobs of one workflow file on one branch. */
function* looseIn(rules: Rules): Generator<string> {
  for (const claim of ["aud", "repository", "ref", "environment", "workflow_ref"]) yield* exact(rules, claim);
  if (!isId(rules.repository_id)) yield "does not pin the claim repository_id";
  const { ref } = rules;
  if (typeof ref === "string" && !/^refs\/heads\/[^.]+$/.test(ref))
    yield "names a ref that is not one branch";
  if (!String(rules.workflow_ref).endsWith(`@${ref}`)) yield "takes the workflow from another ref";
}
