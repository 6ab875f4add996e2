import {
  type OrganizationWorkflows,
  organizationLogin,
  organizationWorkflows,
} from "../../clients/github-organization";
import { NotShownError } from "../../clients/github-refusal";
import type { SecretVisibility } from "../../clients/github-secrets";
import { type Problem, RemedyError } from "../../errors";
import { counted } from "../../text";
import type { FolderContext, Report } from "../context";
import { inParallel } from "../in-parallel";

/** An organization secret that is there. */
export interface FoundSecret {
  name: string;
  visibility: SecretVisibility;
  /** Repositories that may read it; empty unless its visibility is `selected`. */
  repositories: readonly string[];
}

/** What an organization has before it begins. Names alone: GitHub gives no value back. */
export interface FoundOrganization {
  /** As GitHub spells it. */
  login: string;
  secrets: readonly FoundSecret[];
  /** Repositories whose workflows take a secret, by its name. */
  uses: ReadonlyMap<string, readonly string[]>;
  repositories: readonly string[];
  /** What could not be read, a sentence each. */
  unseen: readonly string[];
}

/** A name after `secrets.` or in `secrets['...']`. GitHub takes it in any case. */
const USED = /\bsecrets(?:\.|\[\s*['"])([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * Reads an organization's secrets, who may use them, and the workflows that do. Needs the right to read alone.
 *
 * @throws RemedyError when the organization or its secrets are not shown.
 */
export async function readOrganization(
  context: Pick<FolderContext, "githubOf">,
  organization: string,
  report: Report,
): Promise<FoundOrganization> {
  const login = await organizationLogin(context.githubOf(organization).call);
  const { call, secrets: github } = context.githubOf(login);
  const unseen: string[] = [];
  report(`Reading the secrets of ${login}`);
  const listed = await github.listSecrets();
  const secrets = await inParallel(listed, async ({ name, visibility }) => {
    const repositories = visibility === "selected" ? await github.repositoriesOf(name).catch(gone) : [];
    return repositories === undefined ? undefined : { name, visibility, repositories };
  });
  const found = await organizationWorkflows(call, (read, total) =>
    report(`Reading workflows: ${read} of ${counted(total, "repository", "repositories")}`),
  ).catch((error: unknown) => {
    if (!(error instanceof RemedyError)) throw error;
    return { repositories: [], total: 0, stopped: error.problem };
  });
  if (found.stopped !== undefined) unseen.push(unreadWorkflows(found, found.stopped));
  const uses = new Map<string, string[]>();
  for (const { name, workflows } of found.repositories)
    for (const secret of new Set(workflows.flatMap(({ text }) => namesUsedIn(text))))
      uses.set(secret, [...(uses.get(secret) ?? []), name]);
  return {
    login,
    secrets: secrets.filter((each) => each !== undefined),
    uses,
    repositories: found.repositories.filter(({ isArchived }) => !isArchived).map(({ name }) => name),
    unseen,
  };
}

function unreadWorkflows(
  { repositories, total }: Omit<OrganizationWorkflows, "stopped">,
  { cause, remedy }: Problem,
): string {
  const left = total - repositories.length;
  const of = total === 0 ? "" : ` of ${left} of ${counted(total, "repository", "repositories")}`;
  return `workflows${of}: ${cause}; ${remedy}`;
}

function namesUsedIn(text: string): string[] {
  return [...text.matchAll(USED)]
    .map(([, name = ""]) => name.toUpperCase())
    .filter((name) => name !== "GITHUB_TOKEN");
}

/** Secrets and repositories that go while they are read are not a fault. */
function gone(error: unknown): undefined {
  if (error instanceof NotShownError) return undefined;
  throw error;
}

/** Names of the secrets of each GitHub environment of the carriers, by environment. */
export type EnvironmentNames = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the GitHub environments of the carriers.
 *
 * @throws RemedyError naming each carrier that GitHub does not show, or spells otherwise.
 */
export async function readEnvironments(
  context: Pick<FolderContext, "githubOf">,
  organization: string,
  carriers: readonly string[],
): Promise<EnvironmentNames> {
  if (carriers.length === 0) return new Map();
  const { call, secrets: github } = context.githubOf(organization);
  const all = await inParallel(carriers, async (carrier) => {
    await requireCarrier(call, carrier);
    return Promise.all(
      (await github.environments(carrier)).map(
        async (name) => [name, (await github.environmentSecrets(carrier, name).catch(gone)) ?? []] as const,
      ),
    );
  });
  const names = new Map<string, string[]>();
  for (const [environment, secrets] of all.flat())
    names.set(environment, [...new Set([...(names.get(environment) ?? []), ...secrets])]);
  return names;
}

async function requireCarrier(
  { get, ofRepository, organization }: ReturnType<FolderContext["githubOf"]>["call"],
  carrier: string,
): Promise<void> {
  const remedy = `create it: gh repo create ${organization}/${carrier} --private --add-readme; or name another with --carriers`;
  const { full_name } = await get({ ...ofRepository(carrier), remedy }, `/repos/${organization}/${carrier}`);
  if (full_name === `${organization}/${carrier}`) return;
  throw new RemedyError({
    code: "github-name-differs",
    subject: carrier,
    cause: `GitHub spells it ${full_name}, and trust compares names by letter`,
    remedy: `name it so: --carriers ${String(full_name).split("/").at(-1)}`,
  });
}
