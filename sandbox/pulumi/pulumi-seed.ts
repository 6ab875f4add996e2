import type { Edition, Level } from "./state";

/** What a fresh sandbox Pulumi Cloud starts from. */
export interface PulumiSeed {
  organizations: {
    name: string;
    members: { login: string; role: "admin" | "member" }[];
    /** Teams that people made, without rights. */
    teams?: { name: string; members: string[] }[];
    /** What every member may do in every environment. The real service starts an organization at `write`. */
    defaultEnvironmentPermission: Level;
    /** What every member may do with every stack. Default `write`, so that members can work with what others made. */
    defaultStackPermission?: "none" | "read" | "write";
    /** Default `enterprise`: the smallest edition with teams, team tokens and audit logs. */
    edition?: Edition;
  }[];
  /** Personal access tokens. */
  tokens: { token: string; login: string }[];
  /**
   * Issuer URL to the URL of the JWKS document that stands for it here. An issuer of this machine says where its keys are
   * itself; any other that is not listed is trusted with nothing.
   */
  issuers: Record<string, string>;
}
