import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import type { AskRepository } from "../../access/carrier-facts";
import type { StackState } from "../stack-state";
import type { DeclaredFile } from "./declared-files";
import { PROPOSED_FILE } from "./pull-requests";

const REPOSITORY_FILE = "github:index/repositoryFile:RepositoryFile";

/** Read back from the commit, these must not cause another; the last is asked for once. */
const READ_BACK = ["commitMessage", "commitAuthor", "commitEmail", "overwriteOnCreate"];

/** What the files go by. */
export interface FileContext {
  /** What the stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
  /** How a repository is asked. */
  asking: (repository: string) => AskRepository;
}

const nameOf = ({ repository, path }: DeclaredFile) => `${repository}/${path}`;

/** A file that `up` commits to the branch. One that people put there is theirs until they remove it. */
export function commitFile(
  file: DeclaredFile,
  context: FileContext,
  opts: pulumi.CustomResourceOptions,
): github.RepositoryFile {
  const { repository, branch, path, content, message } = file;
  return new github.RepositoryFile(
    nameOf(file),
    {
      repository,
      branch,
      file: path,
      content,
      commitMessage: message,
      overwriteOnCreate: takesOver(file, context),
    },
    { ...opts, ignoreChanges: READ_BACK },
  );
}

/** Whether people merged it before: then it is this program's, and not in the state. */
async function takesOver(file: DeclaredFile, { state, asking }: FileContext): Promise<true | undefined> {
  const known = await state;
  const before = known?.has(PROPOSED_FILE, nameOf(file)) === true;
  if (!before || known?.has(REPOSITORY_FILE, nameOf(file))) return undefined;
  const text = await textAt(file, asking(file.repository));
  return text !== undefined && file.isOurs(text) ? true : undefined;
}

/**
 * Keeps a file in the state that `up` committed before people began to merge it, and changes nothing about it: to leave
 * the program would delete it in the repository.
 */
export function keepCommitted(
  file: DeclaredFile,
  { state }: Pick<FileContext, "state">,
  opts: pulumi.CustomResourceOptions,
): void {
  const { repository, branch, path, content } = file;
  void state.then((known) => {
    if (known?.has(REPOSITORY_FILE, nameOf(file)) !== true) return;
    new github.RepositoryFile(
      nameOf(file),
      { repository, branch, file: path, content },
      { ...opts, ignoreChanges: ["*"], retainOnDelete: true },
    );
  });
}

/** A file's text on its branch; undefined where GitHub shows none. */
export async function textAt(
  { path, branch }: Pick<DeclaredFile, "path" | "branch">,
  ask: AskRepository,
): Promise<string | undefined> {
  const place = `/contents/${encodeURI(path)}?ref=${encodeURIComponent(branch)}`;
  const found = (await ask(place)) as { content?: string } | undefined;
  return found?.content === undefined ? undefined : Buffer.from(found.content, "base64").toString("utf8");
}
