import { readFileSync, writeFileSync } from "node:fs";
import { parse, parseDocument } from "yaml";
import * as z from "zod";

const visibility = z.enum(["all", "private", "selected"]);
const text = z.string();
const names = z.record(text, z.array(text));

const folderItem = z.strictObject({
  link: text.optional(),
  base64: text.optional(),
  folder: z.literal(true).optional(),
  size: z.number().optional(),
  mode: z.number().optional(),
});

const CASE = z.strictObject({
  /** What it shows, as a sentence. */
  shows: text,
  /** Command line without the program's name. */
  command: text,
  token: text.default("owner-token"),
  /** Whose GitHub, catalog and stack: `renamed` has an entry under two names, `spread` has three carriers. */
  organization: z.enum(["small", "renamed", "spread"]).default("small"),
  stack: text.default("production"),
  /** Bytes given on stdin; base64 where they are not text. */
  stdin: text.optional(),
  stdinBase64: text.optional(),
  /** What a person types when asked, each time or one after the other; there is no terminal without it. */
  typed: z.union([text, z.array(text)]).optional(),
  files: z.record(text, text).default({}),
  /**
   * A folder on disk, which the command line names as {dir}: texts by path; `link`, `folder`, `base64` and `size` make what
   * is not text file. `git` makes it a repository.
   */
  folder: z.record(text, z.union([text, folderItem])).optional(),
  git: z.boolean().default(false),
  /** What ESC opens for an application, by deployment environment and path below the root key. */
  opened: z.record(text, z.record(text, text)).optional(),
  /** What vendors answer, by host and path; the others do not. */
  vendors: z.record(text, z.strictObject({ status: z.number(), body: text.default("") })).default({}),
  /** Environment variables. */
  env: z.record(text, text).default({}),
  github: z
    .strictObject({
      secrets: z
        .record(text, z.strictObject({ visibility, repositories: z.array(text).default([]) }))
        .default({}),
      repositorySecrets: names.default({}),
      environmentSecrets: z.record(text, names).default({}),
      /** Texts of files on the default branch, by repository and path. */
      files: z.record(text, z.record(text, text)).default({}),
    })
    .prefault({}),
  /** Secrets in the stack's state: `NAME`, or `repository/environment/NAME`. */
  state: z.array(text).default([]),
  /** Times of syncs, by environment and name. */
  ledger: z.record(text, z.record(text, text)).optional(),
  /** Faults of the sandbox's GitHub. */
  faults: z
    .array(
      z.strictObject({
        method: text.exactOptional(),
        path: text,
        skip: z.number().exactOptional(),
        times: z.number().exactOptional(),
        reset: z.enum(["before", "after"]).exactOptional(),
        answer: z
          .strictObject({
            status: z.number(),
            headers: z.record(text, text).exactOptional(),
            body: z.unknown().exactOptional(),
          })
          .exactOptional(),
      }),
    )
    .default([]),
  expect: z
    .strictObject({
      stdout: text,
      stderr: text,
      code: z.number(),
      /** `METHOD path` of all that was written to GitHub. */
      writes: z.array(text),
      /** Values and readers of the secrets that a write touched, afterwards. */
      github: z.record(text, text),
      /** The folder's files afterwards: mode and text. */
      folder: z.record(text, text).exactOptional(),
    })
    .optional(),
});

/** One golden file: a command line, the world before it, and what must come of it. */
export type GoldenCase = z.infer<typeof CASE>;
export type Outcome = NonNullable<GoldenCase["expect"]>;

export function readCase(file: string): GoldenCase {
  return parseCase(parse(readFileSync(file, "utf8")));
}

/** @param written as a file has it: what is left out has its default. */
export function parseCase(written: z.input<typeof CASE>): GoldenCase {
  return CASE.parse(written);
}

/** Writes what came of it into the file; everything above it stays as people wrote it. */
export function acceptOutcome(file: string, outcome: Outcome): void {
  const document = parseDocument(readFileSync(file, "utf8"));
  document.set("expect", document.createNode(outcome));
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}
