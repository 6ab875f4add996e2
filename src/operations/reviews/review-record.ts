import * as z from "zod";
import type { Right } from "../../access/access-matrix";
import { LEVELS } from "../../catalog/access-policy";
import { RemedyError } from "../../errors";
import { shellPath } from "../../text";

/** What a reviewer decided of a right: it may stay, or it must be taken away. */
export const DECISIONS = ["keep", "remove"] as const;
export type Decision = (typeof DECISIONS)[number];

const text = z.string().max(2000);

const RIGHT = z.strictObject({
  environment: text,
  group: text,
  rotator: text.exactOptional(),
  identity: z.strictObject({ type: z.enum(["user", "team"]), name: text }),
  level: z.enum(LEVELS),
  maxOpenDuration: text.exactOptional(),
  because: z.array(z.strictObject({ policy: text, why: text })),
  decision: z.enum(DECISIONS),
});

const RECORD = z.strictObject({
  kind: z.literal("sophia-secrets access review"),
  version: z.literal(1),
  organization: text,
  application: text,
  /** As `allowed_signers` names them. */
  reviewer: text.min(1),
  /** RFC 3339, UTC. */
  at: z.iso.datetime(),
  note: text.exactOptional(),
  rights: z.array(RIGHT),
  /** The secrets that a right on a group meant then, by `environment/group`. */
  secrets: z.record(text, z.array(text)),
});

/** One signed review: whole rights with what was decided, so that a right which changed since is told from them. */
export type ReviewRecord = z.infer<typeof RECORD>;

/** The text that is signed: the same for the same review. */
export function renderRecord(record: ReviewRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** @throws RemedyError for a text that is not a review. */
export function parseRecord(json: string, file: string): ReviewRecord {
  try {
    return RECORD.parse(JSON.parse(json));
  } catch (error) {
    throw new RemedyError(
      {
        code: "review-unreadable",
        subject: file,
        cause: "is not a review of access that this program wrote",
        remedy: `git log -- ${shellPath(file)} says who changed it; take the version that was signed`,
      },
      { cause: error },
    );
  }
}

/** A right by what it is on and whose it is; its terms are what a review is about. */
export function keyOf({ environment, group, rotator = "", identity }: Right): string {
  return [environment, group, rotator, identity.type, identity.name].join("\0");
}

/** Whether two rights say the same: another level, time, policy or reason is another right to review. */
export function isSameRight(a: Right, b: Right): boolean {
  const termsOf = ({ level, maxOpenDuration, because }: Right) =>
    JSON.stringify([level, maxOpenDuration ?? "", because.map(({ policy, why }) => [policy, why]).sort()]);
  return termsOf(a) === termsOf(b);
}
