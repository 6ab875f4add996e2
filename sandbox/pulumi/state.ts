import type { AccessToken } from "./access-tokens";

/** What somebody may do in an environment, least first. */
export const LEVELS = ["none", "read", "open", "write", "admin"] as const;
export type Level = (typeof LEVELS)[number];

/** Pulumi Cloud's editions: which of its features an organization has. */
export type Edition = "individual" | "team" | "enterprise" | "business-critical";

/** One environment a team was given, as `GET teams/{team}` lists it. */
export interface TeamEnvironment {
  projectName: string;
  envName: string;
  permission: Level;
  /** Longest life of an opened environment, in Go's form ("1h0m0s"); unlimited when left out. */
  maxOpenDuration?: string;
}

/** One stack a team was given; numbers as in the specification: 101 read, 102 write, 103 admin. */
export interface TeamStack {
  projectName: string;
  stackName: string;
  permission: 101 | 102 | 103;
}

export interface Team {
  kind: "pulumi" | "github";
  name: string;
  displayName: string;
  description: string;
  members: string[];
  environments: TeamEnvironment[];
  stacks?: TeamStack[];
  githubTeamId?: number;
  roleId?: string;
}

export interface Role {
  id: string;
  name: string;
  description: string;
  resourceType: string;
  uxPurpose: string;
  permissions: Record<string, unknown>;
  created: string;
  modified: string;
}

/** One rule of an issuer's trust policy: claims it asks for, and what a token that has them may become. */
export interface TrustRule {
  decision: "allow" | "deny";
  tokenType: "organization" | "team" | "personal" | "runner";
  teamName?: string;
  userLogin?: string;
  runnerID?: string;
  roleID?: string;
  authorizedPermissions: string[];
  rules: Record<string, string>;
}

export interface OidcIssuer {
  id: string;
  name: string;
  url: string;
  thumbprints: string[];
  /** Seconds. */
  maxExpiration?: number;
  policyId: string;
  policyVersion: number;
  policies: TrustRule[];
  created: string;
  modified: string;
  lastUsed?: string;
}

/** One event sent to a webhook, and what came back. */
export interface Delivery {
  id: string;
  kind: string;
  timestamp: number;
  duration: number;
  payload: string;
  requestUrl: string;
  requestHeaders: string;
  responseCode: number;
  responseHeaders: string;
  responseBody: string;
}

export interface Hook {
  name: string;
  displayName: string;
  payloadUrl: string;
  active: boolean;
  format: string;
  filters: string[];
  groups: string[];
  /** Encrypted; undefined when the hook has none. Never returned. */
  secret?: string;
  deliveries: Delivery[];
}

export interface Revision {
  number: number;
  /** RFC 3339. */
  created: string;
  creator: string;
  /** The environment's text in ciphertext form. */
  text: string;
  retracted?: { timestamp: string; reason: string; replacement: number; by: string };
}

export interface RevisionTag {
  revision: number;
  created: string;
  modified: string;
  editor: string;
}

export interface EnvironmentTag {
  id: string;
  value: string;
  created: string;
  modified: string;
  editor: string;
}

export interface Schedule {
  id: string;
  scheduleCron?: string;
  scheduleOnce?: string;
  paused: boolean;
  environmentPath?: string;
  created: string;
  modified: string;
  /** RFC 3339; undefined when there is none to come. */
  nextExecution?: string | undefined;
  lastExecuted?: string;
  /** Oldest first. */
  executions?: { id: string; executed: string; result: RotationEvent["status"] }[];
}

/** One rotation of an environment's secrets, as `GET rotate/history` lists it. */
export interface RotationEvent {
  id: string;
  created: string;
  completed: string;
  actor: string;
  status: "succeeded" | "failed";
  preRotationRevision: number;
  /** Undefined when nothing was rotated. */
  postRotationRevision?: number;
  scheduledActionID?: string;
  errorMessage?: string;
  rotations: { id: string; environmentPath: string; status: "succeeded" | "failed"; errorMessage?: string }[];
}

export interface Environment {
  id: string;
  project: string;
  name: string;
  owner: string;
  created: string;
  modified: string;
  revisions: Revision[];
  revisionTags: Record<string, RevisionTag>;
  tags: Record<string, EnvironmentTag>;
  deletionProtected: boolean;
  hooks: Record<string, Hook>;
  schedules: Record<string, Schedule>;
  /** Oldest first. */
  rotations?: RotationEvent[];
}

/** Who must agree before an environment is changed. */
export interface ChangeGate {
  id: string;
  name: string;
  enabled: boolean;
  rule: {
    ruleType: string;
    numApprovalsRequired?: number;
    allowSelfApproval?: boolean;
    requireReapprovalOnChange?: boolean;
    eligibleApprovers?: {
      eligibilityType: string;
      teamName?: string;
      userLogin?: string;
      permission?: string;
    }[];
  };
  target: { actionTypes: string[]; entityType: string; qualifiedName?: string };
}

/** A change of an environment that was proposed. */
export interface ChangeRequest {
  id: string;
  status: "draft" | "submitted" | "applied" | "closed";
  description: string;
  project: string;
  env: string;
  /** Who proposed it, as the audit log names them. */
  createdBy: string;
  createdAt: string;
  /** Revision of the environment it was made from. */
  base: number;
  /** Newest last; secrets in ciphertext. */
  texts: string[];
  approvals: { by: string; revision: number }[];
}

export interface Organization {
  id: string;
  name: string;
  edition: Edition;
  members: { login: string; role: "admin" | "member" }[];
  defaultEnvironmentPermission: Level;
  defaultStackPermission?: "none" | "read" | "write";
  created: string;
  teams: Record<string, Team>;
  roles: Record<string, Role>;
  issuers: Record<string, OidcIssuer>;
  hooks: Record<string, Hook>;
  /** Approval rules by id, in the vendor's shape. */
  changeGates: Record<string, ChangeGate>;
  changeRequests?: Record<string, ChangeRequest>;
  auditExport?: { enabled: boolean; s3Config: Record<string, unknown> };
  /** By `project/name`. */
  environments: Record<string, Environment>;
}

/** Everything the sandbox's Pulumi Cloud remembers, secrets in ciphertext only. */
export interface PulumiState {
  organizations: Record<string, Organization>;
  tokens: AccessToken[];
}
