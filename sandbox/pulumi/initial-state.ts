import { randomUUID } from "node:crypto";
import { makeToken } from "./access-tokens";
import type { PulumiSeed } from "./pulumi-seed";
import type { Organization, PulumiState, Team } from "./state";

/** The state a seed describes. */
export function initialState(seed: PulumiSeed): PulumiState {
  const organizations: Record<string, Organization> = {};
  for (const given of seed.organizations) {
    organizations[given.name] = {
      id: randomUUID(),
      name: given.name,
      edition: given.edition ?? "enterprise",
      members: given.members.map((member) => ({ ...member })),
      defaultEnvironmentPermission: given.defaultEnvironmentPermission,
      defaultStackPermission: given.defaultStackPermission ?? "write",
      created: new Date().toISOString(),
      teams: Object.fromEntries((given.teams ?? []).map((team) => [team.name, teamOf(team)])),
      roles: {},
      issuers: {},
      hooks: {},
      changeGates: {},
      environments: {},
    };
  }
  const tokens = seed.tokens.map(
    ({ token, login }) => makeToken({ kind: "personal", login, name: "seed", token }).record,
  );
  return { organizations, tokens };
}

function teamOf({ name, members }: { name: string; members: string[] }): Team {
  const text = { displayName: name, description: "" };
  return { kind: "pulumi", name, ...text, members: [...members], environments: [] };
}
