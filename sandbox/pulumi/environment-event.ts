import type { AuditRecord } from "../core/audit";
import { type Place, pathOf } from "./access";
import { actorName, type Cloud, record } from "./cloud";
import type { Principal } from "./principal";
import type { Environment, Organization } from "./state";

/** What happened to an environment, for the audit log and for webhooks at once. */
export interface EnvironmentEvent {
  /** The audit log's event identifier, `environment-created`. */
  audit: string;
  /** The webhook's filter, `environment_created`; left out for what webhooks are not told. */
  filter?: string;
  /** The webhook's kind, `environment`. */
  kind?: string;
  details?: Record<string, string | number>;
  /** Default: success. */
  outcome?: AuditRecord["outcome"];
}

/** Records a finished change and tells the webhooks of the environment and of its organization. */
export function announce(
  cloud: Cloud,
  principal: Principal,
  about: { organization: Organization; environment: Environment },
  event: EnvironmentEvent,
): void {
  const { organization, environment } = about;
  const place: Place = { org: organization.name, project: environment.project, env: environment.name };
  record(cloud, principal, event.audit, pathOf(place), event.outcome ?? "success", event.details);
  if (event.filter === undefined || event.kind === undefined) return;
  const payload = {
    user: userInfo(actorName(principal)),
    organization: userInfo(organization.name),
    projectName: environment.project,
    environmentName: environment.name,
    action: event.filter.slice(event.kind.length + 1),
    ...event.details,
  };
  // Creation and deletion are told to the organization's webhooks only, as the vendor documents.
  const own = event.kind === "environment" ? [] : Object.values(environment.hooks);
  cloud.hooks.announce([...Object.values(organization.hooks), ...own], {
    kind: event.kind,
    filter: event.filter,
    payload,
  });
}

/** The vendor's shape of a user or an organization. */
export const userInfo = (login: string) => ({ name: login, githubLogin: login, avatarUrl: "" });
