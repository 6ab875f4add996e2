import { repositoryIn } from "../../catalog/github-names";
import type { Settings } from "../../catalog/settings";
import { createGitHubIssues, type GitHubIssues, type OpenIssue } from "../../clients/github-issues";
import { RemedyError } from "../../errors";
import type { RotationRow } from "../../ledger/rotation";
import { COMMAND } from "../../text";
import type { Context } from "../context";

/** What must be done so that each overdue secret has one open issue, and no other has one. */
export interface IssuePlan {
  create: IssueText[];
  update: { number: number; text: IssueText }[];
  close: { number: number; name: string; reason: "completed" | "not_planned" }[];
  /** Names whose issue says already what it should. */
  unchanged: string[];
}

export interface IssueText {
  name: string;
  title: string;
  body: string;
}

const ISSUE_LABEL = "secret-rotation";

/**
 * The repository that keeps the issues, as `owner/name`.
 *
 * @param named `owner/name`, or `name` for the organization's; true: the program's own repository.
 * @throws RemedyError for any other text, and when the program's repository is not declared.
 */
export function issueRepository(settings: Settings, named: string | true): string {
  const repository = named === true ? settings.programRepository : named;
  if (repository === undefined)
    throw new RemedyError({
      code: "program-repository-missing",
      subject: "--issues",
      cause: "it is not said where",
      remedy: "name a repository behind it, or set programRepository in the stack's config",
    });
  return repositoryIn(settings.githubOrganization, repository, "--issues");
}

/** What became of the issues. */
export interface KeptIssues {
  /** A line for each thing done. */
  done: string[];
  /** How many are open now. */
  open: number;
  /** The label that new ones lack, because the token may not set it. */
  missingLabel: string | undefined;
}

/**
 * Opens, updates and closes issues so that each overdue secret has one.
 *
 * @param repository `owner/name`.
 * @param rows of every owner.
 * @param owner issues of this owner's secrets alone.
 * @throws RemedyError at the first that GitHub refuses.
 */
export async function keepIssues(
  context: Context,
  repository: string,
  rows: readonly RotationRow[],
  owner: string | undefined,
): Promise<KeptIssues> {
  const issues = createGitHubIssues(context.githubCall(), repository);
  const mayLabel = await issues.mayLabel();
  const plan = planIssues(rows, await issues.ownOpen(), owner);
  return {
    done: await applyIssues(issues, plan, mayLabel),
    open: plan.create.length + plan.update.length + plan.unchanged.length,
    missingLabel: !mayLabel && plan.create.length > 0 ? ISSUE_LABEL : undefined,
  };
}

/**
 * By this an issue is found again, whatever people make of its title and labels: its whole first line. Elsewhere it is
 * somebody's quotation.
 */
const MARKER = /^<!-- sophia-secrets rotation: ([A-Za-z0-9_]+) -->(?=\r?\n|$)/;

/**
 * Plans the issues: a pure function. An issue is closed once its secret is rotated or gone, and left alone while nobody
 * can say. Its text holds days and no counts of them, so that an issue changes only when something did.
 *
 * @param rows of every owner.
 * @param open issues of our own.
 * @param owner issues of this owner's secrets alone.
 */
export function planIssues(
  rows: readonly RotationRow[],
  open: readonly OpenIssue[],
  owner: string | undefined,
): IssuePlan {
  const plan: IssuePlan = { create: [], update: [], close: [], unchanged: [] };
  const secrets = groupByName(rows);
  const found = issuesByName(open);
  for (const [name, own] of secrets) planOne(plan, name, own, found.get(name) ?? [], owner);
  for (const [name, issues] of found) {
    if (secrets.has(name)) continue;
    for (const { number } of issues) plan.close.push({ number, name, reason: "not_planned" });
  }
  return plan;
}

function planOne(
  plan: IssuePlan,
  name: string,
  rows: readonly RotationRow[],
  [first, ...doubles]: readonly OpenIssue[],
  owner: string | undefined,
): void {
  for (const { number } of doubles) plan.close.push({ number, name, reason: "not_planned" });
  const late = rows.filter(({ state }) => state === "overdue");
  if (late.length === 0) {
    const isKnown = rows.every(({ state }) => state !== "unknown");
    if (first !== undefined && isKnown) plan.close.push({ number: first.number, name, reason: "completed" });
    return;
  }
  if (owner !== undefined && late[0]?.owner !== owner) return;
  const text = textOf(name, late);
  if (first === undefined) plan.create.push(text);
  else if (first.title === text.title && sameText(first.body, text.body)) plan.unchanged.push(name);
  else plan.update.push({ number: first.number, text });
}

function groupByName(rows: readonly RotationRow[]): Map<string, RotationRow[]> {
  const groups = new Map<string, RotationRow[]>();
  for (const row of rows) groups.set(row.name, [...(groups.get(row.name) ?? []), row]);
  return groups;
}

/** Oldest first: where two runs raced, the older one stays. */
function issuesByName(open: readonly OpenIssue[]): Map<string, OpenIssue[]> {
  const groups = new Map<string, OpenIssue[]>();
  for (const issue of [...open].sort((a, b) => a.number - b.number)) {
    const name = MARKER.exec(issue.body)?.[1];
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), issue]);
  }
  return groups;
}

/** GitHub's web form gives lines other ends. */
function sameText(a: string, b: string): boolean {
  return a.replaceAll("\r\n", "\n").trim() === b.trim();
}

function textOf(name: string, late: readonly RotationRow[]): IssueText {
  const { owner, page, rotationDays } = late[0] as RotationRow;
  const body = [
    `<!-- sophia-secrets rotation: ${name} -->`,
    `\`${name}\` of ${owner} is past its rotation: a new value every ${rotationDays} days.`,
    "",
    "| environments | last change | due |",
    "|---|---|---|",
    ...late.map((row) => {
      const where = row.environments.join(", ") || "GitHub alone";
      return `| ${where} | ${row.changed?.slice(0, 10) ?? "not known"} | ${row.dueOn ?? "not known"} |`;
    }),
    "",
    `1. Make a new one${page === undefined ? " where it is from" : `: ${page}`}`,
    `2. \`${COMMAND} set ${name} --replace\``,
    `3. Run the sync, then revoke the old one`,
    "",
    "Closed by itself once the sync has seen another value. Never write a value here.",
  ];
  return { name, title: `Rotate ${name}`, body: body.join("\n") };
}

async function applyIssues(issues: GitHubIssues, plan: IssuePlan, mayLabel: boolean): Promise<string[]> {
  const done: string[] = [];
  for (const { name, title, body } of plan.create) {
    const url = await issues.create({ title, body, labels: mayLabel ? [ISSUE_LABEL] : [] });
    done.push(`${name}: opened ${url}`);
  }
  for (const { number, text } of plan.update) {
    await issues.update(number, { title: text.title, body: text.body });
    done.push(`${text.name}: updated #${number}`);
  }
  for (const { number, name, reason } of plan.close) {
    await issues.close(number, reason);
    done.push(`${name}: closed #${number}${reason === "completed" ? "" : ", for it has none to ask for"}`);
  }
  return done;
}
