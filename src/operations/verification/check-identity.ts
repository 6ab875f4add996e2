import { issuerOf } from "../../access/issuers";
import { startSync, WORKFLOW_PATH } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { enterpriseIn } from "../../clients/oidc";
import type { JobError } from "../../clients/run-errors";
import { type CheckResult, wrong } from "./check";

/**
 * Where Pulumi Cloud refused the jobs' identities: how issuer and claims, which the jobs tell beside the run, compare with
 * what the stack declares. `sub` is none of these: no rule of ours looks at it, so its form does not matter.
 */
export function refusedIdentity(
  repository: string,
  settings: Settings,
  errors: readonly JobError[],
): CheckResult | undefined {
  const claims = errors.map(({ message }) => claimsTold(message)).find((told) => told !== undefined);
  if (claims === undefined) return undefined;
  const expected: Record<string, string> = {
    iss: issuerOf(settings),
    aud: `urn:pulumi:org:${settings.pulumiOrganization}`,
    repository: `${settings.githubOrganization}/${repository}`,
    ref: `refs/heads/${settings.branch}`,
    workflow_ref: `${settings.githubOrganization}/${repository}/${WORKFLOW_PATH}@refs/heads/${settings.branch}`,
  };
  const differing = Object.entries(expected).filter(([name, value]) => claims[name] !== value);
  const words = differing.map(
    ([name, value]) => `${name} is ${claims[name] ?? "missing"} instead of ${value}`,
  );
  const cause = `Pulumi Cloud refused the job's identity${words.length === 0 ? ", whose claims are as declared" : `: ${words.join("; ")}`}`;
  const slug = enterpriseIn(claims.iss ?? "");
  const stack = settings.organizationStack;
  if (slug !== undefined && differing.some(([name]) => name === "iss"))
    return wrong(
      "identity-refused",
      cause,
      `pulumi config set issuerEnterprise ${slug} -s ${stack}; pulumi up -s ${stack}; ${startSync(settings, repository)}`,
    );
  return wrong(
    "identity-refused",
    cause,
    `pulumi up -s ${stack} --refresh declares the trust; then ${startSync(settings, repository)}`,
  );
}

/** Claims that a job tells when its identity is refused, by name; undefined in another error. */
function claimsTold(error: string): Record<string, string> | undefined {
  const [, list] = /the job's claims: (.*)/.exec(error) ?? [];
  if (list === undefined) return undefined;
  const pairs = [...list.matchAll(/([a-z_]+) "((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}
