import { repositoriesWithAccess, type Spread } from "../../catalog/carriers";
import { isDue } from "../../catalog/dates";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import { type EnvironmentSlot, environmentTargets } from "../../catalog/environment-slots";
import { REPOSITORY_ARCHIVED } from "../../catalog/github-names";
import type { Settings } from "../../catalog/settings";
import { organizationLeftovers, organizationSlots, type SlotName, slotNames } from "../../catalog/slots";
import type { OrganizationSecret } from "../../clients/github-secrets";
import type { Problem } from "../../errors";
import { COMMAND } from "../../text";

/** What is declared, as of a day. */
export interface Declaration {
  catalog: ResolvedCatalog;
  settings: Settings;
  spread: Spread;
  /** UTC, YYYY-MM-DD: what is due to go is not missed. */
  today: string;
}

/** What GitHub has, by name: no values. */
export interface Observed {
  secrets: readonly OrganizationSecret[];
  /** Who may read a secret whose visibility is `selected`. */
  readers: ReadonlyMap<string, readonly string[]>;
  /** Secrets of the carriers themselves. */
  carriers: readonly CarrierSecrets[];
}

export interface CarrierSecrets {
  repository: string;
  secrets: readonly string[];
  environments: readonly { name: string; secrets: readonly string[] }[];
}

/** In the order in which they are shown. */
const DRIFT = [
  REPOSITORY_ARCHIVED,
  "secret-missing",
  "visibility-differs",
  "repositories-differ",
  "secret-shadowed",
  "carriers-full",
  "secret-undeclared",
  "secret-left-over",
] as const;

/** Differences that are meant, for a while or for good. */
const NOTES = ["environment-value", "left-over-expires", "former-name-exists", "pull-request-waits"] as const;

const ORDER = [...DRIFT, ...NOTES];

/**
 * One difference between what is declared and what GitHub has. The subject is a secret's name; of `carriers-full` and of an
 * archived one the carrier repositories. The cause says what is there, and what is declared instead.
 */
export interface Finding extends Problem {
  code: (typeof ORDER)[number];
}

/** Whether something must be fixed. */
export function isDrift({ code }: Finding): boolean {
  return (DRIFT as readonly string[]).includes(code);
}

/** Everything in GitHub that differs from what is declared, by kind and name: a pure function. */
export function findDrift(declaration: Declaration, observed: Observed): Finding[] {
  const { catalog, settings, spread, today } = declaration;
  const secrets = catalog.entries;
  const slots = organizationSlots(secrets, today);
  return inOrder([
    ...slots.flatMap((slot) => differencesOf(slot, spread.shards, observed)),
    ...missingInEnvironments(declaration, observed),
    ...spread.problems.map((problem) => ({ ...problem, code: "carriers-full" as const })),
    ...undeclared(secrets, observed),
    ...leftovers(declaration, observed),
    ...slots.flatMap(({ name }) => shadows(name, settings.githubOrganization, observed)),
  ]);
}

/** By kind, then by name. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const place = (finding: Finding) => ORDER.indexOf(finding.code);
  return findings.toSorted(
    (a, b) => place(a) - place(b) || (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0),
  );
}

/** How one secret itself differs; at most one finding, the one to fix first. */
export function differencesOf(
  { name, secret }: SlotName,
  shards: Spread["shards"],
  observed: Observed,
): Finding[] {
  const there = observed.secrets.find((each) => each.name === name);
  if (there === undefined) return [missing(name, secret)];
  const { visibility } = secret;
  const remedy = `${COMMAND} repair ${name}`;
  if (there.visibility !== visibility) {
    const cause = `readable by ${wordsOf(there.visibility)} instead of ${wordsOf(visibility)}`;
    return [{ code: "visibility-differs", subject: name, cause, remedy }];
  }
  const declared = repositoriesWithAccess(secret, shards);
  const actual = observed.readers.get(name) ?? [];
  const more = actual.filter((each) => !declared.includes(each));
  const less = visibility === "selected" ? declared.filter((each) => !actual.includes(each)) : [];
  const parts = [
    ...(more.length > 0 ? [`also readable by ${more.sort().join(", ")}`] : []),
    ...(less.length > 0 ? [`not readable by ${less.join(", ")}`] : []),
  ];
  if (parts.length === 0) return [];
  return [{ code: "repositories-differ", subject: name, cause: parts.join("; "), remedy }];
}

