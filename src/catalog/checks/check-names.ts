import type { Problem } from "../../errors";
import type { ResolvedEntry } from "../entry";
import { obeyedBy } from "./obeyed-names";

/** GitHub's rule for secret names; it stores them in upper case, so only upper case can be told from drift. */
const NAME = /^[A-Z_][A-Z0-9_]*$/;

/** Names and aliases: well formed, free to use, and each meaning one secret after upper-casing. */
export function checkNames(secrets: readonly ResolvedEntry[]): Problem[] {
  const owners = new Map<string, string[]>();
  for (const secret of secrets) {
    for (const name of namesOf(secret)) {
      const key = name.toUpperCase();
      owners.set(key, [...(owners.get(key) ?? []), secret.name]);
    }
  }
  const spelling = secrets.flatMap((secret) =>
    namesOf(secret).flatMap((name) => checkName(name, secret.name)),
  );
  const doubles = [...owners].flatMap(([name, entries]) =>
    entries.length > 1 ? [doubled(name, entries)] : [],
  );
  return [...spelling, ...doubles];
}

/** Every GitHub name an entry claims. An old name that another entry has, or that comes back, is claimed twice. */
function namesOf({ name, aliases, renamedFrom }: ResolvedEntry): string[] {
  return [name, ...aliases, ...(renamedFrom === undefined ? [] : [renamedFrom.name])];
}

function checkName(name: string, entry: string): Problem[] {
  const thing = name === entry ? entry : `${entry} (${name})`;
  if (name.toUpperCase().startsWith("GITHUB_")) {
    const remedy = `call it GH_${name.slice("GITHUB_".length)} and keep the application's name as appKey`;
    return [
      {
        code: "name-reserved",
        subject: thing,
        cause: "GitHub refuses secrets whose name begins with GITHUB_",
        remedy,
      },
    ];
  }
  if (!NAME.test(name)) {
    const remedy = "use A-Z, 0-9 and _, not beginning with a digit";
    return [
      {
        code: "name-invalid",
        subject: thing,
        cause: "is not a name GitHub stores: upper case letters, digits and _",
        remedy,
      },
    ];
  }
  const by = obeyedBy(name);
  if (by !== undefined) {
    const remedy = "give it a name of its own and keep the application's name as appKey";
    return [
      {
        code: "name-obeyed",
        subject: thing,
        cause: `as an environment variable it changes how a process runs: obeyed by ${by}`,
        remedy,
      },
    ];
  }
  return [];
}

function doubled(name: string, entries: readonly string[]): Problem {
  const distinct = [...new Set(entries)];
  const cause =
    distinct.length === 1
      ? `is ${entries.length} times in the catalog: as two entries, or as its own alias or old name`
      : `means several entries at once (name, alias or old name of ${distinct.join(" and ")})`;
  return {
    code: "name-shared",
    subject: name,
    cause,
    remedy: "keep it in one place: one entry, or one entry's aliases",
  };
}
