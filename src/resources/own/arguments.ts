/** Keys of the own provider's arguments: the SDK puts the project's name before a key without a colon. */
export const ARGUMENTS = {
  organization: "github:organization",
  address: "github:address",
  writeDelayMs: "github:writeDelayMs",
} as const;

/** Reads one of them. */
export type Arguments = (key: string) => string | undefined;
