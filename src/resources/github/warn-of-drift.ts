import { setImmediate as afterCallbacks } from "node:timers/promises";
import type { ResolvedEntry } from "../../catalog/entry";
import { type SlotName, slotNames } from "../../catalog/slots";
import { messageOf, type Problem } from "../../errors";
import { COMMAND } from "../../text";
import { warn } from "../diagnostics";
import type { GitHubSecrets } from "./github-secrets";
import type { OrganizationSecret } from "./organization-secret";

/** A secret and what was declared for it. */
export interface DeclaredSecret {
  slot: SlotName;
  resource: OrganizationSecret;
}

/** What is compared with GitHub. */
export interface Comparison {
  /** Organization secrets of this run. */
  declared: readonly DeclaredSecret[];
  /** Every entry of the catalog. */
  secrets: readonly ResolvedEntry[];
  /** GitHub organization, for the names of its repositories. */
  owner: string;
  carriers: readonly string[];
  inGitHub: GitHubSecrets;
}

/**
 * In a preview: one warning of differences in GitHub that no provider sees, from the organization's list and that of
 * each carrier. Whoever may not read the lists is told so, and gets their preview.
 */
export async function warnOfDrift(args: Comparison): Promise<void> {
  const { secrets, owner, carriers, inGitHub } = args;
  try {
    const hidden = await Promise.all(
      carriers.map(async (name) => ({ repository: `${owner}/${name}`, names: await inGitHub.ownOf(name) })),
    );
    const inState = await namesInState(args.declared);
    const declared = args.declared.map(({ slot }) => ({
      name: slot.name,
      visibility: slot.secret.visibility,
    }));
    await warn(...driftInLists(declared, inState, secrets, await inGitHub.ofOrganization(), hidden));
  } catch (error) {
    await warn({
      code: "drift-unknown",
      subject: SUBJECT,
      cause: `whether they are as declared is unknown: ${messageOf(error)}`,
      remedy: `${COMMAND} drift looks again`,
    });
  }
}

const SUBJECT = "secrets in GitHub";

/** Names of secrets that the state has: those whose id a preview knows. */
async function namesInState(declared: readonly DeclaredSecret[]): Promise<Set<string>> {
  const known = new Set<string>();
  const answered = declared.map(({ slot, resource }) => {
    resource.secret.id.apply(() => known.add(slot.name));
    return new Promise((done) => {
      resource.secret.urn.apply(done);
    });
  });
  await Promise.all(answered);
  // Id and URN come with one answer, in no promised order.
  await afterCallbacks();
  return known;
}

/** A secret's name and who may read it. */
interface Readable {
  name: string;
  visibility: string;
}

/** Names told in one line before the rest is only counted. */
const TOLD = 20;

/**
 * What a list of the organization's secrets shows to differ from the declaration; one problem of each code, names only.
 *
 * @param declared organization secrets of this run.
 * @param inState names of those that an earlier run made. One of them that GitHub lacks was deleted there.
 * @param secrets the whole catalog: aliases and secrets about to be deleted belong to it.
 * @param listed GitHub's list, names in upper case.
 * @param hiding secrets of the carriers themselves, which their workflows read instead of the organization's.
 */
export function driftInLists(
  declared: readonly Readable[],
  inState: ReadonlySet<string>,
  secrets: readonly ResolvedEntry[],
  listed: readonly Readable[],
  hiding: readonly { repository: string; names: readonly string[] }[] = [],
): Problem[] {
  const there = new Map(listed.map(({ name, visibility }) => [name, visibility]));
  const known = new Set([
    ...slotNames(secrets).map(({ name }) => name),
    ...secrets.flatMap(({ aliases }) => aliases),
  ]);
  const changed = declared.flatMap(({ name, visibility }) => {
    const actual = there.get(name);
    return actual === undefined || actual === visibility
      ? []
      : [`${name} (${actual}, declared ${visibility})`];
  });
  const deleted = declared
    .filter(({ name }) => inState.has(name) && !there.has(name))
    .map(({ name }) => name);
  const unknown = listed.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  const names = new Set(declared.map(({ name }) => name));
  const hidden = hiding.flatMap(({ repository, names: own }) =>
    own.filter((name) => names.has(name)).map((name) => `${name} (${repository})`),
  );
  const remedy = `${COMMAND} drift shows what to do`;
  return [
    { code: "visibility-differs", subject: SUBJECT, names: changed, cause: "visibility changed", remedy },
    {
      code: "secret-missing",
      subject: SUBJECT,
      names: deleted,
      cause: "deleted",
      remedy: `pulumi up --refresh, or ${COMMAND} repair ${[...deleted].sort().join(" ")}, makes them again; then ${COMMAND} set NAME --replace sets the value`,
    },
    { code: "secret-undeclared", subject: SUBJECT, names: unknown, cause: "not in the catalog", remedy },
    {
      code: "secret-shadowed",
      subject: SUBJECT,
      names: hidden,
      cause: "hidden from the sync by a secret of the carrier's own",
      remedy,
    },
  ]
    .filter((each) => each.names.length > 0)
    .map(({ names: of, cause, ...rest }) => ({ ...rest, cause: `${cause}: ${told(of)}` }));
}

function told(names: readonly string[]): string {
  const sorted = [...names].sort();
  const more = sorted.length > TOLD ? ` and ${sorted.length - TOLD} more` : "";
  return `${sorted.slice(0, TOLD).join(", ")}${more}`;
}
