import * as z from "zod";
import { messageOf, RemedyError } from "../../errors";
import { COMMAND, shellPath } from "../../text";
import { WINDOW_LENGTHS, type WindowMark } from "./window-marks";

/** Which windows the organization's values have: nothing from which one could be told (docs/SECURITY.md). */
export interface ScanFilter {
  /** 32 random bytes of this organization. One key for good: marks of one window under two keys tell twice as much. */
  key: Buffer;
  /** The last change of a value that it knows, by deployment environment; RFC 3339. */
  asOf: Readonly<Record<string, string>>;
  marks: readonly NamedMark[];
  /** Names of credentials that are not looked for, by deployment environment. */
  notCovered: Readonly<Record<string, readonly string[]>>;
}

/** The mark of a secret's value. */
export interface NamedMark extends WindowMark {
  name: string;
  /** Deployment environments that have the value. */
  environments: readonly string[];
}

const ABOUT = `Marks by which ${COMMAND} scan knows this organization's values: 48 bits each, no value. ${COMMAND} scan-filter writes this file; docs/SECURITY.md says what it tells.`;

const MARK = /^(\d+)\.([0-9a-f]{6})\.([0-9a-f]{6})$/;
const mark = z.string().regex(MARK);
const FILE = z.object({
  version: z.literal(1),
  key: z.base64().refine((text) => Buffer.from(text, "base64").length === 32),
  asOf: z.record(z.string(), z.string()),
  values: z.record(z.string(), z.record(mark, z.array(z.string()))),
  notCovered: z.record(z.string(), z.array(z.string())),
});

/** @throws RemedyError for a text that is not a filter. */
export function parseFilter(text: string, file: string): ScanFilter {
  let read: z.infer<typeof FILE>;
  try {
    read = FILE.parse(JSON.parse(text));
  } catch (error) {
    throw new RemedyError(
      {
        code: "scan-filter-invalid",
        subject: file,
        cause: "is not a filter that this version reads",
        remedy: `git checkout -- ${shellPath(file)}; or delete it, and write it again: ${COMMAND} scan-filter`,
      },
      { cause: messageOf(error) },
    );
  }
  const marks = Object.entries(read.values).flatMap(([name, own]) =>
    Object.entries(own).flatMap(([written, environments]): NamedMark[] => {
      const [, length = "", rolling = "", tag = ""] = MARK.exec(written) ?? [];
      const known = WINDOW_LENGTHS.some((each) => String(each) === length);
      const [low, high] = [Number.parseInt(rolling, 16), Number.parseInt(tag, 16)];
      return known ? [{ name, environments, length: Number(length), rolling: low, tag: high }] : [];
    }),
  );
  return { ...read, key: Buffer.from(read.key, "base64"), marks };
}

/** The file's text: in the order of names, so that equal filters have equal texts. */
export function renderFilter({ key, asOf, marks, notCovered }: ScanFilter): string {
  const values: Record<string, Record<string, readonly string[]>> = {};
  const ordered = marks
    .map(({ name, length, rolling, tag, environments }) => ({
      name,
      written: [length, hex(rolling), hex(tag)].join("."),
      environments,
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.written, b.written));
  for (const { name, written, environments } of ordered)
    values[name] = { ...values[name], [written]: environments };
  const content = { about: ABOUT, version: 1, key: key.toString("base64"), asOf, values, notCovered };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function hex(number: number): string {
  return number.toString(16).padStart(6, "0");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
