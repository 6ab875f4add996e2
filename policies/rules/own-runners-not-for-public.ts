import type { PolicyResource } from "@pulumi/policy";
import { TYPES } from "../resource-types";
import { each, ifKnown, stackRule } from "../rule";
import { canBeWorkflow, isFields, jobsIn } from "../workflow";

/** Labels of the machines that GitHub itself offers (docs.github.com, "GitHub-hosted runners reference"). */
const HOSTED = /^(?:ubuntu|macos|windows)-/i;

/**
 * For repositories that the stack declares: of others it does not know who may read them. A group may hold larger machines
 * of GitHub's own, which a workflow does not tell, so only labels count.
 */
export const ownRunnersNotForPublic = stackRule(
  {
    name: "own-runners-not-for-public",
    description:
      "No workflow of a public repository runs on the organization's own machines, which anyone's pull request could reach.",
    remedy:
      "make the repository private, or let the job run on one of GitHub's machines, such as ubuntu-latest",
    enforcementLevel: "mandatory",
  },
  function* ({ resources }) {
    const open = new Set(resources.filter(isPublic).map(({ props }) => String(props.name).toLowerCase()));
    const files = resources.filter(({ type }) => canBeWorkflow(type));
    yield* each(files, function* ({ props, urn }) {
      if (!open.has(String(props.repository).toLowerCase())) return;
      for (const { path, fields } of jobsIn(props))
        if (labelsOf(fields["runs-on"]).some((label) => !HOSTED.test(label)))
          yield { cause: `${path} runs on machines of the organization, and its repository is public`, urn };
    });
  },
);

/** GitHub's provider makes a repository public where nothing is said. */
function isPublic({ type, props }: PolicyResource): boolean {
  if (type !== TYPES.repository) return false;
  const visibility = ifKnown(() => props.visibility);
  return visibility === "public" || (visibility === undefined && ifKnown(() => props.private) !== true);
}

/** An expression may give any label: it counts as one of the organization's. */
function labelsOf(runsOn: unknown): string[] {
  const wanted = isFields(runsOn) ? runsOn.labels : runsOn;
  return (Array.isArray(wanted) ? wanted : wanted === undefined ? [] : [wanted]).map(String);
}
