import { hashToken } from "./access-tokens";
import type { Principal, PulumiSecurity } from "./principal";
import { serviceError } from "./service-error";
import type { ServiceKey } from "./service-key";
import { creatorOf, stackLevelOf } from "./stack-access";
import type { PulumiState } from "./state";

/**
 * Authentication and encryption, shared by every route of the Pulumi Cloud service.
 *
 * @param state read again at each call: a reset replaces it.
 */
export function createSecurity(state: () => PulumiState, key: ServiceKey): PulumiSecurity {
  const organizationsOf = (principal: Principal): string[] => {
    const all = Object.values(state().organizations).filter(
      (o) => principal.organization === undefined || o.name === principal.organization,
    );
    const mine = all.filter(
      (o) => principal.kind !== "personal" || o.members.some((m) => m.login === principal.login),
    );
    return mine.map((o) => o.name);
  };
  return {
    authenticate: (header) => {
      // Headers of both forms come: the CLI and the provider send `token T`, the SDKs may send `Bearer T`.
      const text = /^(?:token|bearer) +(\S+)$/i.exec(header?.trim() ?? "")?.[1];
      const hash = text === undefined ? undefined : hashToken(text);
      const found = state().tokens.find((token) => token.hash === hash);
      if (found === undefined || (found.expires !== undefined && found.expires <= Date.now()))
        throw serviceError(401, "Unauthorized: No credentials provided or are invalid.");
      found.lastUsed = Date.now(); // kept in memory until the next change is saved: one write a read would be too many
      const principal: Principal = { kind: found.kind, login: found.login, admin: found.admin };
      if (found.organization !== undefined) principal.organization = found.organization;
      if (found.team !== undefined) principal.team = found.team;
      if (found.kind === "personal")
        principal.admin = isAdminOfAll(state(), organizationsOf(principal), found.login);
      return principal;
    },
    organizationsOf,
    stackLevelOf: (principal, stack, creator) => {
      const organization = state().organizations[stack.org];
      return organization === undefined ? "none" : stackLevelOf(organization, principal, stack, creator);
    },
    creatorOf,
    encrypt: (plaintext) => key.encrypt(plaintext),
    decrypt: (ciphertext) => key.decrypt(ciphertext),
  };
}

/** `Principal.admin` names no organization, so somebody who is administrator of only some of theirs is not. */
function isAdminOfAll(state: PulumiState, organizations: string[], login: string): boolean {
  if (organizations.length === 0) return false;
  return organizations.every((name) =>
    state.organizations[name]?.members.some((m) => m.login === login && m.role === "admin"),
  );
}
