import type { JobResult } from "./run-request";
import type { SecretMasker } from "./secret-masker";

type Annotation = JobResult["annotations"][number];

/** Limits of GitHub's runner (ExecutionContext.cs). */
const MAX_ANNOTATION_LENGTH = 4096;
const MAX_PER_STEP_AND_LEVEL = 10;

/** Characters of a log that are kept: a step that prints without end must not take the sandbox down. */
const MAX_LOG_LENGTH = 32 * 1024 * 1024;

/** All that a job shows: log, annotations, summary. Nothing gets in unmasked. */
export class JobLog {
  readonly annotations: Annotation[] = [];
  private readonly lines: string[] = [];
  private length = 0;
  private readonly summaries: string[] = [];
  /** Of each step; what comes before the first belongs to the preparation of the job. */
  readonly stepStarts: number[] = [0];
  private counts: Record<Annotation["level"], number> = { error: 0, warning: 0, notice: 0 };

  /** @param debug whether `::debug::` lines show (the repository's ACTIONS_STEP_DEBUG). */
  constructor(
    readonly masker: SecretMasker,
    private readonly debugShown: boolean,
  ) {}

  get text(): string {
    return this.lines.map((line) => `${line}\n`).join("");
  }

  get summary(): string {
    return this.summaries.join("");
  }

  /** From here on the log is the next step's, whose annotations are counted again. */
  beginStep(): void {
    this.stepStarts.push(this.lines.length);
    this.counts = { error: 0, warning: 0, notice: 0 };
  }

  write(text: string): void {
    const at = new Date().toISOString();
    // Masked whole and then by line: a mask that spans lines must not be missed because the text was cut.
    for (const line of this.masker.mask(text).split("\n")) this.keep(`${at} ${this.masker.mask(line)}`);
  }

  private keep(line: string): void {
    if (this.length > MAX_LOG_LENGTH) return;
    this.length += line.length + 1;
    this.lines.push(this.length > MAX_LOG_LENGTH ? "The log is too long; the rest is left out" : line);
  }

  debug(text: string): void {
    if (this.debugShown) this.write(`##[debug]${text}`);
  }

  annotate(level: Annotation["level"], message: string, title?: string): void {
    const masked = this.masker.mask(message).slice(0, MAX_ANNOTATION_LENGTH);
    this.write(`##[${level}]${masked}`);
    this.counts[level] += 1;
    if (this.counts[level] > MAX_PER_STEP_AND_LEVEL) return;
    this.annotations.push({
      level,
      message: masked,
      ...(title === undefined ? {} : { title: this.masker.mask(title) }),
    });
  }

  /** Masks line by line, as GitHub does before it uploads a summary. */
  addSummary(markdown: string): void {
    const lines = markdown.replace(/\r?\n$/, "").split(/\r?\n/);
    this.summaries.push(lines.map((line) => `${this.masker.mask(line)}\n`).join(""));
  }
}
