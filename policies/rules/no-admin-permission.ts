import { TYPES } from "../resource-types";
import { governs, grantsIn, isOfOrganization, touchesValues } from "../role-scopes";
import { configOf, each, resourceRule, texts } from "../rule";
import { ownersOf } from "../standing-trust";
import { exact, isAllowed, isId, policiesOf, type Rules, type TrustPolicy } from "../trust-policy";

const DEFAULTS = { administrators: [] as string[], allowed: [] as string[] };
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
    description:
      "No member, team, role, token or identity is given admin, but for the jobs and resources that the config names.",
    remedy:
      "give the least that does; a job that must administer pins repository, repository_id, ref, environment and workflow_ref, and the pack's config names its GitHub environment",
    enforcementLevel: "mandatory",
    config: {
      administrators: texts(
        "GitHub environments whose jobs may be administrators, each by its whole name",
        DEFAULTS.administrators,
      ),
      allowed: texts("Names of resources that may give admin: people for an emergency", DEFAULTS.allowed),
    },
  },
  (type) => Object.hasOwn(CAUSES, type) || policiesOf(type, {}) !== undefined,
  async function* (args) {
    const { administrators, allowed } = configOf(args, DEFAULTS);
    if (allowed.includes(args.name)) return;
    yield* CAUSES[args.type]?.(args.props) ?? [];
    const ownerOf = await ownersOf(args);
    yield* each(policiesOf(args.type, args.props) ?? [], function* (policy) {
      if (ownerOf(policy) !== "program") return;
      for (const cause of policyCauses(policy, administrators)) yield `${policy.path} ${cause}`;
    });
  },
);

const CAUSES: Readonly<Record<string, (props: Props) => Iterable<string>>> = {
  [TYPES.environmentPermission]: function* ({ permission }) {
    if (isAdmin(permission)) yield "it gives a team admin on an ESC environment";
    else if (permission === undefined) yield "its permission is not declared";
  },
  [TYPES.stackPermission]: function* ({ permission }) {
    if (Number(permission) === STACK_ADMIN || isAdmin(permission)) yield "it gives a team admin on a stack";
    else if (permission === undefined) yield "its permission is not declared";
  },
  [TYPES.member]: memberCauses,
  [TYPES.memberByApi]: memberCauses,
  [TYPES.role]: ({ permissions }) => roleCauses(permissions),
  [TYPES.roleByApi]: ({ details }) => roleCauses(details),
  [TYPES.organizationToken]: tokenCauses,
  [TYPES.organizationTokenByApi]: tokenCauses,
  [TYPES.githubMember]: memberCauses,
  [TYPES.githubRole]: function* ({ baseRole, permissions }) {
    if (isAdmin(baseRole)) yield "its role is admin of every repository";
    if (asList(permissions).some((each) => /^(?!read_|view_|list_)\w*organization/.test(String(each))))
      yield "its role administers the organization";
  },
  [TYPES.githubRepositoryRole]: baseCauses,
  [TYPES.githubCustomRole]: baseCauses,
  [TYPES.teamRepository]: function* ({ permission }) {
    if (isAdmin(permission)) yield "it gives a team admin on a repository";
  },
  [TYPES.collaborator]: function* ({ permission }) {
    if (isAdmin(permission)) yield "it gives a person admin on a repository";
  },
  [TYPES.collaborators]: ({ teams, users }) =>
    each([...asList(teams), ...asList(users)] as Props[], function* ({ permission }) {
      if (isAdmin(permission)) yield "it gives admin on a repository";
    }),
  [TYPES.githubSettings]: function* ({ defaultRepositoryPermission }) {
    if (isAdmin(defaultRepositoryPermission) || defaultRepositoryPermission === "write")
      yield `it gives every member ${defaultRepositoryPermission} on every repository`;
  },
};

function isAdmin(level: unknown): boolean {
  return /^(?:admin|owner)$/i.test(String(level).trim());
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? [...value] : [];
}

function* memberCauses({ role }: Props): Generator<string> {
  if (isAdmin(role)) yield "it makes a person an administrator of the organization";
}

function* baseCauses({ baseRole }: Props): Generator<string> {
  if (isAdmin(baseRole)) yield "its role is admin of a repository";
}

function* tokenCauses({ admin }: Props): Generator<string> {
  if (admin === true) yield "it is a token that administers the organization, until somebody revokes it";
}

function* roleCauses(descriptor: unknown): Generator<string> {
  const { scopes, composes } = grantsIn(descriptor);
  const named = (scope: string) => (/^[a-z_]+:[a-z_]+$/.test(scope) ? scope : "one of its scopes");
  const found = new Map<string, string>();
  for (const each of scopes) {
    if (isOfOrganization(each)) found.set(each.scope, "its role administers the organization");
    else if (governs(each)) found.set(each.scope, "its role can delete or change who has access");
    else if (touchesValues(each) && !each.isOnOne)
      found.set(each.scope, "its role reaches the values of every environment or stack");
  }
  for (const [scope, cause] of found) yield `${cause}: ${named(scope)}`;
  if (composes) yield "its role includes other roles by id, so their scopes are not visible here";
}

/** Why a trust policy gives more than its jobs need. */
export function* policyCauses(policy: TrustPolicy, administrators: readonly string[]): Generator<string> {
  const { fields, rules, ofGitHub } = policy;
  if (!isAllowed(policy)) return;
  if (fields.tokenType === "personal")
    yield "gives the identity a person's token, with all of that person's rights";
  if (![fields.authorizedPermissions].flat().some(isAdmin)) return;
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
