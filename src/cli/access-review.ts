import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { RemedyError } from "../errors";
import type { Context } from "../operations/context";
import {
  type AccessReviews,
  bundlesOf,
  type ReviewBundle,
  readAccessReviews,
  recordReview,
} from "../operations/reviews/review-access";
import { requireSigner, type Signer } from "../operations/reviews/review-files";
import type { Decision } from "../operations/reviews/review-record";
import { counted, namesIn, shellPath } from "../text";
import { EXIT, type ExitCode } from "./command";
import type { Terminal } from "./terminal";

/** What was typed for a review. */
export interface TypedReview {
  environment: string | undefined;
  identity: string | undefined;
  decide: Decision | undefined;
  reviewer: string | undefined;
  key: string | undefined;
  note: string | undefined;
  all: boolean;
}

/** Reviews what is due: asks for each, unless the answer was typed, then signs and writes the record. */
export async function reviewAccess(
  context: Context,
  terminal: Terminal,
  typed: TypedReview,
): Promise<ExitCode> {
  const found = await readAccessReviews(context, typed);
  for (const { subject, cause, remedy } of found.problems)
    terminal.say(`does not count: ${subject}: ${cause}. Remedy: ${remedy}`);
  const bundles = bundlesOf(found.rows, typed.all);
  if (bundles.length === 0) {
    terminal.print(nothingDue(found));
    return EXIT.done;
  }
  if (typed.decide === undefined && !terminal.canAsk)
    throw new RemedyError({
      code: "review-decision-missing",
      subject: "--decide",
      cause: `there is no terminal to ask for ${counted(bundles.length, "decision")} that ${bundles.length === 1 ? "is" : "are"} due`,
      remedy: "run it in a terminal, or give --decide keep (or remove) with --identity",
    });
  const signer = signerOf(context, typed);
  requireSigner(context, signer);
  const decided: { bundle: ReviewBundle; decision: Decision }[] = [];
  for (const [index, bundle] of bundles.entries()) {
    for (const line of bundleLines(bundle, `${index + 1} of ${bundles.length}`)) terminal.print(line);
    const decision = typed.decide ?? (await ask(terminal));
    terminal.print(`  ${decision ?? "put off"}`);
    if (decision !== undefined) decided.push({ bundle, decision });
  }
  const file = recordReview(context, decided, signer, typed.note);
  const rights = decided.reduce((sum, { bundle }) => sum + bundle.rows.length, 0);
  terminal.print("");
  terminal.print(`${counted(rights, "right")} reviewed by ${signer.reviewer}, signed: ${file}`);
  terminal.print(`Commit it: git add ${shellPath(file)} ${shellPath(`${file}.sig`)}`);
  return EXIT.done;
}

function nothingDue({ rows }: AccessReviews): string {
  const next = rows.flatMap(({ dueOn }) => dueOn ?? []).sort()[0];
  return `No right is due for review${next === undefined ? "" : `; the next is on ${next}`}`;
}

function bundleLines({ identity, level, because, rows }: ReviewBundle, place: string): string[] {
  const environments = [...new Set(rows.map(({ right }) => right.environment))];
  const on = [
    ...new Set(
      rows.map(({ right: { group, rotator } }) => (rotator === undefined ? group : `rotated-${rotator}`)),
    ),
  ];
  const states = [...new Set(rows.map(({ state }) => state))];
  const who = identity.type === "user" ? identity.name : `team ${identity.name}`;
  return [
    "",
    `${place}: ${who} may ${level} ${namesIn(on)} in ${environments.join(", ")}`,
    ...because.map(({ policy, why }) => `  ${policy}: ${why}`),
    `  ${states.join(", ").replace("never", "never reviewed")}`,
  ];
}

/** The word is not shown, as every answer at this terminal. */
async function ask(terminal: Terminal): Promise<Decision | undefined> {
  for (;;) {
    const answer = (await terminal.askHidden("  keep, remove or later (not shown)"))
      .unwrap()
      .trim()
      .toLowerCase();
    if (answer === "keep" || answer === "remove") return answer;
    if (answer === "later" || answer === "") return undefined;
    terminal.say("  answer keep, remove or later");
  }
}

/** Who signs with which key: what was typed, else what git signs commits with. */
function signerOf({ project, env }: Context, typed: TypedReview): Signer {
  const asked = (name: string) => {
    const { status, stdout } = spawnSync("git", ["-C", project.dir, "config", "--get", name], {
      env,
      encoding: "utf8",
    });
    const text = status === 0 ? stdout.trim() : "";
    return text === "" ? undefined : text;
  };
  const reviewer = typed.reviewer ?? asked("user.email");
  const key = typed.key ?? (asked("gpg.format") === "ssh" ? asked("user.signingkey") : undefined);
  if (reviewer === undefined || key === undefined)
    throw new RemedyError({
      code: "review-signer-missing",
      subject: reviewer === undefined ? "--reviewer" : "--key",
      cause: "a review must be signed, and neither an option nor git's config names the signer and the key",
      remedy: "add --reviewer you@example.org --key ~/.ssh/id_ed25519",
    });
  return { reviewer, key: key.replace(/^~(?=\/)/, homedir()) };
}
