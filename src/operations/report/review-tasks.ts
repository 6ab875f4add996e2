import { COMMAND, counted } from "../../text";
import { isDue, type ReviewRow } from "../reviews/review-state";
import { PLATFORM, REVIEWERS, type Task } from "./report-data";

/** What is due is one review, however many rights it is of; what was decided against is one task each. */
export function reviewTasks(rows: readonly ReviewRow[]): Task[] {
  const due = rows.filter(isDue);
  const count = (state: ReviewRow["state"]) => rows.filter((row) => row.state === state).length;
  const parts = [
    [count("never"), "never reviewed"],
    [count("changed"), "changed since"],
    [count("due"), "past their day"],
  ].flatMap(([number, words]) => (number === 0 ? [] : [`${number} ${words}`]));
  const review: Task = {
    owner: REVIEWERS,
    urgency: count("changed") + count("due") > 0 ? "now" : "soon",
    code: "access-review-due",
    subject: counted(due.length, "right"),
    environments: [],
    cause: parts.join(", "),
    command: `${COMMAND} access --review`,
  };
  const removals = rows.flatMap(({ right, state, review }): Task[] => {
    if (state !== "to-remove" || review === undefined) return [];
    const policies = right.because.map(({ policy }) => policy).join(", ");
    return [
      {
        owner: PLATFORM,
        urgency: "now",
        code: "access-to-remove",
        subject: right.identity.name,
        environments: [right.environment],
        cause: `${review.reviewer} decided on ${review.at.slice(0, 10)} that ${right.level} on ${right.group} must go`,
        remedy: `take it from the policy ${policies} in secrets/access-policies.ts, then pulumi up`,
      },
    ];
  });
  return [...(due.length === 0 ? [] : [review]), ...removals];
}
