import type { Conclusion, JobResult } from "./run-request";

/** Result of a job of which no step ran: skipped, cancelled while it waited, or refused. */
export function endedJob(
  id: number,
  key: string,
  name: string,
  conclusion: Conclusion,
  messages: string[] = [],
): JobResult {
  const at = new Date().toISOString();
  return {
    id,
    key,
    name,
    conclusion,
    startedAt: at,
    completedAt: at,
    steps: [],
    log: messages.map((message) => `${at} ##[error]${message}\n`).join(""),
    stepStarts: [0],
    summary: "",
    annotations: messages.map((message) => ({ level: "error", message })),
    outputs: {},
  };
}
