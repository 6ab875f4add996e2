import { notTheService, type PulumiCall, parseAnswer } from "./pulumi-call";

/** Somebody in the organization. Administrators may do everything with every environment, whatever is declared. */
export interface OrganizationMember {
  login: string;
  isAdmin: boolean;
}

/** What a team may do with one environment, `project/name`. */
export interface TeamPermission {
  environment: string;
  level: string;
  /** As Go prints durations. */
  maxOpenDuration?: string;
}

/** A team as the service has it. */
export interface OrganizationTeam {
  name: string;
  members: string[];
  permissions: TeamPermission[];
  /** Whether it has a role besides: what that allows is not told here. */
  hasRole: boolean;
}

/** By the specification's numbers of them. */
const STACK_PERMISSIONS = { 0: "none", 101: "read", 102: "write", 103: "admin", 104: "create" } as const;
export type StackPermission = (typeof STACK_PERMISSIONS)[keyof typeof STACK_PERMISSIONS];

/** By the specification's names of subscriptions (SaasOffer): those that are billed otherwise have the same features. */
const EDITION_OF = {
  community: "individual",
  individual: "individual",
  "team-per-stack": "team",
  "team-starter": "team",
  "team-pro": "team",
  "team-growth": "team",
  enterprise: "enterprise",
  "enterprise-growth": "enterprise",
  "business-critical": "business-critical",
} as const;

/** What the organization gives every member, and whether the token's own is an administrator. */
export interface OrganizationSettings {
  defaultPermission: string;
  /** The same for stacks; undefined where the service does not tell. */
  defaultStackPermission?: StackPermission;
  /** Of its subscription; undefined where the service does not tell. */
  edition?: (typeof EDITION_OF)[keyof typeof EDITION_OF];
  isAdmin: boolean;
}

/** Members, teams and settings of an organization of Pulumi Cloud. */
export interface PulumiOrganization {
  members(): Promise<OrganizationMember[]>;
  /** Names of all teams: one request. */
  teamNames(): Promise<string[]>;
  /** Every team with its members and permissions: a request each. */
  teams(): Promise<OrganizationTeam[]>;
  settings(): Promise<OrganizationSettings>;
  /** Sets the default environment permission. @returns the one that holds now. */
  setDefaultPermission(level: "none"): Promise<string>;
}

/** @throws RemedyError from every method. Shapes are those of the service's specification (ListOrganizationMembers, GetTeam, GetOrganizationMetadata). */
export function createPulumiOrganization(call: PulumiCall): PulumiOrganization {
  const { organization } = call;
  const root = `/api/orgs/${encodeURIComponent(organization)}`;
  const get = async (thing: string, path: string) => parseAnswer(thing, await call(thing, `${root}${path}`));
  const permissionIn = (answer: object) => {
    const { defaultEnvironmentPermission: level } = answer as { defaultEnvironmentPermission?: unknown };
    if (typeof level === "string") return level;
    throw notTheService(`organization ${organization}`, "names no default environment permission");
  };
  const teamNames = async () => {
    const { teams = [] } = (await get("the organization's teams", "/teams")) as {
      teams?: { name: string }[];
    };
    return teams.map(({ name }) => name);
  };
  return {
    members: async () => {
      const thing = "the organization's members";
      const found: OrganizationMember[] = [];
      const seen = new Set<string>();
      for (let token = ""; ; ) {
        const more = token === "" ? "" : `&continuationToken=${encodeURIComponent(token)}`;
        const page = (await get(thing, `/members?type=backend${more}`)) as MemberPage;
        found.push(...(page.members ?? []).map(memberOf));
        token = page.continuationToken ?? "";
        if (token === "") return found;
        if (seen.has(token)) throw notTheService(thing, "repeats itself");
        seen.add(token);
      }
    },
    teamNames,
    teams: async () => {
      const names = await teamNames();
      const one = async (name: string) =>
        teamOf((await get(`team ${name}`, `/teams/${encodeURIComponent(name)}`)) as Team);
      const found: OrganizationTeam[] = [];
      for (let start = 0; start < names.length; start += AT_ONCE)
        found.push(...(await Promise.all(names.slice(start, start + AT_ONCE).map(one))));
      return found;
    },
    settings: async () => {
      const answer = await get(`organization ${organization}`, "/metadata");
      const { userRole, defaultStackPermission: number, product } = answer as Record<string, unknown>;
      const edition = EDITION_OF[product as keyof typeof EDITION_OF];
      const onStacks = STACK_PERMISSIONS[number as keyof typeof STACK_PERMISSIONS];
      return {
        defaultPermission: permissionIn(answer),
        ...(onStacks === undefined ? {} : { defaultStackPermission: onStacks }),
        ...(edition === undefined ? {} : { edition }),
        isAdmin: userRole === "admin",
      };
    },
    setDefaultPermission: async (level) => {
      const thing = `organization ${organization}`;
      const body = JSON.stringify({ setDefaultEnvironmentPermission: level });
      return permissionIn(parseAnswer(thing, await call(thing, root, { method: "PATCH", body })));
    },
  };
}

/** Requests at a time: the service names no limit, and its own console asks about as many. */
const AT_ONCE = 8;

interface MemberPage {
  members?: Member[];
  continuationToken?: string;
}

interface Member {
  role?: string;
  fgaRole?: { name?: string };
  virtualAdmin?: boolean;
  user: { githubLogin: string };
}

interface Team {
  name: string;
  members?: { githubLogin: string }[];
  environments?: { envName: string; projectName: string; permission: string; maxOpenDuration?: string }[];
  roleIds?: string[];
}

/** The name of the role decides where there is one; the service spells its own ones in either case. */
function memberOf({ role, fgaRole, virtualAdmin, user }: Member): OrganizationMember {
  const named = (fgaRole?.name ?? role ?? "").toLowerCase();
  return { login: user.githubLogin, isAdmin: named === "admin" || virtualAdmin === true };
}

function teamOf({ name, members = [], environments = [], roleIds = [] }: Team): OrganizationTeam {
  return {
    name,
    members: members.map(({ githubLogin }) => githubLogin).sort(),
    permissions: environments.map(({ envName, projectName, permission, maxOpenDuration }) => ({
      environment: `${projectName}/${envName}`,
      level: permission,
      ...(maxOpenDuration === undefined ? {} : { maxOpenDuration }),
    })),
    hasRole: roleIds.length > 0,
  };
}

/** The login in Pulumi Cloud of whoever's token this is; an organization's or team's token answers with its name. */
export async function currentUser(call: PulumiCall): Promise<string> {
  const thing = "the token's owner";
  const { githubLogin, name } = parseAnswer(thing, await call(thing, "/api/user")) as Record<string, unknown>;
  const found = [githubLogin, name].find((each) => typeof each === "string" && each !== "");
  return String(found ?? "somebody");
}

/**
 * The login of the person whose token this is.
 *
 * @returns undefined for a token of an organization or team: those answer alike, whoever holds them.
 */
export async function currentPerson(call: PulumiCall): Promise<string | undefined> {
  const thing = "the token's owner";
  const answer = parseAnswer(thing, await call(thing, "/api/user")) as Record<string, unknown>;
  const { githubLogin, tokenInfo } = answer;
  const isMachine = tokenInfo !== undefined && tokenInfo !== null;
  return typeof githubLogin === "string" && githubLogin !== "" && !isMachine ? githubLogin : undefined;
}
