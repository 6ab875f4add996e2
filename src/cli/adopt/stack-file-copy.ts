import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import type { Project } from "../project";

/** A stack's file with another address of GitHub in it, for one command. */
export interface StackFileCopy {
  path: string;
  /** Removes the copy. What Pulumi wrote into it meanwhile (an encryption salt) is carried over to the real file. */
  remove(): void;
}

/**
 * Copies a stack's config file with its `githubApiUrl` replaced: what stands in the config wins over the environment,
 * so there is no other way to lead the provider elsewhere. Readable by its owner alone.
 */
export function copyStackFile(project: Project, githubApiUrl: string): StackFileCopy {
  const file = join(project.dir, `Pulumi.${project.stack}.yaml`);
  const original = readFileSync(file, "utf8");
  const key = ["config", `${project.name}:githubApiUrl`];
  const document = parseDocument(original);
  const address = document.getIn(key);
  document.setIn(key, githubApiUrl);
  const written = textOf(document);
  const folder = mkdtempSync(join(tmpdir(), "sophia-secrets-"));
  const path = join(folder, `Pulumi.${project.stack}.yaml`);
  writeFileSync(path, written, { mode: 0o600 });
  return {
    path,
    remove: () => {
      const now = readFileSync(path, "utf8");
      if (now !== written) {
        const changed = parseDocument(now);
        changed.setIn(key, address);
        const back = textOf(changed);
        if (back !== original) replace(file, back);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function textOf(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

function replace(file: string, text: string): void {
  const next = `${file}.next`;
  writeFileSync(next, text);
  renameSync(next, file);
}
