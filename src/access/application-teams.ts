import { type Application, groupsOfApplication } from "../catalog/applications";
import { applicationTeam, type Naming, scopedApplicationTeam } from "../catalog/layout";

/** An application that loads some of the groups and not all. */
export interface ScopedApplication {
  name: string;
  groups: readonly string[];
}

/** Applications that open a composite of their own in an environment: the others open the whole one. */
export function scopedApplications(
  applications: readonly Application[],
  deployment: string,
  groups: readonly string[],
): ScopedApplication[] {
  return applications
    .filter(({ environments }) => environments?.includes(deployment) ?? true)
    .map((application) => ({ name: application.name, groups: groupsOfApplication(application, groups) }))
    .filter((application) => application.groups.length < groups.length);
}

/** The team that an application's loader works as: its own where it loads some of the groups, else everybody's. */
export function loaderTeam(
  naming: Naming,
  deployment: string,
  application: Application,
  groups: readonly string[],
): string {
  const isScoped = groupsOfApplication(application, groups).length < groups.length;
  return isScoped
    ? scopedApplicationTeam(naming, deployment, application.name)
    : applicationTeam(naming, deployment);
}
