import { issuerAt } from "../../access/issuers";
import type { GitHubCall } from "../../clients/github-call";
import { NotFoundError, type PulumiCall, parseAnswer } from "../../clients/pulumi-call";
import { inParallel } from "../in-parallel";
import type { Creation, Found } from "./creations";
import { IN_GITHUB } from "./find-in-github";

/** Answers the provider's id of an object that exists. */
type Find = (call: PulumiCall, creation: Creation) => Promise<string | undefined>;

/**
 * How to find out whether an object of a type exists in Pulumi Cloud, and under which id the provider knows it. Types
 * that are not here are upserts, or cannot be told from others of their kind.
 */
const IN_CLOUD: Readonly<Record<string, Find>> = {
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
    const found = issuerAt(oidcIssuers, url ?? "");
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
    return found && `${organizationName}/environment/${projectName}/${environmentName}/${found.name}`;
  },
  "pulumiservice:index:ApprovalRule": async (call, { inputs }) => {
    const { organization, project, name } = inputs.environmentIdentifier as Record<string, string>;
    const path = `${project}/${name}`;
    const { gates = [] } = await json<{ gates?: { id: string; name: string }[] }>(
      call,
      `approval rules of ${path}`,
      `/api/change-gates/${organization}?entityType=environment&qualifiedName=${encodeURIComponent(path)}`,
    );
    const found = gates.find((gate) => gate.name === inputs.name);
    return found && `environment/${organization}/${path}/${found.id}`;
  },
  "pulumiservice:index:EnvironmentRotationSchedule": async (call, { inputs }) => {
    const { organization, project, environment } = inputs as Record<string, string>;
    const path = `${organization}/${project}/${environment}`;
    const answer = await json<{ schedules?: { id: string }[] }>(
      call,
      `rotation schedules of ${path}`,
      `/api/esc/environments/${path}/schedules`,
    ).catch(ignoreAbsence);
    // The service keeps one schedule for an environment.
    const [found] = answer?.schedules ?? [];
    return found && `${path}/rotations/${found.id}`;
  },
};

const AUDIT_EXPORT = "pulumiservice:api:AuditLogExportConfiguration";

/** An organization has one export of its audit log. One that goes elsewhere is somebody else's. */
async function findAuditExport(call: PulumiCall, creation: Creation): Promise<Found> {
  const { orgName, newS3Configuration } = creation.inputs as {
    orgName: string;
    newS3Configuration: Record<string, string>;
  };
  const subject = `audit log export of ${orgName}`;
  const answer = await json<{ s3Config?: Record<string, string> }>(
    call,
    subject,
    `/api/orgs/${orgName}/auditlogs/export/config`,
  ).catch(ignoreAbsence);
  if (answer === undefined) return { orphans: [], foreign: [] };
  const isOurs = Object.entries(newS3Configuration).every(([key, value]) => answer.s3Config?.[key] === value);
  if (isOurs) return { orphans: [{ creation, id: orgName }], foreign: [] };
  const cause = "goes to another bucket, or uses another role";
  const remedy =
    "pulumi config rm auditBucket and auditRole to leave it so, or delete it in Pulumi Cloud (Settings, Audit logs) and run pulumi up";
  return { orphans: [], foreign: [{ subject, cause, remedy }] };
}

/** Which of the creations exist already. @throws RemedyError when a service refuses to tell. */
export async function findOrphans(clients: Clients, creations: readonly Creation[]): Promise<Found> {
  const found = await inParallel(creations, async (creation): Promise<Found> => {
    const id = await IN_CLOUD[creation.type]?.(clients.cloud, creation);
    if (id !== undefined) return { orphans: [{ creation, id }], foreign: [] };
    if (creation.type === AUDIT_EXPORT) return findAuditExport(clients.cloud, creation);
    return IN_GITHUB[creation.type]?.(clients.github, creation) ?? { orphans: [], foreign: [] };
  });
  return {
    orphans: found.flatMap(({ orphans }) => orphans),
    foreign: found.flatMap(({ foreign }) => foreign),
  };
}

/** The services that hold what an `up` creates. */
export interface Clients {
  cloud: PulumiCall;
  github: GitHubCall;
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
