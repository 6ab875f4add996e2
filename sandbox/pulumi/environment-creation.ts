import { randomUUID } from "node:crypto";
import { isAdmin, levelOf, type Place, pathOf } from "./access";
import { actorName, type Cloud, own, record } from "./cloud";
import { announce } from "./environment-event";
import type { Principal } from "./principal";
import { badRequest, forbidden, serviceError } from "./service-error";
import { type Environment, LEVELS, type Organization } from "./state";

/** "alphanumeric characters, hyphens, underscores, and periods" (operation CreateEnvironment); the length is ours. */
const NAME = /^[a-zA-Z0-9_.-]{1,100}$/;

/**
 * Creates an empty environment: revision 1 without text.
 * @throws 400 for names the service does not allow, 403 without the right, 409 when it exists.
 */
export function createEnvironment(
  cloud: Cloud,
  principal: Principal,
  organization: Organization,
  project: string,
  name: string,
): Environment {
  const place: Place = { org: organization.name, project, env: name };
  if (!NAME.test(project) || !NAME.test(name))
    throw badRequest("environment and project names hold 1 to 100 letters, digits, '-', '_' or '.'");
  if (!mayCreate(organization, principal)) {
    record(cloud, principal, "environment-created", pathOf(place), "denied");
    throw forbidden(
      `creating environments in organization '${organization.name}' needs its default permission 'write', or an administrator`,
    );
  }
  if (own(organization.environments, `${project}/${name}`) !== undefined)
    throw serviceError(409, `Conflict: environment '${pathOf(place)}' already exists`);
  const environment = emptyEnvironment(project, name, actorName(principal));
  organization.environments[`${project}/${name}`] = environment;
  cloud.save();
  const event = { audit: "environment-created", filter: "environment_created", kind: "environment" };
  announce(cloud, principal, { organization, environment }, event);
  return environment;
}

/**
 * Creating needs what the default permission `write` gives: under `none` only administrators create. The vendor
 * documents creation as a right of the organization, not of an environment, and not who has it; this is the closed side.
 */
function mayCreate(organization: Organization, principal: Principal): boolean {
  if (isAdmin(organization, principal)) return true;
  // No environment has this path, so only the organization's default counts.
  return LEVELS.indexOf(levelOf(organization, principal, "", "")) >= LEVELS.indexOf("write");
}

function emptyEnvironment(project: string, name: string, owner: string): Environment {
  const created = new Date().toISOString();
  return {
    id: randomUUID(),
    project,
    name,
    owner,
    created,
    modified: created,
    revisions: [{ number: 1, created, creator: owner, text: "" }],
    revisionTags: {},
    tags: {},
    deletionProtected: false,
    hooks: {},
    schedules: {},
  };
}
