import { createHash, randomBytes, randomUUID } from "node:crypto";

/** An access token as the sandbox keeps it: never the token, only its SHA-256. */
export interface AccessToken {
  id: string;
  hash: string;
  kind: "personal" | "organization" | "team";
  /** The owner's login for a personal token; the token's name otherwise. */
  login: string;
  name: string;
  description: string;
  organization?: string;
  team?: string;
  /** Organization tokens only: made with administrator rights. */
  admin: boolean;
  createdBy: string;
  /** The OIDC issuer it was exchanged at; undefined for tokens that somebody made. */
  issuer?: string;
  /** Milliseconds since the epoch. */
  created: number;
  /** Milliseconds since the epoch; undefined never expires. */
  expires?: number;
  /** Milliseconds since the epoch; 0 when never used. */
  lastUsed: number;
}

/** What a new token is made from. */
export type NewToken = Pick<AccessToken, "kind" | "login"> &
  Partial<Omit<AccessToken, "id" | "hash" | "lastUsed" | "kind" | "login">> & {
    /** The token's text; random when left out. The seed brings its own. */
    token?: string;
  };

/** SHA-256 is enough here: tokens carry 160 random bits, so nobody can guess one from its hash. */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Makes a token; its text is returned once and kept nowhere. */
export function makeToken(from: NewToken, now = Date.now()): { token: string; record: AccessToken } {
  const { token = `pul-${randomBytes(20).toString("hex")}`, ...given } = from;
  const record = {
    name: given.login,
    description: "",
    admin: false,
    createdBy: given.login,
    created: now,
    ...given,
    id: randomUUID(),
    hash: hashToken(token),
    lastUsed: 0,
  };
  return { token, record };
}
