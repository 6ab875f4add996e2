/** What kinds of work a stack's history knows. `preview` is never part of it. */
export type UpdateKind = "update" | "preview" | "refresh" | "destroy" | "import" | "rename";

/** A configuration value as the CLI sends it: secrets come encrypted. */
export interface ConfigValue {
  string: string;
  secret: boolean;
  object?: boolean;
}

/** One update or preview of a stack. */
export interface UpdateRecord {
  id: string;
  kind: UpdateKind;
  /** A preview, or a refresh or destroy that only previews: takes no lock and no version. */
  dryRun: boolean;
  status: "not started" | "running" | "succeeded" | "failed";
  /** Why it failed, where it was not the CLI that said so. */
  ended?: "cancelled" | "timed out";
  /** 0 until it is started, and for previews. */
  version: number;
  /** Unix seconds; 0 until then. */
  startTime: number;
  endTime: number;
  message: string;
  environment: Record<string, string>;
  config: Record<string, ConfigValue>;
  /** Login of whoever created it. */
  actor: string;
  /** SHA-256 of the update token. */
  tokenHash?: string;
  /** Unix milliseconds. */
  leaseExpires?: number;
  /** Highest sequence number of a verbatim checkpoint: a late retry must not overwrite a newer one. */
  sequence?: number;
  /** Operation to number of resources, from the CLI's summary. */
  resourceChanges?: Record<string, number>;
  resourceCount?: number;
  /** Engine events received. They are counted, not kept: they may carry what a program printed. */
  events: number;
}

/** A stack; its checkpoints lie beside, in files. */
export interface StackRecord {
  /** Never changes, also when the stack is renamed: secrets are encrypted for it. */
  id: string;
  org: string;
  project: string;
  stack: string;
  tags: Record<string, string>;
  /** Who made it, as `PulumiSecurity.creatorOf` names creators: its administrator, whatever anybody else is given. */
  creator?: string;
  /** Configuration kept in an ESC environment instead of a file. */
  config?: Record<string, string>;
  /** Version of the newest update; 0 before the first. */
  version: number;
  /** Id of the newest update that is not a preview. */
  activeUpdate: string;
  updates: UpdateRecord[];
}

export interface StacksState {
  stacks: StackRecord[];
}

/** Updates that were started and changed the stack, newest first. */
export function historyOf(stack: StackRecord): UpdateRecord[] {
  return stack.updates.filter((update) => update.version > 0).reverse();
}

/** Stack and project names, as the SDK's tokens.ParseStackName and ValidateProjectName have it. */
export const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** `org/project/stack`, as audit records and messages name it. */
export const fullName = (stack: { org: string; project: string; stack: string }) =>
  `${stack.org}/${stack.project}/${stack.stack}`;

/** Unix seconds now. */
export const nowSeconds = () => Math.floor(Date.now() / 1000);
