/** What a person asked for. */
export interface RollbackRequest {
  environment: string;
  groups: readonly string[];
  /** A revision's number or a tag. */
  to: string;
  dryRun: boolean;
  allowMany: boolean;
  /** Login of the person; asked only when something is written. */
  by: () => Promise<string>;
}
