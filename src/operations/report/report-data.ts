import type { SharedValue } from "../../access/shared-values";
import type { Problem } from "../../errors";
import type { RotationRow } from "../../ledger/rotation";
import type { AccessDifference } from "../access/access-difference";
import type { AskedRight, Managing } from "../access/access-rights";
import type { Finding } from "../drift/find-drift";
import type { ReviewRow } from "../reviews/review-state";
import type { Status } from "../status/find-status";
import type { UsageReport } from "../usage/find-unused";
import type { Check } from "../verification/check";

/** The version of the document that `report --json` prints. A field that goes or changes its meaning raises it. */
export const REPORT_VERSION = 1;

/** Everything that the report shows: names, times and counts, never a value. docs/report.md describes each field. */
export interface ReportData {
  version: typeof REPORT_VERSION;
  organization: string;
  pulumiOrganization: string;
  application: string;
  stack: string;
  /** RFC 3339, UTC. */
  asOf: string;
  /** From when on syncs and openings are told. */
  since: string;
  /** Whether the nightly workflow publishes the page, and to whom. */
  publish: "artifact" | "private" | "public";
  environments: readonly string[];
  groups: Readonly<Record<string, { description: string; owner: string; rotationDays: number }>>;
  /** What must be done, by owner; what is late first. */
  today: readonly Task[];
  secrets: readonly ReportSecret[];
  pipeline: Pipeline;
  paused: readonly { environment: string; until: string | undefined; reason: string | undefined }[];
  access: ReportAccess;
  drift: { declared: number; drift: readonly Finding[]; notes: readonly Finding[] } | undefined;
  checks: readonly Check[];
  usage: UsageReport | undefined;
  syncs: readonly SyncRun[];
  openings:
    | {
        days: readonly OpeningDay[];
        by: readonly Opener[];
        /** What no log tells, whoever asks. */
        unknown: readonly Problem[];
      }
    | undefined;
  /** Parts that these tokens could not read, and why. */
  unread: readonly Unread[];
}

/** The parts that are read from services, and can be missing one by one. */
export type PartName =
  | "carriers"
  | "status"
  | "rotation"
  | "drift"
  | "access"
  | "reviews"
  | "verification"
  | "syncs"
  | "openings";

export interface Unread extends Problem {
  part: PartName;
}

/** One thing to do. */
export interface Task {
  /** The group's or entry's owner; `PLATFORM` for what belongs to no entry. */
  owner: string;
  /** `now`: something is wrong or late. `soon`: it will be, or settles with the next sync. */
  urgency: "now" | "soon";
  /** Names the kind of task: kebab-case, and the same whatever the wording. */
  code: string;
  /** A secret, or what else it is about. */
  subject: string;
  environments: readonly string[];
  cause: string;
  /** A command line that can be pasted. */
  command?: string;
  /** What to do where no one command does it. */
  remedy?: string;
  /** The vendor's page where a new value is made. */
  page?: string;
}

/** The owner of tasks that are about no entry of the catalog. */
export const PLATFORM = "Platform administrators";

/** The owner of reviews that are due: who that is, `reviews/allowed_signers` says. */
export const REVIEWERS = "Access reviewers";

/** One secret with how it stands everywhere. */
export interface ReportSecret {
  name: string;
  group: string;
  owner: string;
  /** ESC makes and rotates it; GitHub has none. */
  rotated: boolean;
  perEnvironment: boolean;
  carriers: readonly string[];
  applications: readonly string[];
  /** Day from which on it is deleted. */
  tombstone: string | undefined;
  page: string | undefined;
  states: readonly Omit<Status, "name">[];
  ages: readonly Omit<RotationRow, "name" | "owner" | "page">[];
  /** The nodes of the pipeline that its value passes, by id. */
  path: readonly string[];
}

/** The kinds of nodes, in the order in which a value passes them. */
export const NODE_KINDS = ["group", "source", "values", "composite", "application", "owner"] as const;

/** One thing that values pass. */
export interface PipelineNode {
  id: string;
  kind: (typeof NODE_KINDS)[number];
  label: string;
  detail: string;
  /** How many secrets pass it. */
  secrets: number;
}

export interface Pipeline {
  nodes: readonly PipelineNode[];
  edges: readonly { from: string; to: string }[];
}

export interface ReportAccess {
  rights: readonly AskedRight[];
  /** Each right, and each administrator, with its last review. */
  reviews: readonly ReviewRow[];
  managing: readonly Managing[];
  /** Credentials that more people have than their rights say: one value in several deployment environments. */
  shared: readonly SharedValue[];
  /** Whether the edition has teams: without them Pulumi Cloud enforces none of it. */
  isEnforced: boolean;
  /** What Pulumi Cloud says; undefined where it could not be asked. */
  cloud:
    | {
        administrators: readonly string[];
        defaultPermission: string;
        differences: readonly AccessDifference[];
      }
    | undefined;
}

/** One run of a sync. */
export interface SyncRun {
  carrier: string;
  id: string;
  /** The run's page; absent where GitHub's address is not https. */
  url?: string;
  started: string;
  seconds: number;
  /** What started it: `schedule`, `push`, `workflow_dispatch`. */
  event: string;
  actor: string;
  outcome: string;
  /** Names whose values it wrote or took away; undefined where no revision that was looked at tells. */
  changed: readonly string[] | undefined;
  /** Names it refused; undefined: the ledger keeps only those of the last run that refused them. */
  refused: readonly string[] | undefined;
}

/** UTC, YYYY-MM-DD. */
export interface OpeningDay {
  day: string;
  opened: number;
  refused: number;
}

export interface Opener {
  who: string;
  opened: number;
  refused: number;
  /** The deployment environments that were opened. */
  environments: readonly string[];
  last: string;
}
