import { declaredAccess } from "../../access/declared-access";
import type { ResolvedCatalog } from "../../catalog/entry";
import { declaredComposite, escEnvironments } from "../../catalog/esc-environments";
import { compositeEnvironment, type EscEnvironment, pathOf } from "../../catalog/layout";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { NotFoundError, type PulumiCall, parseAnswer } from "../../clients/pulumi-call";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { describePause, pauseAt } from "../../ledger/pause";
import { COMMAND, namesIn } from "../../text";
import { findAccessDifferences, observeAccess } from "../access/access-differences";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { ignoreRefusal, type SeenInGitHub, seeEnvironment } from "../observation/environments";
import { readStacks } from "../project";
import { findStatus, type SecretState, type Status } from "../status/find-status";
import { type Check, checkLink } from "./check";

/** Whether the ESC environments of an environment are there, what ESC rotates included, and kept from deletion. */
export function checkEnvironments(
  catalog: ResolvedCatalog,
  settings: Settings,
  environment: string,
  call: PulumiCall,
): Promise<Check> {
  return checkLink(`ESC of ${environment}`, async () => {
    const { kept: keptIds, composite: compositeId } = escEnvironments(catalog, settings, environment);
    const [kept, composite] = [keptIds.map(pathOf), pathOf(compositeId)];
    const states = await inParallel([...kept, composite], (path) => protection(call, path));
    const missing = [...kept, composite].filter((_, index) => states[index] === "missing");
    const open = kept.filter((_, index) => states[index] === "deletable");
    const remedy = "pulumi up --refresh for the stack that owns it";
    if (missing.length > 0) return { standing: "wrong", what: `not there: ${namesIn(missing)}`, remedy };
    if (open.length > 0) return { standing: "wrong", what: `anybody's to delete: ${namesIn(open)}`, remedy };
    return { standing: "ok", what: `${states.length} environments, values protected from deletion` };
  });
}

async function protection(call: PulumiCall, path: string): Promise<"protected" | "deletable" | "missing"> {
  const place = `${call.organization}/${path}`;
  try {
    const answer = await call(place, `/api/esc/environments/${place}/settings`);
    const { deletionProtected } = parseAnswer(place, answer) as { deletionProtected?: boolean };
    return deletionProtected === true ? "protected" : "deletable";
  } catch (error) {
    if (error instanceof NotFoundError) return "missing";
    throw error;
  }
}

/**
 * Whether what applications and people open is what the stack declares: imports and nothing else. A value of its own
 * would stand above what the sync wrote, and no sync would ever mend it.
 *
 * @param settings config of the stack that owns the environment.
 */
export function checkComposites(
  catalog: ResolvedCatalog,
  settings: Settings,
  environment: string,
  cloud: PulumiCloud,
): Promise<Check> {
  return checkLink(`composites of ${environment}`, async () => {
    const textOf = (groups: readonly string[]) =>
      declaredComposite(settings, catalog.rotators, environment, groups);
    const composite = compositeEnvironment(settings, environment);
    const standing = await cloud.read(pathOf(composite));
    const others = await Promise.all(
      audiencesIn(catalog, settings, environment).map(async (audience) => {
        // A composite of a policy is its people's: whether it is there and seen, other links tell.
        const text = await cloud.read(pathOf(audience.environment)).catch(ignoreRefusal);
        return { id: audience.environment, wanted: textOf(audience.groups), text: text?.text };
      }),
    );
    const all: { id: EscEnvironment; wanted: string; text: string | undefined }[] = [
      { id: composite, wanted: textOf(Object.keys(catalog.groups)), text: standing.text },
      ...others,
    ];
    const changed = all.filter(({ wanted, text }) => text !== undefined && text.trim() !== wanted.trim());
    if (changed.length === 0) return { standing: "ok", what: "imports as declared, and nothing above them" };
    return {
      standing: "wrong",
      what: `another text than declared, which stands above what the sync wrote: ${namesIn(changed.map(({ id }) => pathOf(id)))}`,
      remedy: "look at it (pulumi env get), then pulumi up --refresh for the stack that owns it",
    };
  });
}

function audiencesIn(catalog: ResolvedCatalog, settings: Settings, environment: string) {
  if (!EDITIONS_WITH_TEAMS.includes(settings.edition)) return [];
  return declaredAccess(catalog, settings, environment).audiences;
}

/**
 * An overdue value works; rotation tells of it. And the time in GitHub that makes one maybe newer moves with its readers
 * too, and stands for an environment's own value where it hides the organization's. A change that waits for approval is as
 * it should be where changes do. What is undeclared is wrong: applications get a variable, or another value, that nobody
 * declared and nobody rotates.
 */
const WORKS: ReadonlySet<SecretState> = new Set(["in-sync", "overdue", "newer-in-github", "proposed"]);

/** Whether an environment has what GitHub has, as its ledger tells. */
export function checkLedger(
  context: Context,
  environment: string,
  cloud: PulumiCloud,
  inGitHub: () => Promise<SeenInGitHub>,
): Promise<Check> {
  return checkLink(`values of ${environment}`, async () => {
    const seen = await seeEnvironment(context, cloud, environment);
    if (seen.ledger === undefined) return { standing: "unknown", what: "its ledger cannot be read" };
    const pause = pauseAt(seen.ledger.paused, context.now().toISOString());
    if (pause !== undefined) {
      const remedy = `once GitHub has the right values and the reason is gone: ${COMMAND} resume ${environment}`;
      return { standing: "wrong", what: describePause(pause), remedy };
    }
    const declared = { catalog: context.catalog, settings: context.project.settings };
    const all = findStatus(declared, [seen], await inGitHub(), context.now());
    const open = all.filter((each) => each.open && !each.standing.every((standing) => WORKS.has(standing)));
    if (open.length === 0)
      return { standing: "ok", what: `${all.length} in sync, or left unset on purpose${later(all)}` };
    const what = `${open.length} of ${all.length} to look after: ${namesIn(open.map(({ name }) => name))}`;
    return { standing: "wrong", what, remedy: `${COMMAND} status --environment ${environment}` };
  });
}

/** What becomes right by itself, or by somebody's approval. */
function later(all: readonly Status[]): string {
  const count = (standing: SecretState) => all.filter((each) => each.standing.includes(standing)).length;
  const [newer, proposed] = [count("newer-in-github"), count("proposed")];
  return [
    newer === 0 ? "" : `; ${newer} maybe newer in GitHub, which the next sync takes`,
    proposed === 0 ? "" : `; ${proposed} proposed, which somebody approves and applies in Pulumi Cloud`,
  ].join("");
}

/** Whether Pulumi Cloud gives people what the policies say: above all, nothing by default. */
export function checkAccess(context: Context): Promise<Check> {
  return checkLink("access", async () => {
    const { catalog, project } = context;
    const stacks = [...readStacks(project).values()];
    const differences = findAccessDifferences(
      catalog,
      project.settings,
      await observeAccess(context),
      stacks,
    );
    if (differences.length === 0)
      return { standing: "ok", what: "as the policies give, and nothing by default" };
    const told = differences.slice(0, 3).map(({ thing, what }) => `${thing}: ${what}`);
    const more = differences.length > told.length ? `; and ${differences.length - told.length} more` : "";
    const remedy = `${COMMAND} access says what to do for each`;
    return { standing: "wrong", what: `${told.join("; ")}${more}`, remedy };
  });
}
