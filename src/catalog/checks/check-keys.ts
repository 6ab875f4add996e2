import type { Problem } from "../../errors";
import type { ResolvedEntry } from "../entry";

const APP_KEY = /^[a-z_][a-z0-9_]*$/;
const PATH = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Top-level keys that mean something to ESC, its consumers or this pipeline. */
const RESERVED_ROOTS = new Set([
  "environmentVariables",
  "files",
  "pulumiConfig",
  "policyConfig",
  "imports",
  "context",
  "environments",
]);

/** A key that is a word of the loader's own object (src/loader/loaded-secrets.ts), or of every JavaScript object. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set(["get", "__proto__"]);

/** Paths at which one secret stands in ESC, below the root key: its own, then a reference for each further app key. */
export function pathsOf(secret: Pick<ResolvedEntry, "path" | "appKeyAliases">): string[] {
  return [secret.path, ...secret.appKeyAliases];
}

/** App keys and ESC paths: well formed, each owned by one secret, none inside another. */
export function checkKeys(secrets: readonly ResolvedEntry[], appRoot: string): Problem[] {
  const synced = secrets.filter((secret) => !secret.bootstrap);
  const problems: Problem[] = [];
  if (RESERVED_ROOTS.has(appRoot)) {
    const remedy = "choose another name, such as the platform's";
    problems.push({
      code: "name-reserved",
      subject: "config appRoot",
      cause: `${appRoot} has a meaning of its own in ESC`,
      remedy,
    });
  }
  for (const secret of synced) {
    for (const key of [secret.appKey, ...secret.appKeyAliases]) {
      if (APP_KEY.test(key) && !RESERVED_KEYS.has(key)) continue;
      const cause = RESERVED_KEYS.has(key)
        ? `its app key ${key} has a meaning of its own in the loader`
        : `its app key ${key} is not lower case, digits and _`;
      problems.push({
        code: RESERVED_KEYS.has(key) ? "name-reserved" : "name-invalid",
        subject: secret.name,
        cause,
        remedy: "give it another appKey",
      });
    }
    if (!PATH.test(secret.path)) {
      const remedy = "write names joined by dots, without the root key: infrastructure.docker.access_token";
      problems.push({
        code: "path-invalid",
        subject: secret.name,
        cause: `its path ${secret.path} is not a path`,
        remedy,
      });
    }
  }
  return [
    ...problems,
    ...synced.flatMap(repeatedKeys),
    ...shared("app key", synced, (secret) => [secret.appKey, ...secret.appKeyAliases]),
    ...shared("pulumiConfig key", synced, (secret) => secret.pulumiConfig ?? []),
    ...collidingPaths(synced),
  ];
}

/** An alias at the value's own path would be a reference to itself. */
function repeatedKeys(secret: ResolvedEntry): Problem[] {
  const seen = new Set([secret.appKey, secret.path]);
  return secret.appKeyAliases.flatMap((alias) => {
    const repeated = seen.has(alias);
    seen.add(alias);
    if (!repeated) return [];
    const cause = `its app key alias ${alias} is its app key, its path or another of its aliases already`;
    return [{ code: "alias-repeated", subject: secret.name, cause, remedy: "leave it out of appKeyAliases" }];
  });
}

/** Keys that two secrets claim. What one secret claims twice is `repeatedKeys`' to say; two of one name, checkNames'. */
function shared(
  what: string,
  secrets: readonly ResolvedEntry[],
  keysOf: (secret: ResolvedEntry) => string | readonly string[],
): Problem[] {
  const owners = new Map<string, string>();
  return secrets.flatMap((secret) =>
    [keysOf(secret)].flat().flatMap((key) => {
      const other = owners.get(key) ?? secret.name;
      owners.set(key, secret.name);
      if (other === secret.name) return [];
      const cause = `shares the ${what} ${key} with ${other}`;
      const remedy = `give one of them another ${what === "app key" ? "appKey" : "pulumiConfig"}`;
      return [{ code: "key-shared", subject: secret.name, cause, remedy }];
    }),
  );
}

function collidingPaths(secrets: readonly ResolvedEntry[]): Problem[] {
  const places = secrets
    .flatMap((secret) => pathsOf(secret).map((path) => ({ path, entry: secret.name })))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const problems: Problem[] = [];
  for (const [index, place] of places.entries()) {
    for (const other of places.slice(index + 1)) {
      const same = other.path === place.path;
      if (!same && !other.path.startsWith(`${place.path}.`)) continue;
      if (same && other.entry === place.entry) continue;
      problems.push({
        code: "path-shared",
        subject: other.entry,
        cause: same
          ? `has the same ESC path ${place.path} as ${place.entry}`
          : `its ESC path ${other.path} lies inside ${place.path}, which is the value of ${place.entry}`,
        remedy: "give one of them another path",
      });
    }
  }
  return problems;
}
