import { randomBytes, scryptSync } from "node:crypto";
import * as z from "zod";
import { RemedyError } from "../../errors";
import { shellPath } from "../../text";

/** Findings that were looked at and stay: by fingerprints from which no value can be told. */
export interface Baseline {
  /** Random, base64: so that fingerprints of two repositories cannot be compared. */
  salt: string;
  known: readonly Known[];
}

interface Known {
  rule: string;
  path: string;
  fingerprint: string;
}

interface Finding {
  rule: string;
  path: string;
  digest: string;
}

/** Bytes of a fingerprint: few, so that many texts have each, and guesses of a value cannot be told right from wrong. */
const FINGERPRINT_BYTES = 3;
/** About 10 ms each: what is found in a repository is seldom more than some hundred. */
const COST = { N: 4096, r: 8, p: 1 };
const LARGEST = 16 * 1024 * 1024;

const FILE = z.object({
  version: z.literal(1),
  salt: z.base64().min(1),
  known: z.array(z.object({ rule: z.string(), path: z.string(), fingerprint: z.string() })),
});

/** @throws RemedyError for a text that is not a baseline. */
export function parseBaseline(text: string, file: string): Baseline {
  try {
    if (text.length > LARGEST) throw new Error("too large");
    return FILE.parse(JSON.parse(text));
  } catch {
    throw new RemedyError({
      code: "baseline-invalid",
      subject: file,
      cause: "is not a baseline that this version reads",
      remedy: `git checkout -- ${shellPath(file)}, or delete it and run again with --write-baseline`,
    });
  }
}

export function renderBaseline(baseline: Baseline): string {
  return `${JSON.stringify({ version: 1, ...baseline }, undefined, 2)}\n`;
}

/** Parts findings into new ones and those that a baseline knows: the same secret, in the same file, by the same rule. */
export function compareBaseline<Each extends Finding>(
  findings: readonly Each[],
  { salt, known }: Baseline,
): { fresh: Each[]; known: number } {
  const keys = new Set(known.map(keyOf));
  const files = new Set(known.map(({ rule, path }) => `${rule}\0${path}`));
  const fresh = findings.filter(
    (each) => !files.has(`${each.rule}\0${each.path}`) || !keys.has(keyOf(knownOf(each, salt))),
  );
  return { fresh, known: findings.length - fresh.length };
}

/** A baseline of all that is found now. @param before keeps its salt, so that what is known stays as it is written. */
export function baselineOf(findings: readonly Finding[], before: Baseline | undefined): Baseline {
  const salt = before?.salt ?? randomBytes(16).toString("base64");
  const known = new Map(findings.map((each) => knownOf(each, salt)).map((each) => [keyOf(each), each]));
  return { salt, known: [...known.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
}

function keyOf({ rule, path, fingerprint }: Known): string {
  return [path, rule, fingerprint].join("\0");
}

function knownOf({ rule, path, digest }: Finding, salt: string): Known {
  const own = [salt, rule, path].join("\0");
  const fingerprint = scryptSync(digest, own, FINGERPRINT_BYTES, COST).toString("hex");
  return { rule, path, fingerprint };
}
