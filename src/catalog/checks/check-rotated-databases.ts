import type { Problem } from "../../errors";
import type { DatabaseRotator, RotatedDatabase, Rotator } from "../rotators";
import { rotatorProblem } from "./shapes";

/** A name in DNS or an IP address. With a scheme or a port in it, it might hold a password too: it is never quoted. */
const HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|[\dA-Fa-f.]*(?::[\dA-Fa-f.]*){2,})$/;
const NOT_PLAIN = "has spaces around it, or ${, which ESC takes for a reference";

/** Databases and users, each by itself and between the rotators: nobody's password is changed by two. */
export function checkRotatedDatabases(rotators: readonly Rotator[]): Problem[] {
  const databases = rotators.filter((each) => each.kind !== "password");
  const found = databases.map((rotator) => ({ rotator, problems: checkOne(rotator) }));
  const right = found.filter(({ problems }) => problems.length === 0).map(({ rotator }) => rotator);
  return [...found.flatMap(({ problems }) => problems), ...checkShared(right)];
}

function checkOne({ name, users, databases }: DatabaseRotator): Problem[] {
  const wrong = Object.entries(databases).flatMap(([environment, database]) => {
    const found = misfit(database);
    return found === undefined
      ? []
      : [
          rotatorProblem(
            "database-invalid",
            name,
            `its database of ${environment} ${found.cause}`,
            found.remedy,
          ),
        ];
  });
  return [...checkUsers(name, users), ...wrong];
}

function checkUsers(name: string, users: readonly string[]): Problem[] {
  if (users.length !== 2 || !users.every(isText) || users[0] === users[1]) {
    const remedy = "name two users with the same rights: one is in use while the other's password changes";
    return [rotatorProblem("database-users-invalid", name, "its users are not two different ones", remedy)];
  }
  if (users.every(isPlain)) return [];
  return [
    rotatorProblem(
      "database-users-invalid",
      name,
      `one of its users ${NOT_PLAIN}`,
      "name it as the database does",
    ),
  ];
}

function misfit(given: RotatedDatabase | undefined): { cause: string; remedy: string } | undefined {
  const { host, port, database, ...more } = given ?? {};
  const foreign = Object.keys(more);
  if (foreign.length > 0)
    return {
      cause: `has a ${foreign.join(" and a ")}, which a database has not`,
      remedy: "remove it: only ESC gets the managing user, and it creates the passwords",
    };
  const isPort = Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
  if (!isText(host) || !isPort || !isText(database))
    return { cause: "is not complete", remedy: "give host, port (1 to 65535) and database" };
  if (!HOST.test(host))
    return { cause: "has no host's name as its host", remedy: "write it without a scheme, user or port" };
  return isPlain(database)
    ? undefined
    : { cause: `has a name that ${NOT_PLAIN}`, remedy: "name it as it is" };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Whether a text stands for itself. */
function isPlain(text: string): boolean {
  return text === text.trim() && !text.includes("${");
}

/** A user is a server's, whichever of its databases a rotator names. */
function checkShared(rotators: readonly DatabaseRotator[]): Problem[] {
  const owners = new Map<string, string>();
  return rotators.flatMap(({ name, users, databases }) =>
    Object.entries(databases).flatMap(([environment, database]) => {
      const own = `rotator ${name} in ${environment}`;
      const server = `${database?.host.toLowerCase()}:${database?.port}`;
      const shared = users.flatMap((user) => {
        const owner = owners.get(`${server} ${user}`);
        if (owner === undefined) owners.set(`${server} ${user}`, own);
        // Two of one name are told as that.
        return owner === undefined || owner === own ? [] : [{ user, owner }];
      });
      const [first] = shared;
      if (first === undefined) return [];
      const who = shared.map(({ user }) => user).join(" and ");
      const remedy = "give each users of its own: a rotation of one makes the other's passwords wrong";
      const cause = `changes in ${environment} the passwords of ${who} on ${server}, as does ${first.owner}`;
      return [rotatorProblem("database-users-shared", name, cause, remedy)];
    }),
  );
}
