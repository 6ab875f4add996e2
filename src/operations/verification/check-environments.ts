import { declaredAccess } from "../../access/declared-access";
import type { ResolvedCatalog } from "../../catalog/entry";
import { declaredComposite, escLayout } from "../../catalog/esc-environments";
import { compositeEnvironment, type EscEnvironmentId, pathOf, startSyncs } from "../../catalog/layout";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { NotFoundError, type PulumiCall, parseAnswer } from "../../clients/pulumi-call";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { problemOf } from "../../errors";
import { impossibleClaims } from "../../ledger/claims";
import { describePause, pauseAt } from "../../ledger/pause";
import { COMMAND, namesIn } from "../../text";
import { boundedYaml } from "../../yaml-text";
import { findAccessDifferences, observeAccess } from "../access/access-differences";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import {
  askAgainWhereLater,
  ignoreRefusal,
  type SeenInGitHub,
  seeEnvironment,
} from "../observation/environments";
import { foreignContent, type OwnParts } from "../observation/text-content";
import { readStacks } from "../project";
import { findStatus, type Status } from "../status/find-status";
import type { SecretState } from "../status/secret-causes";
import { type Check, check, firstOf, ok, wrong } from "./check";

/** Whether the ESC environments of an environment exist, with those that ESC rotates, and are protected from deletion. */
export function checkEnvironments(
  catalog: ResolvedCatalog,
  settings: Settings,
  deployment: string,
  call: PulumiCall,
): Promise<Check> {
  return check(`ESC of ${deployment}`, async () => {
    const { kept: keptIds, composite: compositeId } = escLayout(catalog, settings, deployment);
    const [kept, composite] = [keptIds.map(pathOf), pathOf(compositeId)];
    const states = await inParallel([...kept, composite], (path) => protection(call, path));
    const missing = [...kept, composite].filter((_, index) => states[index] === "missing");
    const open = kept.filter((_, index) => states[index] === "deletable");
    const remedy = "pulumi up --refresh for the stack that owns it";
    if (missing.length > 0) return wrong("esc-environments-missing", `missing: ${namesIn(missing)}`, remedy);
    if (open.length > 0)
      return wrong("esc-environments-deletable", `not protected from deletion: ${namesIn(open)}`, remedy);
    return ok("esc-environments-protected", `${states.length} environments, values protected from deletion`);
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
 * Whether what applications and people open is what the stack declares: imports and nothing else. A value in a composite
 * overrides what the sync wrote, and no sync would ever fix that.
 *
 * @param settings config of the stack that owns the environment.
 */
export function checkComposites(
  catalog: ResolvedCatalog,
  settings: Settings,
  deployment: string,
  cloud: PulumiCloud,
): Promise<Check> {
  return check(`composites of ${deployment}`, async () => {
    const textOf = (groups: readonly string[]) =>
      declaredComposite(settings, catalog.rotators, deployment, groups);
    const composite = compositeEnvironment(settings, deployment);
    const actual = await cloud.read(pathOf(composite));
    const others = await Promise.all(
      audiencesIn(catalog, settings, deployment).map(async (audience) => {
        // Whether a policy's composite exists is for another check: this token may not see it.
        const text = await cloud.read(pathOf(audience.environment)).catch(ignoreRefusal);
        return { id: audience.environment, wanted: textOf(audience.groups), text: text?.text };
      }),
    );
    const all: { id: EscEnvironmentId; wanted: string; text: string | undefined }[] = [
      { id: composite, wanted: textOf(Object.keys(catalog.groups)), text: actual.text },
      ...others,
    ];
    const changed = all.filter(({ wanted, text }) => text !== undefined && text.trim() !== wanted.trim());
    if (changed.length === 0)
      return ok("composites-match", "imports as declared, and no values of their own");
    const told = changed.map(({ id, wanted, text = "" }) => {
      const holds = foreignContent(text, partsOf(wanted));
      return `${pathOf(id)}${holds.length === 0 ? "" : ` has ${holds.join("; ")}`}`;
    });
    return wrong(
      "composites-differ",
      `not the declared text, so it can override what the sync wrote: ${firstOf(told)}`,
      "look at it (pulumi env get), then pulumi up --refresh for the stack that owns it",
    );
  });
}

/** Of a composite: what it declares. */
function partsOf(wanted: string): OwnParts {
  const { imports = [] } = (boundedYaml(wanted) ?? {}) as { imports?: string[] };
  const names = new Set(imports.map((each) => each.split("@")[0]));
  return { hasImport: (path) => names.has(path), hasPlace: () => false };
}

function audiencesIn(catalog: ResolvedCatalog, settings: Settings, deployment: string) {
  if (!EDITIONS_WITH_TEAMS.includes(settings.edition)) return [];
  return declaredAccess(catalog, settings, deployment).audiences;
}

/**
 * States in which applications get what they should. An overdue value works; `rotation` tells of it. The time in GitHub
 * that makes a value "newer-in-github" also moves with the repositories with access. A proposed change waits for approval
 * where changes need one. `undeclared` is not among them: applications get a variable that nobody declared and nobody
 * rotates.
 */
const WORKS: ReadonlySet<SecretState> = new Set(["in-sync", "overdue", "newer-in-github", "proposed"]);

/** Whether an environment has what GitHub has, as its ledger tells. */
export function checkLedger(
  context: Context,
  deployment: string,
  cloud: PulumiCloud,
  inGitHub: () => Promise<SeenInGitHub>,
): Promise<Check> {
  return check(`values of ${deployment}`, async () => {
    const seen = await seeEnvironment(context, cloud, deployment);
    if (seen.ledger === undefined)
      return {
        code: "ledger-unreadable",
        state: "unknown",
        cause: "its ledger cannot be read",
        remedy:
          "pulumi up --refresh for the stack that owns it makes one that is not there; otherwise use a token that may read it",
      };
    const first = await inGitHub().catch(problemOf);
    const isSeen = "updated" in first;
    const github = isSeen ? await askAgainWhereLater(context, [seen.ledger], first) : undefined;
    const claims = impossibleClaims(seen.ledger, { newestRun: github?.newestRun, now: context.now() });
    if (claims.length > 0)
      return wrong(
        "ledger-impossible",
        firstOf(claims.map(({ name, cause }) => `${name}: ${cause}`)),
        `no sync wrote that, or its run was deleted: ${COMMAND} repair --ledgers && ${startSyncs(context.project.settings)}`,
      );
    const pause = pauseAt(seen.ledger.paused, context.now().toISOString());
    if (pause !== undefined)
      return wrong(
        "sync-paused",
        describePause(pause),
        `once GitHub has the right values and the reason is gone: ${COMMAND} resume ${deployment}`,
      );
    const declared = { catalog: context.catalog, settings: context.project.settings };
    const all = findStatus(declared, [seen], github, context.now());
    const open = all.filter((each) => each.open && !each.standing.every((state) => WORKS.has(state)));
    const unseen =
      github?.newestRun === undefined
        ? "; the runs that its ledger names are not compared: this token may not see runs of every carrier"
        : "";
    if (open.length === 0 && !isSeen)
      return {
        code: "values-not-compared",
        state: "unknown",
        cause: `${all.length} as the last sync left them; whether GitHub has other ones is not known: ${first.subject}: ${first.cause}`,
        remedy: first.remedy,
      };
    if (open.length === 0)
      return ok("values-in-sync", `${all.length} in sync, or left unset on purpose${later(all)}${unseen}`);
    const names = open.map(({ name }) => name);
    const cause = `${open.length} of ${all.length} need attention`;
    const remedy = `${COMMAND} status`;
    return wrong("values-differ", `${cause}: ${namesIn(names)}`, `${remedy} --environment ${deployment}`, {
      cause,
      names,
      remedy,
    });
  });
}

/** What the next sync or an approval settles. */
function later(all: readonly Status[]): string {
  const count = (standing: SecretState) => all.filter((each) => each.standing.includes(standing)).length;
  const [newer, proposed] = [count("newer-in-github"), count("proposed")];
  return [
    newer === 0 ? "" : `; ${newer} maybe newer in GitHub, which the next sync brings`,
    proposed === 0 ? "" : `; ${proposed} proposed, to be approved and applied in Pulumi Cloud`,
  ].join("");
}

/** Whether Pulumi Cloud gives people the access that the policies say, and nothing by default. */
export function checkAccess(context: Context): Promise<Check> {
  return check("access", async () => {
    const { catalog, project } = context;
    const stacks = [...readStacks(project).values()];
    const differences = findAccessDifferences(
      catalog,
      project.settings,
      await observeAccess(context),
      stacks,
    );
    if (differences.length === 0) return ok("access-matches", "as the policies give, and nothing by default");
    return wrong(
      "access-differs",
      firstOf(differences.map(({ subject, cause }) => `${subject}: ${cause}`)),
      `${COMMAND} access says what to do for each`,
    );
  });
}
