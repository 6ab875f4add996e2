import type { Cloud } from "./cloud";
import { resealText } from "./environment-text";
import { revisionOf } from "./revisions";
import type { Environment, Organization } from "./state";

/** What a clone takes along besides the definition. */
export interface CloneWish {
  version?: number | undefined;
  preserveHistory?: boolean | undefined;
  preserveAccess?: boolean | undefined;
  preserveEnvironmentTags?: boolean | undefined;
  preserveRevisionTags?: boolean | undefined;
}

/** Fills a new environment from another. Secrets are encrypted again: each environment has its own ciphertexts. */
export function cloneInto(
  cloud: Cloud,
  source: { organization: Organization; environment: Environment },
  target: Environment,
  wish: CloneWish,
): void {
  const { organization, environment } = source;
  const version = wish.version === undefined || wish.version === 0 ? undefined : String(wish.version);
  const wanted = revisionOf(environment, version);
  const kept =
    wish.preserveHistory === true ? environment.revisions.filter((r) => r.number <= wanted.number) : [wanted];
  const history = kept.map((r) => ({ ...r, text: resealText(cloud, environment, target, r.text) }));
  target.revisions =
    wish.preserveHistory === true
      ? history
      : [...target.revisions, ...history.map((r) => ({ ...r, number: 2 }))];
  if (wish.preserveEnvironmentTags === true) target.tags = structuredClone(environment.tags);
  if (wish.preserveRevisionTags === true && wish.preserveHistory === true)
    target.revisionTags = Object.fromEntries(
      Object.entries(environment.revisionTags).filter(([, tag]) => tag.revision <= wanted.number),
    );
  if (wish.preserveAccess === true) copyAccess(organization, environment, target);
}

function copyAccess(organization: Organization, from: Environment, to: Environment): void {
  for (const team of Object.values(organization.teams)) {
    const given = team.environments.find((e) => e.projectName === from.project && e.envName === from.name);
    if (given !== undefined) team.environments.push({ ...given, projectName: to.project, envName: to.name });
  }
}
