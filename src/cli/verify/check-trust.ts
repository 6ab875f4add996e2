import { declaredTrust, trustedRepositories } from "../../../secrets/declared-trust";
import type { Settings } from "../../../secrets/settings";
import { issuerOf, type Repository } from "../../../secrets/trust";
import { createPulumiTrust } from "../../clients/pulumi-trust";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";
import { namesIn } from "../names-in";
import { readStacks } from "../project";
import { type Check, checkLink } from "./check";
import { findTrustDifferences } from "./trust-differences";

/**
 * Whether Pulumi Cloud trusts GitHub's jobs as the organization's stack declares, and nobody else of that issuer. Other
 * issuers may be somebody's on purpose: they are told.
 */
export function checkTrust(doors: Doors): Promise<Check> {
  return checkLink("trust in GitHub's identities", async () => {
    const { settings, stacks } = organizationStack(doors);
    const repositories = trustedRepositories(settings);
    if (repositories.length === 0) return withoutTrust(settings);
    const trust = createPulumiTrust(doors.cloudCall());
    const url = issuerOf(settings.githubApiUrl);
    const issuers = await trust.issuers();
    const others = issuers.filter((issuer) => issuer.url !== url).map((issuer) => issuer.url);
    const told =
      others.length === 0 ? "" : `; besides it ${others.length} not of this program: ${namesIn(others)}`;
    const issuer = issuers.find((each) => each.url === url);
    if (issuer === undefined) {
      const remedy = `pulumi up -s ${settings.organizationStack}; npx sophia-secrets recover if it says that it exists`;
      return { standing: "wrong", what: `${url} is not registered${told}`, remedy };
    }
    const standing = await trust.rulesOf(issuer);
    const declared = declaredTrust(
      doors.catalog,
      settings,
      stacks,
      await repositoriesOf(doors, repositories),
    );
    const differences = findTrustDifferences(declared, standing);
    if (differences.length === 0)
      return { standing: "ok", what: `${url}, ${declared.length} rules as declared${told}` };
    const remedy = `pulumi up --refresh -s ${settings.organizationStack} puts the declared rules in their place; Pulumi Cloud's audit log says who changed them`;
    return { standing: "wrong", what: `${url}: ${shortly(differences)}${told}`, remedy };
  });
}

/** The stack that declares the trust, of all of the project's. */
function organizationStack({ project }: Doors): { settings: Settings; stacks: string[] } {
  const stacks = readStacks(project);
  const settings = stacks.get(project.settings.organizationStack) ?? project.settings;
  return { settings, stacks: [...stacks.keys()].sort() };
}

function withoutTrust({ edition, syncAuthentication }: Settings): Omit<Check, "link"> {
  if (syncAuthentication === "token")
    return { standing: "ok", what: "none is needed: the sync uses a stored token" };
  const remedy = "set syncAuthentication to token, or edition when the organization has a larger one";
  return { standing: "wrong", what: `edition ${edition} has no team tokens, so no job gets one`, remedy };
}

/** With the ids that the rules hold. @throws RemedyError when GitHub does not show one of them. */
function repositoriesOf({ github }: Doors, names: readonly string[]): Promise<Repository[]> {
  const client = github();
  return inParallel(names, async (name) => ({ name, id: await client.repositoryId(name) }));
}

/** At most so many differences in the line; the rest is counted. */
const TOLD = 3;

function shortly(differences: readonly string[]): string {
  const rest = differences.length > TOLD ? `; and ${differences.length - TOLD} more` : "";
  return `${differences.slice(0, TOLD).join("; ")}${rest}`;
}
