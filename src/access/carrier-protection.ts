import { SCRIPT_PATH, WORKFLOW_PATH } from "../catalog/layout";
import type { Settings } from "../catalog/settings";
import { counted } from "../text";
import {
  type AskRepository,
  type BranchFacts,
  branchFacts,
  type FileFacts,
  fileFacts,
  listOf,
  type Rule,
} from "./carrier-facts";
import { covers, ownersOf } from "./path-patterns";

/** How one place of a carrier repository is protected from people with `write` on it. */
export interface Protection {
  code: string;
  /** `unknown` is what GitHub does not show; it is never taken for protected. */
  state: "ok" | "warning" | "unknown";
  cause: string;
  remedy?: string;
}

/** One place of a carrier repository to look at. */
export interface ProtectionCheck {
  /** `branch main of carrier`. */
  subject: string;
  look: () => Promise<Protection>;
}

/** The two files that decide what a sync job does with every secret and with its token of Pulumi Cloud. */
export const SYNC_FILES = [WORKFLOW_PATH, SCRIPT_PATH] as const;

/**
 * What protects the jobs of a carrier repository from whoever has `write` on it: a pull request with a review before the
 * branch changes, a review of the two files by people who are named, and the GitHub environments' reviewers and branches.
 *
 * @param settings of the stack that owns the organization-wide objects: its deployment environments need reviewers.
 */
export function protectionChecks(
  settings: Pick<Settings, "branch" | "environments" | "organizationStack">,
  repository: string,
  ask: AskRepository,
): ProtectionCheck[] {
  const { branch, environments, organizationStack } = settings;
  // Asked once, for the branch and for the files.
  let rules: Promise<Rule[] | undefined> | undefined;
  const asked = () => {
    rules ??= listOf<Rule>(ask(`/rules/branches/${encodeURIComponent(branch)}?per_page=100`));
    return rules;
  };
  let listed: Promise<unknown> | undefined;
  const shown = async () => {
    listed ??= ask("/environments?per_page=100");
    return (await listed) as EnvironmentList | undefined;
  };
  return [
    {
      subject: `branch ${branch} of ${repository}`,
      look: async () => ofBranch(await branchFacts(branch, await asked(), ask), organizationStack),
    },
    {
      subject: `workflow and script in ${repository}`,
      look: async () => ofFiles(await fileFacts(branch, await asked(), ask), organizationStack),
    },
    ...environments.map((deployment) => ({
      subject: `GitHub environment ${deployment} of ${repository}`,
      look: async () => ofEnvironment(await shown(), deployment, branch),
    })),
  ];
}

const IN_GITHUB =
  "or do it in GitHub: the repository's Settings, Rules, Rulesets (private repositories need GitHub Team)";

function ofBranch({ reviews, forcePush }: BranchFacts, stack: string): Protection {
  if (reviews === undefined || forcePush === undefined) return unknown("how the branch is protected");
  const open = [
    ...(reviews === "none" ? ["anyone with write may push to it, without a pull request"] : []),
    ...(reviews === 0 ? ["a pull request into it needs no review"] : []),
    ...(forcePush ? ["anyone with write may rewrite it by a force push"] : []),
  ];
  if (open.length === 0)
    return ok(`it needs a pull request and ${counted(reviews as number, "review")}, and takes no force push`);
  return {
    code: "carrier-branch-open",
    state: "warning",
    cause: `${open.join("; ")}: anyone who changes the script there gets the job's secrets and its token`,
    remedy: `pulumi config set protectCarriers branch -s ${stack}, and pulumi up -s ${stack}; ${IN_GITHUB}`,
  };
}

function ofFiles({ guarded, codeOwners, complete }: FileFacts, stack: string): Protection {
  const open = SYNC_FILES.filter(
    (file) =>
      !guarded.some((pattern) => covers(pattern, file)) &&
      (codeOwners === undefined || ownersOf(codeOwners, file).length === 0),
  );
  if (open.length === 0) return ok("only people who are named change them, or approve a change");
  if (!complete) return unknown("all rules of the repository");
  return {
    code: "carrier-files-open",
    state: "warning",
    cause: `anyone's review is enough for ${open.join(" and ")}, which decide what a job does with every secret`,
    remedy: `pulumi config set protectCarriers branch-and-files -s ${stack}, and pulumi up -s ${stack}; or name code owners for them and require their review; ${IN_GITHUB}`,
  };
}

/** The GitHub environments of a repository, a page of them, as the REST API shows them. */
interface EnvironmentList {
  total_count?: number;
  environments?: {
    name?: string;
    protection_rules?: { type?: string; reviewers?: unknown[] }[];
    deployment_branch_policy?: unknown;
  }[];
}

function ofEnvironment(list: EnvironmentList | undefined, name: string, branch: string): Protection {
  const { environments = [], total_count: count = 0 } = list ?? {};
  const found = environments.find((each) => each.name?.toLowerCase() === name.toLowerCase());
  if (list === undefined || (found === undefined && count > environments.length))
    return unknown("the repository's GitHub environments");
  const { protection_rules: rules = [], deployment_branch_policy: policy } = found ?? {};
  const reviewed = rules.some(
    ({ type, reviewers = [] }) => type === "required_reviewers" && reviewers.length > 0,
  );
  const open = [
    ...(found === undefined
      ? ["it is not there, and GitHub makes it without rules when a job names it"]
      : []),
    ...(reviewed ? [] : ["no reviewer has to approve its jobs"]),
    ...(policy ? [] : [`workflows of any branch may use it, not of ${branch} alone`]),
  ];
  if (open.length === 0) return ok("it has reviewers and a rule for branches");
  return {
    code: "carrier-environment-open",
    state: "warning",
    cause: open.join("; "),
    remedy:
      "set environmentReviewers in the config of the organization's stack, which declares both; protectCarriers declares the rule for branches alone (GitHub has reviewers of private repositories in its Enterprise plan alone)",
  };
}

function ok(cause: string): Protection {
  return { code: "carrier-protected", state: "ok", cause };
}

function unknown(hidden: string): Protection {
  return {
    code: "carrier-protection-unknown",
    state: "unknown",
    cause: `GitHub does not show this token ${hidden}`,
    remedy: "look with a token of an administrator of the repository (classic: scope repo)",
  };
}
