/** What the door for adopting takes for done, though it is not carried out. */
export interface Adoptable {
  /** Names of the organization's secrets, in upper case. */
  names: ReadonlySet<string>;
  /** Names of environments' secrets, by `repository id/environment`: how the provider asks for them. */
  environmentSecrets: ReadonlyMap<string, ReadonlySet<string>>;
  /** `repository/environment` of environments that exist. */
  environments: ReadonlySet<string>;
  /** `repository/environment` of those whose branch has its rule already. */
  branchRules: ReadonlySet<string>;
}

/** How a write is answered: at once, or with what GitHub has there already. `adopted` is the path of a secret. */
export type DoorAnswer = { kind: "done"; adopted?: string } | { kind: "existing"; list?: true };

const API = String.raw`^(?:\/api\/v3)?`;
const SECRET = new RegExp(String.raw`${API}\/orgs\/[^/]+\/actions\/secrets\/([^/]+)(\/repositories)?$`);
const LIST = new RegExp(String.raw`${API}\/orgs\/[^/]+\/actions\/secrets$`);
const PLACE = String.raw`${API}\/repositories\/(\d+)\/environments\/([^/]+)\/secrets`;
const ENVIRONMENT_SECRET = new RegExp(String.raw`${PLACE}\/([^/]+)$`);
const ENVIRONMENT_LIST = new RegExp(`${PLACE}$`);
const ENVIRONMENT = new RegExp(String.raw`${API}\/repos\/[^/]+\/([^/]+)\/environments\/([^/]+)$`);
const RULES = new RegExp(
  String.raw`${API}\/repos\/[^/]+\/([^/]+)\/environments\/([^/]+)\/deployment-branch-policies$`,
);

/** How a write is answered; undefined: it is refused. */
export function answerTo(method: string, path: string, adoptable: Adoptable): DoorAnswer | undefined {
  if (method === "POST") {
    const place = placeIn(RULES, path);
    return place !== undefined && adoptable.branchRules.has(place)
      ? { kind: "existing", list: true }
      : undefined;
  }
  if (method !== "PUT") return undefined;
  const [, name, repositories] = SECRET.exec(path) ?? [];
  if (name !== undefined && adoptable.names.has(name))
    return { kind: "done", ...(repositories === undefined ? { adopted: name } : {}) };
  const [, id, environment = "", secret] = ENVIRONMENT_SECRET.exec(path) ?? [];
  const key = `${id}/${decodeURIComponent(environment)}`;
  if (secret !== undefined && adoptable.environmentSecrets.get(key)?.has(secret))
    return { kind: "done", adopted: `${key}/${secret}` };
  const place = placeIn(ENVIRONMENT, path);
  return place !== undefined && adoptable.environments.has(place) ? { kind: "existing" } : undefined;
}

/** Names that a list does not show, so that the program takes those secrets for new; none for any other read. */
export function hiddenIn(path: string, { names, environmentSecrets }: Adoptable): ReadonlySet<string> {
  if (LIST.test(path)) return names;
  const [, id, environment = ""] = ENVIRONMENT_LIST.exec(path) ?? [];
  return environmentSecrets.get(`${id}/${decodeURIComponent(environment)}`) ?? new Set();
}

function placeIn(pattern: RegExp, path: string): string | undefined {
  const [, repository, environment] = pattern.exec(path) ?? [];
  return environment === undefined ? undefined : `${repository}/${decodeURIComponent(environment)}`;
}
