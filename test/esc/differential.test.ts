import { deepStrictEqual, ok } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type DocumentPath, formatPath } from "../../sandbox/esc/document-path";
import { evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { stringifyExact } from "../../sandbox/esc/json-number";
import { rotateEnvironment } from "../../sandbox/esc/rotate-environment";
import { decryptEnvironment, encryptEnvironment } from "../../sandbox/esc/secret-text";
import type { Diagnostic } from "../../sandbox/esc/syntax";
import { writeState } from "../../sandbox/esc/write-state";
import {
  answersTo,
  type OracleAnswer,
  type OracleCase,
  optionsFor,
  parseWithNumberTexts,
} from "./differential-oracle";
import { decryptForTest, encryptForTest } from "./test-cipher";

/** A case as its file writes it. */
interface WrittenCase {
  text: string;
  action?: OracleCase["action"];
  name?: string;
  showSecrets?: boolean;
  environments?: Record<string, string>;
  paths?: string[];
  /** Encrypt the texts' secrets first. */
  encrypt?: boolean;
  /** False where the real evaluator's positions cannot be matched: tags, wide letters, CRLF. */
  ranges?: boolean;
}

const FOLDER = join(__dirname, "cases");

// What follows the colon is the Go library's own wording, or quotes a letter of the value.
const FOREIGN_REASON = /^(decoding JSON string|decoding base64 string|yaml|invalid ciphertext): .*/s;

function prepare(written: WrittenCase): OracleCase {
  const protect = (text: string) => (written.encrypt ? encryptEnvironment(text, encryptForTest) : text);
  const environments = Object.entries(written.environments ?? {}).map(([name, text]) => [
    name,
    protect(text),
  ]);
  return {
    action: written.action ?? "open",
    name: written.name ?? "default/case",
    text: protect(written.text),
    showSecrets: written.showSecrets ?? false,
    environments: Object.fromEntries(environments),
    paths: written.paths ?? [],
  };
}

// The sandbox leaves schemas out, and how an unknown object's property was reached.
const LEFT_OUT = new Set(["schema", "argSchema", "access"]);
const RANGE_KEYS = new Set(["range", "keyRanges", "nameRange", "def"]);

function comparable(value: unknown, ranges: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, ranges));
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(
    ([key]) => !LEFT_OUT.has(key) && (ranges || !RANGE_KEYS.has(key)),
  );
  return Object.fromEntries(members.map(([key, member]) => [key, comparable(member, ranges)]));
}

function comparableDiagnostics(diagnostics: Diagnostic[], ranges: boolean): string[] {
  const lines = diagnostics.map(({ range, summary, severity }) => {
    const at = range && ranges ? ` at ${range.environment}:${range.begin.line}:${range.begin.column}` : "";
    return `${severity}: ${summary.replace(FOREIGN_REASON, "$1")}${at}`;
  });
  return lines.sort();
}

function numbersAsTexts<T>(value: T): T {
  return parseWithNumberTexts(stringifyExact(value)) as T;
}

async function compareEvaluation(asked: OracleCase, answer: OracleAnswer, ranges: boolean): Promise<void> {
  const evaluation = await evaluateEnvironment(optionsFor(asked));
  deepStrictEqual(
    comparableDiagnostics(numbersAsTexts(evaluation.diagnostics), ranges),
    comparableDiagnostics(answer.diagnostics, ranges),
  );
  const { properties, exprs, executionContext } = numbersAsTexts(evaluation.environment);
  deepStrictEqual(comparable(properties, ranges), comparable(answer.environment?.properties, ranges));
  deepStrictEqual(comparable(exprs ?? {}, ranges), comparable(answer.environment?.exprs ?? {}, ranges));
  deepStrictEqual(
    Object.keys(executionContext?.properties ?? {}).sort(),
    Object.keys(answer.environment?.executionContext?.properties ?? {}).sort(),
  );
}

async function compareRotation(asked: OracleCase, answer: OracleAnswer): Promise<void> {
  const wanted = new Set(asked.paths);
  const isWanted = (path: DocumentPath) => wanted.size === 0 || wanted.has(formatPath(path));
  const { rotations, diagnostics } = await rotateEnvironment(optionsFor(asked), isWanted);
  deepStrictEqual(
    comparableDiagnostics(numbersAsTexts(diagnostics), true),
    comparableDiagnostics(answer.diagnostics, true),
  );
  const paths = rotations.map(({ path, status }) => ({ path: formatPath(path), status }));
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  deepStrictEqual(paths.sort(byPath), (answer.rotations ?? []).sort(byPath));
  let { text } = asked;
  for (const { path, state } of rotations) text = state ? (writeState(text, path, state) ?? "") : text;
  const options = { schema: "failsafe" } as const;
  deepStrictEqual(
    parse(encryptEnvironment(text, encryptForTest), options),
    parse(answer.text ?? "", options),
  );
}

async function compareRewriting(asked: OracleCase, answer: OracleAnswer): Promise<void> {
  const rewrite = () =>
    asked.action === "encrypt"
      ? encryptEnvironment(asked.text, encryptForTest)
      : decryptEnvironment(asked.text, decryptForTest);
  if (answer.error) {
    let failed = false;
    try {
      rewrite();
    } catch {
      failed = true;
    }
    ok(failed, `the real evaluator refuses: ${answer.error}`);
    return;
  }
  const rewritten = rewrite();
  const options = { schema: "failsafe" } as const;
  deepStrictEqual(parse(rewritten, options), parse(answer.text ?? "", options));
  deepStrictEqual(commentsOf(rewritten), commentsOf(answer.text ?? ""));
}

function commentsOf(text: string): string[] {
  return [...text.matchAll(/(?<=^|\s)# .*$/gm)].map(([comment]) => comment.trim());
}

describe("the sandbox's ESC evaluator against the real one", () => {
  const cases = readdirSync(FOLDER).flatMap((file) => {
    const written = parse(readFileSync(join(FOLDER, file), "utf8")) as Record<string, WrittenCase>;
    return Object.entries(written).map(([title, one]) => ({
      title,
      ranges: one.ranges ?? true,
      asked: prepare(one),
    }));
  });
  const answerTo = answersTo(cases.map(({ asked }) => asked));

  for (const [index, { title, asked, ranges }] of cases.entries()) {
    it(title, async () => {
      const answer = answerTo(index);
      if (asked.action === "rotate") await compareRotation(asked, answer);
      else if (asked.action === "encrypt" || asked.action === "decrypt")
        await compareRewriting(asked, answer);
      else await compareEvaluation(asked, answer, ranges);
    });
  }
});
