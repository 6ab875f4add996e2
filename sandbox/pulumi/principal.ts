/** Who a Pulumi access token speaks for. */
export interface Principal {
  kind: "personal" | "organization" | "team";
  /** Pulumi login for a personal token; the token's name otherwise. Shown in the audit log. */
  login: string;
  /** Set for organization and team tokens: the only organization they work in. */
  organization?: string;
  /** Set for team tokens: they may do what that team may, nothing else. */
  team?: string;
  /** Organization administrator: may do everything in it. */
  admin: boolean;
}

/** What somebody may do with a stack, least first. `read` includes previews, `write` updates, `admin` deletion. */
export type StackLevel = "none" | "read" | "write" | "admin";

/** A stack by name. */
export interface StackName {
  org: string;
  project: string;
  stack: string;
}

/** What the routes of the Pulumi Cloud service have in common. */
export interface PulumiSecurity {
  /**
   * The principal of a request's `Authorization: token T` (or `Bearer T`) header.
   * @throws an HTTPException 401 in the service's JSON shape when there is none, it is unknown, revoked or expired.
   */
  authenticate(header: string | undefined): Principal;
  /** Names of the organizations a principal belongs to. */
  organizationsOf(principal: Principal): string[];
  /**
   * What a principal may do with a stack of an organization they belong to.
   * @param creator who made the stack, as `creatorOf` named them; undefined where nobody is known.
   */
  stackLevelOf(principal: Principal, stack: StackName, creator: string | undefined): StackLevel;
  /** The name under which a principal's creations are kept. */
  creatorOf(principal: Principal): string;
  /** AES-256-GCM under the sandbox's own key: bytes to base64. */
  encrypt(plaintext: Uint8Array): string;
  /** @throws when the ciphertext was not made by this sandbox's key. */
  decrypt(ciphertext: string): Uint8Array;
}
