import { NotFoundError, type PulumiCall, parseAnswer } from "../../clients/pulumi-call";
import { inParallel } from "../in-parallel";

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

/** A creation whose object exists already, so that `up` would end in a conflict. */
export interface Orphan {
  creation: Creation;
  /** The provider's id of what exists. */
  id: string;
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
type Find = (call: PulumiCall, creation: Creation) => Promise<string | undefined>;

/**
 * How to find out whether an object of a type exists, and under which id the provider knows it. Types that are not here
 * are upserts, or cannot be told from others of their kind.
 */
const FIND: Readonly<Record<string, Find>> = {
  "pulumiservice:index:Environment": async (call, { inputs }) => {
    const { organization, project, name } = inputs as Record<string, string>;
    const path = `${organization}/${project}/${name}`;
    return (await exists(call, path, `/api/esc/environments/${path}/metadata`)) ? path : undefined;
  },
  "pulumiservice:index:Team": async (call, { inputs }) => {
    const { organizationName, name } = inputs as Record<string, string>;
    const found = await exists(call, `team ${name}`, `/api/orgs/${organizationName}/teams/${name}`);
    return found ? `${organizationName}/${name}` : undefined;
  },
  "pulumiservice:index:OidcIssuer": async (call, { inputs }) => {
    const { organization, url } = inputs as Record<string, string>;
    const { oidcIssuers = [] } = await json<{ oidcIssuers?: { id: string; url: string }[] }>(
      call,
      `OIDC issuers of ${organization}`,
      `/api/orgs/${organization}/oidc/issuers`,
    );
    const found = oidcIssuers.find((issuer) => issuer.url === url);
    return found && `${organization}/${found.id}`;
  },
  "pulumiservice:index:OrganizationRole": async (call, { inputs }) => {
    const { organizationName, name } = inputs as Record<string, string>;
    const { roles = [] } = await json<{ roles?: { id: string; name: string }[] }>(
      call,
      `roles of ${organizationName}`,
      `/api/orgs/${organizationName}/roles?uxPurpose=role`,
    );
    const found = roles.find((role) => role.name === name);
    return found && `${organizationName}/${found.id}`;
  },
  "pulumiservice:api/esc:EnvironmentTag": async (call, { inputs }) => {
    const { orgName, projectName, envName, name } = inputs as Record<string, string>;
    const place = `${orgName}/${projectName}/${envName}`;
    const found = await exists(
      call,
      `tag ${name} of ${place}`,
      `/api/esc/environments/${place}/tags/${name}`,
    );
    return found ? `${place}/${name}` : undefined;
  },
  "pulumiservice:index:Webhook": async (call, { inputs }) => {
    const { organizationName, projectName, environmentName, displayName } = inputs as Record<string, string>;
    if (environmentName === undefined) return undefined;
    const place = `${organizationName}/${projectName}/${environmentName}`;
    const hooks = await json<{ name: string; displayName: string }[]>(
      call,
      `webhooks of ${place}`,
      `/api/esc/environments/${place}/hooks`,
    ).catch(ignoreAbsence);
    const found = hooks?.find((hook) => hook.displayName === displayName);
    return found && `${place}/${found.name}`;
  },
};

/** Which of the creations exist already. @throws RemedyError when the service refuses to say. */
export async function observeOrphans(call: PulumiCall, creations: readonly Creation[]): Promise<Orphan[]> {
  const told = await inParallel(creations, async (creation) => {
    const id = await FIND[creation.type]?.(call, creation);
    return id === undefined ? [] : [{ creation, id }];
  });
  return told.flat();
}

async function exists(call: PulumiCall, thing: string, path: string): Promise<boolean> {
  const answer = await call(thing, path).catch(ignoreAbsence);
  return answer !== undefined;
}

async function json<Body>(call: PulumiCall, thing: string, path: string): Promise<Body> {
  return parseAnswer(thing, await call(thing, path)) as Body;
}

function ignoreAbsence(error: unknown): undefined {
  if (!(error instanceof NotFoundError)) throw error;
  return undefined;
}
