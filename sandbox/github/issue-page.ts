import type { Repository } from "./github-state";
import type { Issue } from "./issue-json";

/** An issue as a person reads it. Comments there are none: nothing here writes them. */
export function issuePage(repository: Repository, issue: Issue): string {
  const { number, title, state, author, createdAt, labels, body } = issue;
  const about = [
    `${repository.owner}/${repository.name}`,
    `opened by ${author}, ${createdAt}`,
    ...(labels.length === 0 ? [] : [`labels: ${labels.join(", ")}`]),
  ];
  return `#${number} ${title}: ${state}\n${about.join("; ")}\n\n${body ?? ""}\n`;
}
