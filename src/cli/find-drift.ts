import { type Catalog, resolveCatalog, type Secret } from "../../secrets/entry";
import type { Settings } from "../../secrets/settings";
import type { OrganizationSecret } from "../clients/github";
import { organizationSecrets, readersOf } from "./declared";

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

/** One difference between what is declared and what GitHub has. */
export interface Finding {
  kind: "missing" | "visibility" | "repositories" | "shadowed" | "undeclared" | "overridden";
  name: string;
  /** What is there, and what is declared instead. */
  what: string;
  remedy: string;
}

/** How the kinds are told; `overridden` is no drift: that is how an environment gets a value of its own. */
const ORDER: readonly Finding["kind"][] = [
  "missing",
  "visibility",
  "repositories",
  "shadowed",
  "undeclared",
  "overridden",
];

/**
 * Everything in GitHub that differs from what is declared, by kind and name: a pure function.
 *
 * @param today UTC, YYYY-MM-DD: what is due to go is not missed.
 */
export function findDrift(
  catalog: Catalog,
  settings: Settings,
  observed: Observed,
  today: string,
): Finding[] {
  const secrets = organizationSecrets(catalog, today);
  const found = [
    ...secrets.flatMap((secret) => differencesOf(secret, settings, observed)),
    ...undeclared(resolveCatalog(catalog), observed),
    ...secrets.flatMap((secret) => shadows(secret, settings.githubOrganization, observed)),
  ];
  const place = (finding: Finding) => ORDER.indexOf(finding.kind);
  return found.sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** How one secret itself differs; at most one finding, the one to mend first. */
export function differencesOf(secret: Secret, settings: Settings, observed: Observed): Finding[] {
  const { name, visibility } = secret;
  const there = observed.secrets.find((each) => each.name === name);
  if (there === undefined) {
    const remedy = `pulumi up --refresh makes its slot; then npx sophia-secrets set ${name}`;
    return [{ kind: "missing", name, what: "declared, and not in GitHub", remedy }];
  }
  const remedy = `npx sophia-secrets repair ${name}`;
  if (there.visibility !== visibility) {
    const what = `readable by ${wordsOf(there.visibility)} instead of ${wordsOf(visibility)}`;
    return [{ kind: "visibility", name, what, remedy }];
  }
  const declared = readersOf(secret, settings);
  const actual = observed.readers.get(name) ?? [];
  const more = actual.filter((each) => !declared.includes(each));
  const less = visibility === "selected" ? declared.filter((each) => !actual.includes(each)) : [];
  const parts = [
    ...(more.length > 0 ? [`also readable by ${more.sort().join(", ")}`] : []),
    ...(less.length > 0 ? [`not readable by ${less.join(", ")}`] : []),
  ];
  return parts.length === 0 ? [] : [{ kind: "repositories", name, what: parts.join("; "), remedy }];
}

function wordsOf(visibility: OrganizationSecret["visibility"]): string {
  if (visibility === "selected") return "selected repositories";
  return visibility === "all" ? "all repositories" : "all private repositories";
}

function undeclared(secrets: readonly Secret[], observed: Observed): Finding[] {
  const names = new Set(secrets.flatMap((secret) => [secret.name, ...secret.aliases]));
  return observed.secrets
    .filter((each) => !names.has(each.name))
    .map(({ name }) => ({
      kind: "undeclared" as const,
      name,
      what: "an organization secret that the catalog does not have",
      remedy: `add it to secrets/catalog.ts and npx sophia-secrets adopt ${name}, or delete it in GitHub`,
    }));
}

/** Nearer secrets of the same name win in the sync job: environment before repository before organization. */
function shadows(secret: Secret, owner: string, observed: Observed): Finding[] {
  const { name } = secret;
  return observed.carriers.flatMap(({ repository, secrets, environments }) => [
    ...(secrets.includes(name)
      ? [
          {
            kind: "shadowed" as const,
            name,
            what: `the sync reads a secret of the repository ${repository} instead of the organization's`,
            remedy: `delete it there: gh secret delete ${name} -R ${owner}/${repository}`,
          },
        ]
      : []),
    ...environments
      .filter((environment) => environment.secrets.includes(name))
      .map((environment) => ({
        kind: "overridden" as const,
        name,
        what: `${environment.name} has a value of its own in ${repository}`,
        remedy: "nothing, if that is meant",
      })),
  ]);
}
