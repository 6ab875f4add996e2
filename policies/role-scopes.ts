/** One scope that a role of Pulumi Cloud grants. */
export interface Scope {
  /** `object:action`, as `environment:open`. */
  scope: string;
  /** On one thing that a condition names; else on every one of its kind, today's and those to come. */
  isOnOne: boolean;
}

/** Every part of a role's descriptor that grants something: scopes, and whole roles that it names by id. */
export interface Grants {
  scopes: readonly Scope[];
  /** Whether it takes in other roles, whose scopes do not stand here. */
  composes: boolean;
}

/**
 * What a role grants, however deep it stands: `{ permissions: ["team:read"] }` alone, in groups, under conditions.
 *
 * @throws the SDK's error when a preview does not know it.
 */
export function grantsIn(descriptor: unknown, isOnOne = false): Grants {
  if (typeof descriptor !== "object" || descriptor === null) return { scopes: [], composes: false };
  const node = descriptor as Record<string, unknown>;
  const below = isOnOne || (typeOf(node) === "PermissionDescriptorCondition" && namesOne(node.condition));
  const parts = Object.entries(node).map(([key, value]): Grants => {
    if (key === "permissionDescriptors") return { scopes: [], composes: true };
    if (key !== "permissions" || !Array.isArray(value)) return grantsIn(value, below);
    return { scopes: [...value].map((scope) => ({ scope: String(scope), isOnOne: below })), composes: false };
  });
  return {
    scopes: parts.flatMap(({ scopes }) => scopes),
    composes: parts.some(({ composes }) => composes),
  };
}

/** Whether a condition holds for one thing alone: equal to a named one, or that and more. */
function namesOne(condition: unknown): boolean {
  if (typeof condition !== "object" || condition === null) return false;
  const { left, right } = condition as Record<string, unknown>;
  const type = typeOf(condition);
  if (type === "PermissionExpressionAnd") return namesOne(left) || namesOne(right);
  if (type === "PermissionExpressionOr") return namesOne(left) && namesOne(right);
  if (type !== "PermissionExpressionEqual") return false;
  const types = [typeOf(left), typeOf(right)];
  return ["Environment", "Stack", "InsightsAccount"].some(
    (each) =>
      types.includes(`PermissionExpression${each}`) && types.includes(`PermissionLiteralExpression${each}`),
  );
}

/** The SDKs spell it in two ways. */
function typeOf(node: unknown): string {
  const { __type, type__ } = (node ?? {}) as Record<string, unknown>;
  return String(__type ?? type__);
}

const READS = /:(?:read|list)(?:_(?!decrypt)\w+)?$/;
/** Rights over who else has rights, over what keeps a thing from being deleted, and the deletion itself. */
const GOVERNS = /:delete$|:transfer$|^\w+_access:(?!read)|^environment_settings:(?!read)|\*/;
const DELETES_LITTLE = /^\w+_(?:tags?|schedule|webhook|version|deployment\w*):delete$/;
/** What shows or changes values: of ESC environments, and of encrypted config. */
const VALUES =
  /^environment:(?:open|write|read_decrypt|clone|rotate|restore_deleted)$|^environment_(?:version:(?!read|list)|yaml:open)|:decrypt$/;

/** Scopes of stacks, environments and accounts are about these alone (docs, RBAC scopes); others about the organization. */
export function isOfOrganization({ scope }: Scope): boolean {
  return !/^(?:stack|environment|insights|account|project)/.test(scope) && !READS.test(scope);
}

export function governs({ scope }: Scope): boolean {
  return !isOfOrganization({ scope, isOnOne: false }) && GOVERNS.test(scope) && !DELETES_LITTLE.test(scope);
}

/** Whether it opens or changes values. */
export function touchesValues({ scope }: Scope): boolean {
  return VALUES.test(scope);
}
