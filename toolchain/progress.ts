/** Receives one line of progress, without a line end. The caller decides where it is shown. */
export type Report = (message: string) => void;

const firstReportMilliseconds = 2_000;
const nextReportMilliseconds = 8_000;

/**
 * Runs one step and reports on it when it takes over two seconds: after two, then every eight.
 *
 * @param describe what is true right now; called for every report, the elapsed time is added
 */
export async function withProgress<T>(
  report: Report,
  describe: () => string,
  step: () => Promise<T>,
): Promise<T> {
  const start = Date.now();
  const tell = () => report(`${describe()} (${elapsed(Date.now() - start)})`);
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    tell();
    repeat = setInterval(tell, nextReportMilliseconds);
  }, firstReportMilliseconds);
  try {
    return await step();
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
  }
}

function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
