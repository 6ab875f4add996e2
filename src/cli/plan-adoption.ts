import type { Secret } from "../../secrets/entry";
import { RemedyError } from "../errors";

/** What `adopt` does with each name. */
export interface AdoptPlan {
  /** In the catalog and in GitHub, not in the state: these are adopted. */
  adopt: string[];
  /** In the state already. */
  known: string[];
  /** In the catalog, not in GitHub: `up` creates their slots. */
  absent: string[];
}

export const SLOT = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
export const REPOSITORIES =
  "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories";
const PROVIDER = "pulumi:providers:github";

/** What a stack's state holds, as far as adopting looks at it. */
export interface StateFacts {
  /** GitHub names that have a slot, whole: with the resource that holds its repositories where it needs one. */
  slots: ReadonlySet<string>;
  /** The address the state's GitHub provider was given; undefined: none, or no provider yet. */
  githubAddress: string | undefined;
}

/** @param exported `pulumi stack export`. */
export function readState(exported: string, declared: readonly Secret[]): StateFacts {
  const { deployment } = JSON.parse(exported) as {
    deployment?: { resources?: { type: string; inputs?: { secretName?: string; baseUrl?: string } }[] };
  };
  const resources = deployment?.resources ?? [];
  const namesOf = (type: string) =>
    new Set(resources.filter((each) => each.type === type).map((each) => each.inputs?.secretName ?? ""));
  const listed = namesOf(REPOSITORIES);
  const withList = declared.filter(
    ({ visibility, value }) => visibility === "selected" && value === "person",
  );
  const needsList = new Set(withList.map(({ name }) => name));
  // An interrupted run may have left a slot without its list: creating that list later would be a write to GitHub.
  const slots = [...namesOf(SLOT)].filter((name) => !needsList.has(name) || listed.has(name));
  return {
    slots: new Set(slots),
    githubAddress: resources.find((each) => each.type === PROVIDER)?.inputs?.baseUrl,
  };
}

/**
 * What would be adopted.
 *
 * @param declared the organization secrets that the program declares.
 * @param wanted names; empty means all of them.
 * @throws RemedyError for names asked for that are not declared any more, or that GitHub does not have.
 */
export function planAdoption(
  declared: readonly Secret[],
  wanted: readonly string[],
  inGitHub: ReadonlySet<string>,
  state: StateFacts,
): AdoptPlan {
  const known = new Set(declared.map(({ name }) => name));
  const ended = wanted.filter((name) => !known.has(name));
  if (ended.length > 0) {
    throw new RemedyError(
      ended.join(", "),
      "its tombstone's day has come, so the program declares it no more",
      "leave it out, or move its tombstone in secrets/catalog.ts",
    );
  }
  const missing = wanted.filter((name) => !inGitHub.has(name));
  if (missing.length > 0) {
    throw new RemedyError(
      missing.join(", "),
      "GitHub has no such organization secret",
      "leave it out: pulumi up creates its slot",
    );
  }
  const names = wanted.length > 0 ? [...new Set(wanted)].sort() : [...known].sort();
  const isKnown = (name: string) => state.slots.has(name);
  return {
    adopt: names.filter((name) => inGitHub.has(name) && !isKnown(name)),
    known: names.filter(isKnown),
    absent: names.filter((name) => !inGitHub.has(name) && !isKnown(name)),
  };
}
