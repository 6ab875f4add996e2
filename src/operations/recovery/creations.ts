/** A resource that the next `up` would create. */
export interface Creation {
  urn: string;
  type: string;
  /** Names and addresses; secrets are `[secret]`. */
  inputs: Readonly<Record<string, unknown>>;
  parent: string | undefined;
  /** URN and id of its provider. */
  provider: string | undefined;
  isComponent: boolean;
}

/** A creation whose object exists already, so that `up` would fail or create a second one. */
export interface Orphan {
  creation: Creation;
  /** The provider's id of what exists. */
  id: string;
}

/** Something that the next `up` would create, and that exists with somebody else's content. */
export interface Foreign {
  /** `owner/repository: path`, or what it is. */
  subject: string;
  /** How it differs; of a file by line numbers, because the content itself may be a secret. */
  cause: string;
  remedy: string;
}

/** What exists of the creations. */
export interface Found {
  orphans: Orphan[];
  foreign: Foreign[];
}

interface Step {
  op: string;
  urn: string;
  newState?: {
    type: string;
    custom?: boolean;
    inputs?: Record<string, unknown>;
    parent?: string;
    provider?: string;
  };
}

/** @param previewed `pulumi preview --json`. */
export function creationsIn(previewed: string): Creation[] {
  const { steps = [] } = JSON.parse(previewed) as { steps?: Step[] };
  return steps.flatMap(({ op, urn, newState }) =>
    op !== "create" || newState === undefined
      ? []
      : [
          {
            urn,
            type: newState.type,
            inputs: newState.inputs ?? {},
            parent: newState.parent,
            provider: newState.provider,
            isComponent: newState.custom !== true,
          },
        ],
  );
}

/** What `pulumi import --file` takes. Names in it are keys of the table or of other resources in the list. */
export interface ImportFile {
  nameTable: Record<string, string>;
  resources: {
    type: string;
    name: string;
    logicalName: string;
    id?: string;
    component?: true;
    parent?: string;
    provider?: string;
  }[];
}

/**
 * The list that takes orphans into the state, each below its parent; components that `up` has not come to are made
 * on the way.
 */
export function importFileFor(creations: readonly Creation[], orphans: readonly Orphan[]): ImportFile {
  const table: Record<string, string> = {};
  const resources = new Map<string, ImportFile["resources"][number]>();
  // URNs are unique, and their characters are allowed in names of the list.
  const known = (urn: string) => {
    table[urn] = urn;
    return urn;
  };
  const add = (creation: Creation, id?: string) => {
    if (resources.has(creation.urn)) return;
    const above = creations.find((each) => each.urn === creation.parent);
    if (above !== undefined) add(above);
    const parent = above?.urn ?? (creation.parent === undefined ? undefined : known(creation.parent));
    resources.set(creation.urn, {
      type: creation.type,
      name: creation.urn,
      logicalName: creation.urn.slice(creation.urn.lastIndexOf("::") + 2),
      ...(id === undefined ? { component: true as const } : { id }),
      ...(parent === undefined ? {} : { parent }),
      ...(creation.provider === undefined || id === undefined
        ? {}
        : { provider: known(urnOf(creation.provider)) }),
    });
  };
  for (const { creation, id } of orphans) add(creation, id);
  return { nameTable: table, resources: [...resources.values()] };
}

/** A reference to a provider is its URN, then `::` and its id. */
function urnOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf("::"));
}
