import type { Conclusion, JobResult } from "./run-request";

/** Result of a job of which no step ran: skipped, cancelled while it waited, or refused. */
export function endedJob(
  id: number,
  name: string,
  conclusion: Conclusion,
  messages: string[] = [],
): JobResult {
  const at = new Date().toISOString();
  return {
    id,
    name,
    conclusion,
    startedAt: at,
    completedAt: at,
    steps: [],
    log: messages.map((message) => `${at} ##[error]${message}\n`).join(""),
    summary: "",
    annotations: messages.map((message) => ({ level: "error", message })),
    outputs: {},
  };
}
