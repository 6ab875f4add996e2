import type { Properties } from "../provider/wire";
import type { Answer, CloudClient } from "./cloud-client";
import { present, segments, text } from "./inferred";

/** The roles that the provider tells by name; others are custom ones, told by id. */
const BUILT_IN = ["member", "admin", "billing-manager"];

/**
 * Everybody in an organization: the identity provider's list, then the service's own, each person once. Without the
 * second list the first is answered alone, as the real provider does.
 */
export async function getOrganizationMembers(client: CloudClient, args: Properties): Promise<Properties> {
  const organization = text(args, "organizationName");
  const listed = await listOf(client, organization, "backend").catch((error: Error) => {
    throw new Error(
      `failed to list organization members: failed to list organization members: ${error.message}`,
    );
  });
  const known = await listOf(client, organization, "frontend").catch(() => []);
  const people = new Map<string, Answer>();
  for (const member of [...listed, ...known]) {
    const key: string = member.user.name || member.user.githubLogin;
    if (key !== organization && !people.has(key)) people.set(key, member);
  }
  return { members: [...people.values()].map(describe) };
}

async function listOf(client: CloudClient, organization: string, type: string): Promise<Answer[]> {
  const path = `orgs/${segments(organization, "members")}`;
  const found: Answer[] = [];
  for (let token = ""; ; ) {
    // Go writes a query's keys in order.
    const query = { ...(token === "" ? {} : { continuationToken: token }), type };
    const page: Answer = await client.api("GET", path, undefined, undefined, query);
    found.push(...(page.members ?? []));
    token = page.continuationToken ?? "";
    if (token === "") return found;
  }
}

function describe({ user, role, fgaRole, virtualAdmin }: Answer): Properties {
  const name = fgaRole?.name ?? role;
  const builtIn = fgaRole === undefined || BUILT_IN.includes(name);
  const told = builtIn ? { role: name } : { roleId: fgaRole.id };
  return present({
    username: user.githubLogin,
    ...told,
    roleName: name,
    virtualAdmin: virtualAdmin === true,
  });
}
