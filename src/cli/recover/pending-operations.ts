/** What an `up` had begun when it broke off, and Pulumi's state has noted since. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting` and the like, as Pulumi has it. */
  operation: string;
  urn: string;
}

interface Exported {
  deployment?: { pending_operations?: { type?: string; resource?: { urn?: string } }[] | null };
}

/** @param exported `pulumi stack export`. */
export function pendingOperations(exported: string): PendingOperation[] {
  const { deployment = {} } = JSON.parse(exported) as Exported;
  return (deployment.pending_operations ?? []).map(({ type, resource }) => ({
    operation: type ?? "changing",
    urn: resource?.urn ?? "",
  }));
}
