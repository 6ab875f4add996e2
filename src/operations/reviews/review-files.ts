import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../catalog/settings";
import { type Problem, problemOf, RemedyError } from "../../errors";
import { shellPath } from "../../text";
import type { Context } from "../context";
import { parseRecord, type ReviewRecord, renderRecord } from "./review-record";
import type { SignedReview } from "./review-state";

/** Where reviews are kept, in the project. */
export const REVIEWS = "reviews";
/** Who may review: OpenSSH's own file (ssh-keygen(1), ALLOWED SIGNERS). */
export const ALLOWED_SIGNERS = "allowed_signers";
/** A signature for anything else, a commit's for instance, is none of a review. */
export const NAMESPACE = "sophia-secrets-access-review";

/** Reviews that count, and what was wrong with the others. */
export interface ReadReviews {
  reviews: SignedReview[];
  problems: Problem[];
}

/**
 * Reads the reviews of the project and checks each signature with OpenSSH against `reviews/allowed_signers`, as of the
 * review's own time: a key that ended later signed well then. What is not signed by somebody who may review does not count.
 */
export function readReviews({ project, env, now }: Pick<Context, "project" | "env" | "now">): ReadReviews {
  const folder = join(project.dir, REVIEWS);
  const found: ReadReviews = { reviews: [], problems: [] };
  if (!existsSync(folder)) return found;
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith(".json"))
    .sort()) {
    const file = `${REVIEWS}/${name}`;
    try {
      const text = readFileSync(join(folder, name), "utf8");
      const record = parseRecord(text, file);
      refuseForeign(record, project.settings, now(), file);
      const key = verify(project.dir, file, record, text, env);
      found.reviews.push({ record, file, key });
    } catch (error) {
      found.problems.push(problemOf(error));
    }
  }
  return found;
}

/** Of another organization, or of a time to come: it was signed for something else. */
function refuseForeign(record: ReviewRecord, settings: Settings, now: Date, file: string): void {
  const { githubOrganization, application } = settings;
  if (record.organization !== githubOrganization || record.application !== application)
    throw refused("review-foreign", file, `is of ${record.organization}, ${record.application}`);
  if (Date.parse(record.at) > now.getTime())
    throw refused("review-in-future", file, `says that it was made at ${record.at}`);
}

function refused(code: string, file: string, cause: string): RemedyError {
  return new RemedyError({
    code,
    subject: file,
    cause,
    remedy: `remove it: git rm ${shellPath(file)} ${shellPath(`${file}.sig`)}`,
  });
}

function verify(
  dir: string,
  file: string,
  { reviewer, at }: ReviewRecord,
  text: string,
  env: Context["env"],
): string {
  const signature = join(dir, `${file}.sig`);
  if (!existsSync(signature)) throw refused("review-unsigned", file, "has no signature beside it");
  const time = at.slice(0, 19).replaceAll(/[-:T]/g, "");
  const signers = join(dir, REVIEWS, ALLOWED_SIGNERS);
  const args = ["-Y", "verify", "-f", signers, "-I", reviewer, "-n", NAMESPACE, "-s", signature];
  const { status, stdout } = sshKeygen([...args, "-O", `verify-time=${time}Z`], env, text);
  const key = /key (SHA256:\S+)/.exec(stdout)?.[1];
  if (status === 0 && key !== undefined) return key;
  throw new RemedyError({
    code: "review-signature-invalid",
    subject: file,
    cause: `is not signed by ${reviewer}, or ${REVIEWS}/${ALLOWED_SIGNERS} does not let them review`,
    remedy: `git log -- ${shellPath(file)} ${REVIEWS}/${ALLOWED_SIGNERS} says who changed what; take the version that was signed, or review again`,
  });
}

/** How a review is signed. */
export interface Signer {
  reviewer: string;
  /** Private key, or the public one of a key in an agent or on a token. */
  key: string;
}

/**
 * Signs a review and writes it with its signature. OpenSSH asks for a passphrase on the terminal itself.
 *
 * @returns the file, in the project.
 * @throws RemedyError when it cannot be signed, or the reviewer may not review: nothing is left then.
 */
export function writeReview(
  { project, env }: Pick<Context, "project" | "env">,
  record: ReviewRecord,
  { key }: Signer,
): string {
  const folder = join(project.dir, REVIEWS);
  mkdirSync(folder, { recursive: true });
  const who = record.reviewer.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  const file = `${REVIEWS}/${record.at.slice(0, 19).replaceAll(":", "")}Z-${who}.json`;
  const path = join(project.dir, file);
  const text = renderRecord(record);
  const { status, stdout, stderr } = sshKeygen(["-Y", "sign", "-n", NAMESPACE, "-f", key], env, text);
  if (status !== 0 || !stdout.includes("BEGIN SSH SIGNATURE"))
    throw new RemedyError({
      code: "review-not-signed",
      subject: key,
      cause: `OpenSSH cannot sign with it (${stderr.trim().split("\n").at(-1) ?? "no answer"})`,
      remedy: "name an SSH key of yours: --key ~/.ssh/id_ed25519",
    });
  try {
    writeFileSync(path, text, { flag: "wx" });
    writeFileSync(`${path}.sig`, stdout, { flag: "wx" });
    verify(project.dir, file, record, text, env);
    return file;
  } catch (error) {
    rmSync(path, { force: true });
    rmSync(`${path}.sig`, { force: true });
    if (!(error instanceof RemedyError)) throw error;
    throw notAllowed(record.reviewer, key);
  }
}

/**
 * Looks whether a key may review before anybody is asked anything: what nobody counts need not be answered.
 *
 * @throws RemedyError when its public key stands beside it, and `allowed_signers` does not have it.
 */
export function requireSigner({ project }: Pick<Context, "project">, { reviewer, key }: Signer): void {
  const file = key.endsWith(".pub") ? key : `${key}.pub`;
  const signers = join(project.dir, REVIEWS, ALLOWED_SIGNERS);
  const [, body = ""] = existsSync(file) ? readFileSync(file, "utf8").split(" ") : [];
  const allowed = existsSync(signers) ? readFileSync(signers, "utf8") : "";
  if (body !== "" && !allowed.includes(body.trim())) throw notAllowed(reviewer, key);
}

function notAllowed(reviewer: string, key: string): RemedyError {
  const file = key.endsWith(".pub") ? key : `${key}.pub`;
  const [kind = "ssh-ed25519", body = "..."] = existsSync(file) ? readFileSync(file, "utf8").split(" ") : [];
  return new RemedyError({
    code: "review-signer-unknown",
    subject: reviewer,
    cause: `${REVIEWS}/${ALLOWED_SIGNERS} does not let this key review`,
    remedy: `have somebody else add it: mkdir -p ${REVIEWS} && echo '${reviewer} namespaces="${NAMESPACE}" ${kind} ${body.trim()}' >> ${REVIEWS}/${ALLOWED_SIGNERS}`,
  });
}

function sshKeygen(args: readonly string[], env: Context["env"], input: string) {
  const { status, stdout, stderr, error } = spawnSync("ssh-keygen", args, { env, input, encoding: "utf8" });
  if (error === undefined) return { status, stdout, stderr };
  throw new RemedyError({
    code: "ssh-keygen-missing",
    subject: "ssh-keygen",
    cause: "cannot be run, and signatures of reviews are made and checked with it",
    remedy: "install OpenSSH 8.9 or newer",
  });
}
