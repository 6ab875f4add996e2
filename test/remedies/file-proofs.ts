import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RemedyError } from "../../src/errors";
import { requirePrivatePlace } from "../../src/operations/values/private-file";
import { webhookHostProblem } from "../../src/resources/esc/webhook-host";
import type { Proof, Told } from "./proof";

/** Names that a shell, git or an option's parser would act on. */
const NAMES = [
  ".env",
  "my values.env",
  "it's.env",
  "-x.env",
  "$HOME.env",
  "#a*b[c]!.env",
  'a"b.env',
  "~.env",
];

/** Runs what is printed, in a folder. */
function shell(folder: string, line: string): void {
  execFileSync("/bin/sh", ["-c", line], { cwd: folder, stdio: "pipe" });
}

/** What an act is refused for. */
function refusal(act: () => unknown): Told[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return [error.problem];
  }
}

/** A stage in a folder of its own. @param look gets its path. */
function inFolder(
  look: (folder: string) => Told[],
  carryOut: (folder: string, remedy: string) => void,
  prepare: (folder: string) => void = () => undefined,
): Proof["start"] {
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "remedy's folder "));
    prepare(folder);
    return {
      look: () => look(folder),
      carryOut: (remedy) => carryOut(folder, remedy),
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  };
}

const inRepository = (folder: string) => shell(folder, "git init --quiet .");
const withFile = (name: string) => (folder: string) => {
  inRepository(folder);
  writeFileSync(join(folder, name), "A=1\n");
  shell(folder, "git add -A");
};

/** The address of a receiver, given as the remedy says; one host is known. */
const WEBHOOK: Proof = {
  code: "webhook-host-unknown",
  when: "a webhook's host is misspelled",
  start: () => {
    let url = "https://hooks.slak.com/services/T0/B0/canary";
    const ask = async (host: string) => {
      if (host !== "hooks.slack.com") throw Object.assign(new Error(host), { code: "ENOTFOUND" });
    };
    return {
      look: async () => [await webhookHostProblem(url, ask)].filter((each) => each !== undefined),
      carryOut: (remedy) => {
        if (/by standard input: pulumi config set --secret webhookUrl;/.test(remedy))
          url = url.replace("slak", "slack");
      },
    };
  },
};

/** Proofs of remedies about files, each with names that a shell acts on. */
export const FILE_PROOFS: readonly Proof[] = [WEBHOOK, ...NAMES.flatMap(ofName)];

function ofName(name: string): Proof[] {
  return [
    {
      code: "file-folder-missing",
      when: `the folder must be called ${name}`,
      start: inFolder(
        (folder) => refusal(() => requirePrivatePlace(join(folder, name, "b c", ".env"), {})),
        shell,
      ),
    },
    {
      code: "file-tracked-by-git",
      when: `${name} would be tracked`,
      start: inFolder(
        (folder) => refusal(() => requirePrivatePlace(join(folder, name), {})),
        shell,
        inRepository,
      ),
    },
    {
      code: "file-tracked-by-git",
      when: `${name} is tracked already`,
      start: inFolder(
        (folder) => refusal(() => requirePrivatePlace(join(folder, name), {})),
        (folder, remedy) => shell(folder, remedy.replace("; if git has it already: ", " && ")),
        withFile(name),
      ),
    },
  ];
}
