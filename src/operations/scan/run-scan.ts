import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { RemedyError } from "../../errors";
import type { Item, Listed } from "./list-content";
import { createItemScan, type ScanJob, type Scanned } from "./scan-items";

/** Fewer items than this are looked through before a thread has started. */
const FEW = 300;
/** Items that a thread takes at a time. */
const BATCH = 100;
/** Milliseconds between two lines of progress. */
const TELL_MS = 2_000;
/** More threads wait for the disk. */
const MOST_THREADS = 8;

/**
 * Looks through everything that was listed, with a thread a processor where there is much.
 *
 * @param report is told how far it is.
 * @throws RemedyError when git fails, and for a text that is not a filter.
 */
export async function runScan(
  listed: Listed,
  job: Pick<ScanJob, "filter" | "env">,
  report: (line: string) => void,
): Promise<Scanned> {
  const all: ScanJob = { ...job, repository: listed.repository };
  const { items } = listed;
  const parts =
    items.length <= FEW ? [await (await createItemScan(all))(items)] : await inThreads(items, all, report);
  return {
    findings: parts.flatMap(({ findings }) => findings).sort((a, b) => order(a, b)),
    files: parts.reduce((sum, { files }) => sum + files, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    unread: [...listed.left, ...parts.flatMap(({ unread }) => unread)].sort(),
  };
}

type Finding = Scanned["findings"][number];

function order(a: Finding, b: Finding): number {
  return a.path === b.path ? a.line - b.line || a.column - b.column : a.path < b.path ? -1 : 1;
}

async function inThreads(
  items: readonly Item[],
  job: ScanJob,
  report: (line: string) => void,
): Promise<Scanned[]> {
  const parts: Scanned[] = [];
  let next = 0;
  let told = performance.now();
  const threads = Array.from({ length: Math.min(MOST_THREADS, availableParallelism()) }, () =>
    startThread(job),
  );
  const feed = async ({ worker, answer }: Thread) => {
    for (;;) {
      const batch = items.slice(next, next + BATCH);
      if (batch.length === 0) return;
      next += BATCH;
      worker.postMessage(batch);
      parts.push(await answer());
      if (performance.now() - told < TELL_MS) continue;
      told = performance.now();
      report(`Scanning: ${Math.min(next, items.length)} of ${items.length} files`);
    }
  };
  try {
    await Promise.all(threads.map(feed));
  } finally {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
  return parts;
}

interface Thread {
  worker: Worker;
  /** @throws what ended the thread. */
  answer(): Promise<Scanned>;
}

function startThread(job: ScanJob): Thread {
  const built = join(__dirname, "scan-worker.cjs");
  // Run from the sources, as tests do.
  const worker = existsSync(built)
    ? new Worker(built, { workerData: job })
    : new Worker(join(__dirname, "scan-worker.ts"), {
        workerData: job,
        execArgv: ["-r", "ts-node/register/transpile-only"],
      });
  return {
    worker,
    answer: () =>
      new Promise((done, fail) => {
        const stop = (error: Error) => fail(stopped(error));
        worker.once("error", stop);
        worker.once("message", (part: Scanned) => {
          worker.off("error", stop);
          done(part);
        });
      }),
  };
}

/** An error that a thread sends has lost its kind, and keeps its fields. */
function stopped(error: Error): Error {
  const { problem } = error as Partial<RemedyError>;
  return problem === undefined ? error : new RemedyError(problem);
}
