/** One table of the bundle: names, times and counts, never a value. */
export interface EvidenceSection {
  /** File name without its ending; also how the controls refer to it. */
  name: string;
  title: string;
  /** What the table shows, and what it is good for. */
  about: string;
  /** Where its facts come from. */
  source: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** What could not be known, a sentence each. */
  unknown: readonly string[];
}