/** `up --refresh` fails where the list of a `selected` secret cannot be read any more; setting it makes both. */
function missing(name: string, { value }: ResolvedEntry): Finding {
  const remedy =
    value === "config"
      ? "pulumi up --refresh makes it again"
      : `${COMMAND} set ${name} makes it again; one that was never there: pulumi up`;
  return { code: "secret-missing", subject: name, cause: "declared, and not in GitHub", remedy };
}

function missingInEnvironments({ catalog, settings, today }: Declaration, observed: Observed): Finding[] {
  const { carriers } = settings;
  const has = ({ repository, environment, slot }: EnvironmentSlot) =>
    observed.carriers
      .find((each) => each.repository === repository)
      ?.environments.some((each) => each.name === environment && each.secrets.includes(slot.name));
  return environmentTargets(catalog.entries, carriers, catalog.environments, today)
    .filter((target) => !has(target))
    .map(({ repository, environment, slot }) => {
      const remedy =
        slot.secret.value === "config"
          ? "pulumi up --refresh, of the environment's stack, makes it again"
          : `${COMMAND} set ${slot.name} --environment ${environment} makes it again; one that was never there: pulumi up`;
      const cause = `declared for ${environment} of ${repository}, and not there`;
      return { code: "secret-missing", subject: slot.name, cause, remedy };
    });
}

function wordsOf(visibility: OrganizationSecret["visibility"]): string {
  if (visibility === "selected") return "selected repositories";
  return visibility === "all" ? "all repositories" : "all private repositories";
}

function undeclared(secrets: readonly ResolvedEntry[], observed: Observed): Finding[] {
  const names = new Set([
    ...slotNames(secrets).map(({ name }) => name),
    ...secrets.flatMap(({ aliases }) => aliases),
  ]);
  return observed.secrets
    .filter((each) => !names.has(each.name))
    .map(({ name }) => ({
      code: "secret-undeclared" as const,
      subject: name,
      cause: "an organization secret that the catalog does not have",
      remedy: `add it to secrets/catalog.ts and ${COMMAND} adopt ${name}, or delete it in GitHub`,
    }));
}

/** Organization secrets of entries with a value per environment: they stay when an entry moves there. */
function leftovers({ catalog, settings, today }: Declaration, observed: Observed): Finding[] {
  const there = new Set(observed.secrets.map(({ name }) => name));
  const left = organizationLeftovers(catalog.entries).filter(({ name }) => there.has(name));
  return left.map(({ name, secret, tombstone }): Finding => {
    const about = "the organization secret of an entry with a value per environment";
    const foreign = `one that no stack has: gh secret delete ${name} --org ${settings.githubOrganization}`;
    if (tombstone !== undefined && !isDue(tombstone, today)) {
      const cause = `${about}, expires on ${tombstone}`;
      return { code: "left-over-expires", subject: name, cause, remedy: "nothing" };
    }
    const code = "secret-left-over";
    if (tombstone !== undefined)
      return {
        code,
        subject: name,
        cause: `${about}, due since ${tombstone}`,
        remedy: `pulumi up deletes it; ${foreign}`,
      };
    const sets = secret.environments.map(
      (deployment) => `${COMMAND} set ${name} --environment ${deployment} --replace`,
    );
    const remedy = `${sets.join("; ")}; then leftoverUntil: "YYYY-MM-DD" in its entry, pulumi up, and again from that day on; ${foreign}`;
    return { code, subject: name, cause: `${about}; nothing needs it once each has a value`, remedy };
  });
}

/** Nearer secrets of the same name win in the sync job: environment before repository before organization. */
function shadows(name: string, owner: string, observed: Observed): Finding[] {
  return observed.carriers.flatMap(({ repository, secrets, environments }) => [
    ...(secrets.includes(name)
      ? [
          {
            code: "secret-shadowed" as const,
            subject: name,
            cause: `the sync reads a secret of the repository ${repository} instead of the organization's`,
            remedy: `delete it there: gh secret delete ${name} -R ${owner}/${repository}`,
          },
        ]
      : []),
    ...environments
      .filter((environment) => environment.secrets.includes(name))
      .map((environment) => ({
        code: "environment-value" as const,
        subject: name,
        cause: `${environment.name} has a value of its own in ${repository}`,
        remedy: "nothing, if that is meant",
      })),
  ]);
}
