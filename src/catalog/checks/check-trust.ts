import { issuerOf, withoutSlash } from "../../access/issuers";
import { programEnvironment, programTeam } from "../../access/trust";
import type { Problem } from "../../errors";
import type { Application } from "../applications";
import type { Settings } from "../settings";

/** Pulumi Cloud refuses longer team names (pulumi/docs#14435). */
const LONGEST_TEAM_NAME = 40;

/** What trust in GitHub's jobs is decided by, besides the config. */
export interface TrustPlace {
  /** Every environment of the catalog. */
  environments: readonly string[];
  /** Of the catalog: jobs of some are trusted as well. */
  applications: readonly Application[];
  /** Every stack of the project. */
  stacks: readonly string[];
  /** Organization of Pulumi Cloud that keeps this stack's state; `organization` where a file or bucket does. */
  stateIn: string;
}

/**
 * What would let a neighbour in, or would trust a job with another job's token. In Pulumi Cloud's rules a `.` stands for
 * any one character and nothing escapes it: a repository is pinned by its id as well, a branch has none.
 */
export function checkTrust(settings: Settings, place: TrustPlace): Problem[] {
  const problems: Problem[] = [...checkIssuer(settings)];
  if (settings.syncAuthentication === "oidc" || settings.programRepository !== undefined) {
    if (settings.branch.includes(".")) problems.push(dotted("config branch", settings.branch, "branch"));
    const environments = settings.syncAuthentication === "oidc" ? place.environments : [];
    for (const each of environments.filter((name) => name.includes(".")))
      problems.push(dotted(`environment ${each}`, each, "GitHub environment"));
  }
  for (const {
    name,
    branch = settings.branch,
    githubActions,
    environments,
    kubernetes,
  } of place.applications) {
    const ofGitHub = (kubernetes ?? []).some(({ issuer }) => withoutSlash(issuer) === issuerOf(settings));
    if (ofGitHub) problems.push(githubAsCluster(name));
    if (githubActions === undefined) continue;
    if (branch.includes(".")) problems.push(dotted(`application ${name}`, branch, "branch"));
    for (const each of (environments ?? place.environments).filter((of) => of.includes(".")))
      problems.push(dotted(`application ${name}`, each, "GitHub environment"));
  }
  return settings.programRepository === undefined
    ? problems
    : [...problems, ...checkProgram(settings, place)];
}

/** A self-hosted server has no enterprise slug in its issuer (docs.github.com, Enterprise Server, OIDC reference). */
function checkIssuer({ githubApiUrl, issuerEnterprise }: Settings): Problem[] {
  if (issuerEnterprise === undefined || githubApiUrl === undefined) return [];
  const { hostname } = new URL(githubApiUrl);
  if (hostname === "api.github.com" || hostname.endsWith(".ghe.com")) return [];
  return [
    {
      code: "config-invalid",
      subject: "config issuerEnterprise",
      cause: `is set, and the issuer of the self-hosted server ${hostname} has no enterprise in its address`,
      remedy: "pulumi config rm issuerEnterprise",
    },
  ];
}

function checkProgram(settings: Settings, { environments, stacks, stateIn }: TrustPlace): Problem[] {
  const problems: Problem[] = [];
  const { pulumiOrganization } = settings;
  if (stateIn !== pulumiOrganization) {
    problems.push({
      code: "state-elsewhere",
      subject: "config programRepository",
      cause: `asks for trust in jobs that preview and update this stack, whose state is not in Pulumi Cloud's organization ${pulumiOrganization}`,
      remedy: "keep the stacks' state there, or remove programRepository",
    });
  }
  for (const stack of stacks) {
    if (stack.includes(".")) problems.push(dotted(`stack ${stack}`, stack, "GitHub environment"));
    if (stack === "preview" || stack === "audit") {
      problems.push({
        code: "name-reserved",
        subject: `stack ${stack}`,
        cause: `would be deployed in the GitHub environment ${programEnvironment(stack)}, which is the ${stack} job's`,
        remedy: "give the stack another name, or remove programRepository",
      });
    }
  }
  const taken = ["preview", "audit", ...stacks].map(programEnvironment);
  for (const each of environments.filter((name) => taken.includes(name))) {
    problems.push({
      code: "name-reserved",
      subject: `environment ${each}`,
      cause:
        "has the name of a GitHub environment in which this program's own jobs run, so a sync job would be trusted as one",
      remedy: "give the environment another name, or remove programRepository",
    });
  }
  if (programTeam(settings, "preview").length > LONGEST_TEAM_NAME) {
    problems.push({
      code: "name-too-long",
      subject: "config application",
      cause: `makes the team ${programTeam(settings, "preview")}, longer than the ${LONGEST_TEAM_NAME} characters that Pulumi Cloud takes`,
      remedy: "choose a shorter one, or remove programRepository",
    });
  }
  return problems;
}

function githubAsCluster(name: string): Problem {
  return {
    code: "application-issuer",
    subject: `application ${name}`,
    cause: "an issuer in kubernetes is GitHub's",
    remedy: "for jobs of GitHub Actions use githubActions; kubernetes takes a cluster's issuer",
  };
}

function dotted(thing: string, name: string, what: string): Problem {
  return {
    code: "name-with-dot",
    subject: thing,
    cause: `holds a '.', which Pulumi Cloud's trust rules take for any one character: the ${what} ${name.replaceAll(".", "x")} would be trusted as well`,
    remedy: "use a name without '.'",
  };
}
