import { WORKFLOW_FILE } from "../../secrets/layout";
import type { Settings } from "../../secrets/settings";

/** The command by which a person starts the sync of one carrier. */
export function startSync(
  { githubOrganization }: Pick<Settings, "githubOrganization">,
  carrier: string,
): string {
  return `gh workflow run ${WORKFLOW_FILE} -R ${githubOrganization}/${carrier}`;
}
